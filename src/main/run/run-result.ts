import type { PythonRuntime } from '../../shared/config/config.ts';
import type { RunDisplay, RunResult, RunTiming, SessionState } from '../../shared/contract/sandbox.ts';
import { filesOf, noticesOf, reportVerdict, truncationOf, type Verdict } from './verdict.ts';

/** What was captured of a run's output. */
export interface CapturedOutput {
  readonly stdout: string;
  readonly stderr: string;
  readonly displays: RunDisplay[];
  /** Whether something was left out of what was shown. */
  readonly displaysCut: boolean;
  /** Whether a stream has reached its cap. */
  readonly full: boolean;
}

export interface EndedRun {
  readonly verdict: Verdict;
  readonly captured: CapturedOutput;
  readonly session: { readonly id: string; readonly state: SessionState };
  readonly packages: readonly string[];
  readonly timing: RunTiming;
  readonly runtime: PythonRuntime;
}

/** What the caller gets of a run. */
export const runResult = ({
  captured,
  packages,
  runtime,
  session,
  timing,
  verdict,
}: EndedRun): RunResult => ({
  ...reportVerdict(verdict),
  value: verdict.kind === 'finished' ? verdict.outcome.value : null,
  stdout: captured.stdout,
  stderr: captured.stderr,
  truncated: (truncationOf(verdict) ?? captured.full) || captured.displaysCut,
  outputs: captured.displays,
  files: filesOf(verdict),
  session: { ...session },
  packages: [...packages],
  notices: noticesOf(verdict),
  timing,
  runtime,
});

const NOTHING_CAPTURED: CapturedOutput = {
  stdout: '',
  stderr: '',
  displays: [],
  displaysCut: false,
  full: false,
};

/** The result of a run that no runner could answer for: none could be opened, or the way to it broke. */
export const resultWithoutRun = (
  verdict: Verdict,
  session: string | undefined,
  runtime: PythonRuntime,
): RunResult =>
  runResult({
    verdict,
    captured: NOTHING_CAPTURED,
    session: { id: session ?? '', state: 'lost' },
    packages: [],
    timing: { waitMs: 0, startMs: 0, packagesMs: 0, runMs: 0 },
    runtime,
  });
