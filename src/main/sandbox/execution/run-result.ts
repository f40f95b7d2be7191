import type { RunResult, SessionState } from '../../../shared/contract/sandbox.ts';
import type { Interpreters } from '../sessions/interpreters.ts';
import type { Attempt } from './run-attempt.ts';
import type { RunCollector } from '../../run/run-collector.ts';
import { filesOf, noticesOf, reportVerdict, truncationOf, type Verdict } from './verdict.ts';

/** What the caller gets of a run. */
export const resultOf = (
  id: string,
  attempt: Attempt,
  state: SessionState,
  collector: RunCollector,
  waitMs: number,
): RunResult => {
  const { packages, packagesMs, runMs, startMs } = attempt;
  const verdict = withAdvice(attempt);
  return {
    ...reportVerdict(verdict),
    value: verdict.kind === 'finished' ? verdict.outcome.value : null,
    stdout: collector.stdout,
    stderr: collector.stderr,
    truncated: (truncationOf(verdict) ?? collector.full) || collector.displaysCut,
    outputs: collector.displays,
    files: filesOf(verdict),
    session: { id, state },
    packages: [...packages],
    notices: noticesOf(verdict),
    timing: { waitMs, startMs, packagesMs, runMs },
    runtime: 'embedded',
  };
};

/** What became of the session's state. A loss that is told here is told. */
export const sessionStateAfter = (
  session: string | undefined,
  { began, lostBefore, verdict }: Attempt,
  interpreters: Interpreters,
): SessionState => {
  const finished = verdict.kind === 'finished';
  if (session === undefined) return finished || !began ? 'reset' : 'lost';
  const alive = interpreters.has(session);
  // A run that never began tells of a loss, but the one that begins next has to tell of it too.
  if (!began && !alive) return interpreters.knowsLoss(session) ? 'lost' : 'reset';
  if (!finished && !alive) {
    interpreters.takeLoss(session);
    return 'lost';
  }
  return lostBefore ? 'lost' : 'kept';
};

const withAdvice = ({ advice, verdict }: Attempt): Verdict =>
  verdict.kind === 'finished' ? { ...verdict, outcome: advice.applyTo(verdict.outcome) } : verdict;
