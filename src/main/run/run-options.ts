import type { CollectedFile } from '../../shared/contract/sandbox.ts';
import type { PackageProgress } from '../../shared/contract/package-progress.ts';
import type { OnInput } from './input-dialog.ts';
import type { RunFunctions } from '../functions/call-dialog.ts';
import type { RunCalls } from '../functions/run-calls.ts';
import type { AdviceWords } from './package-advice.ts';
import type { RunWatcher } from './run-listener.ts';

/**
 * `onOutput` and `onDisplay` get what comes, in order, one thing at a time; the result waits for the last one.
 */
export interface RunOptions extends RunWatcher {
  /** Told while packages are fetched for the run. */
  readonly onPackages?: (progress: PackageProgress) => void;
  /** The wording in which the run is told of packages that are missing; by default the one for programs. */
  readonly words?: AdviceWords | undefined;
  /** Aborting it cancels the run, wherever it is. */
  readonly signal?: AbortSignal;
  /** Answers `input()` and other reads of standard input; without it they find the end of the file. */
  readonly onInput?: OnInput;
  /** What the code may call of the app; nothing without it. */
  readonly functions?: RunFunctions | undefined;
  /** Instead of `functions`, where another process has them and answers. */
  readonly forwardedCalls?: RunCalls | undefined;
  /** Gets the contents of the files that the run made or changed, before the result comes. */
  readonly onFile?: (file: CollectedFile) => void | Promise<void>;
}
