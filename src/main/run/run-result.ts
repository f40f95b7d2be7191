import type { PythonRuntime } from '../../shared/runtimes.ts';
import { absenceIn, sentenceOf } from '../../shared/absent.ts';
import type {
  RunCall,
  RunDisplay,
  RunNotice,
  RunResult,
  RunTiming,
  SessionState,
} from '../../shared/contract/sandbox.ts';
import { outcomeOf, reportVerdict, type Verdict } from './verdict.ts';

/** Of an error's message, in UTF-16 units. */
const MAX_SEARCHED = 10_000;

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
  /** Of functions; undefined where there were none to be called. */
  readonly calls?: readonly RunCall[] | undefined;
}

/** What the caller gets of a run. */
export const runResult = ({
  calls,
  captured,
  packages,
  runtime,
  session,
  timing,
  verdict,
}: EndedRun): RunResult => {
  const outcome = outcomeOf(verdict);
  return {
    ...reportVerdict(verdict),
    value: verdict.kind === 'finished' ? verdict.outcome.value : null,
    stdout: captured.stdout,
    stderr: captured.stderr,
    truncated: (outcome?.truncated ?? captured.full) || captured.displaysCut,
    outputs: captured.displays,
    files: outcome?.files ?? [],
    session: { ...session },
    packages: [...packages],
    notices: [...(outcome?.notices ?? []), ...aboutAbsence(verdict)],
    timing,
    runtime,
    ...(calls === undefined ? {} : { calls: [...calls] }),
  };
};

/** The window says it in its user's language; the error itself is in English. */
const aboutAbsence = (verdict: Verdict): RunNotice[] => {
  const { error } = reportVerdict(verdict);
  const absence = error === null ? null : absenceIn(error.message.slice(0, MAX_SEARCHED));
  if (absence === null) return [];
  const { feature, module } = absence;
  return [{ code: 'absent', message: sentenceOf(absence), values: { feature, module } }];
};

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
