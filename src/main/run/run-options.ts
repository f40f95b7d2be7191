import type { CollectedFile } from '../../shared/contract/run.ts';
import type { RunPhase } from '../../shared/contract/run-phase.ts';
import type { PackageProgress } from '../../shared/contract/package-progress.ts';
import type { OnInput } from './input-request-handler.ts';
import type { RunFunctions } from '../functions/call-request-handler.ts';
import type { RunCalls } from '../functions/run-calls.ts';
import type { AdviceWording } from './package-advice.ts';
import type { RunListener } from './run-listener.ts';

/**
 * `onOutput` and `onDisplay` are called in order, one at a time; the result waits for the last call.
 */
export interface RunOptions extends RunListener {
  /** Called while packages are downloaded for the run. */
  readonly onPackages?: ((progress: PackageProgress) => void) | undefined;
  /** Called as the code begins to run, and while packages that it is the first to use are installed and imported. */
  readonly onPhase?: ((phase: RunPhase) => void) | undefined;
  /** Wording of advice about missing packages; by default the one for programs. */
  readonly adviceWording?: AdviceWording | undefined;
  /** Aborting it cancels the run at any stage. */
  readonly signal?: AbortSignal | undefined;
  /** Answers `input()` and other reads of standard input; without it they find the end of the file. */
  readonly onInput?: OnInput | undefined;
  /**
   * Whether the time that `onInput` takes counts against the time limit, as where lines come from a pipe. By default it does
   * not: a person answers.
   */
  readonly countsInput?: boolean | undefined;
  /** Functions of the app that the code may call; none without it. */
  readonly functions?: RunFunctions | undefined;
  /** Instead of `functions`, where another process has the functions and answers the calls. */
  readonly forwardedCalls?: RunCalls | undefined;
  /** Data frames that are shown also come as `ShownTable`, so that their rows can be asked for. */
  readonly tables?: boolean | undefined;
  /** What whoever runs it counts its runs by, and so names the code in tracebacks: `<script 3>`. By default the session counts. */
  readonly number?: number | undefined;
  /** Receives the contents of the files that the run made or changed, before the result. */
  readonly onFile?: ((file: CollectedFile) => void | Promise<void>) | undefined;
}
