import type { PythonRuntime } from '../../shared/runtimes.ts';
import { absenceIn, sentenceOf } from '../../shared/absent.ts';
import {
  NO_GUEST_RESULT,
  type RunCall,
  type RunDisplay,
  type RunNotice,
  type RunResult,
  type RunTiming,
  type SessionState,
} from '../../shared/contract/run.ts';
import { outcomeOf, reportVerdict, type Verdict } from './verdict.ts';

/** Longest message of an error, in UTF-16 units. */
const MAX_SEARCHED = 10_000;

/** Captured output of a run. */
export interface CapturedOutput {
  readonly stdout: string;
  readonly stderr: string;
  readonly displays: RunDisplay[];
  /** Whether some display was left out. */
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
  /** Record of function calls; undefined where the run was given no functions. */
  readonly calls?: readonly RunCall[] | undefined;
}

/** The result that the caller receives. */
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
  const { files, notices, truncated, ...said } = outcome ?? {
    ...NO_GUEST_RESULT,
    files: [],
    notices: [],
    truncated: captured.full,
  };
  return {
    ...said,
    ...reportVerdict(verdict),
    ...(verdict.kind === 'finished' ? {} : NO_GUEST_RESULT),
    stdout: captured.stdout,
    stderr: captured.stderr,
    truncated: truncated || captured.displaysCut,
    outputs: captured.displays,
    files,
    session: { ...session },
    packages: [...packages],
    notices: [...notices, ...aboutAbsence(verdict)],
    timing,
    runtime,
    ...(calls === undefined ? {} : { calls: [...calls] }),
  };
};

/** Code for the window, which shows the message in the user's language; the error's own message is in English. */
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

/** The result of a run that no runner carried out: none could be opened, or the connection to it broke. */
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
