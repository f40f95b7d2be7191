import type { ProcessEndCause } from '../../shared/contract/sandbox-events.ts';
import { PACKAGES_MISSING, type RunError, type RunStatus } from '../../shared/contract/sandbox.ts';
import type { GuestOutcome } from '../../shared/protocol/guest-report.ts';

/** Why a sandbox process is gone. */
export interface ProcessEnd {
  readonly cause: ProcessEndCause;
  /** For people: exit code, signal, or what was measured. */
  readonly detail: string;
}

/** How a run was made to end. */
export type StoppedBy =
  /** It took the interrupt and ended; what it reported. The interpreter lives. */
  | { readonly means: 'interrupt'; readonly outcome: GuestOutcome | null }
  /** The interpreter was ended. */
  | { readonly means: 'termination' };

/** How a run ended, before it is put into a RunResult. */
export type Verdict =
  | { readonly kind: 'finished'; readonly outcome: GuestOutcome }
  | { readonly kind: 'timeout'; readonly limitMs: number; readonly by: StoppedBy }
  /** `by` is null when it never began. */
  | { readonly kind: 'cancelled'; readonly by: StoppedBy | null }
  | { readonly kind: 'out-of-memory'; readonly detail: string }
  /** The interpreter died; both texts may be the guest's own words. */
  | { readonly kind: 'interpreter-died'; readonly detail: string; readonly stack: string }
  /** The whole process died. */
  | { readonly kind: 'process-died'; readonly end: ProcessEnd }
  /** The sidecar broke the protocol or sent nonsense: it was ended. */
  | { readonly kind: 'misbehaved'; readonly detail: string }
  /** The way to whoever runs the code broke. */
  | { readonly kind: 'runner-failed'; readonly detail: string }
  | { readonly kind: 'setup-failed'; readonly detail: string }
  /** Python is there, a package that the run needs is not. */
  | { readonly kind: 'packages-missing'; readonly detail: string };

const ownError = (type: string, message: string): RunError => ({ type, message, traceback: '', line: null });

const seconds = (ms: number): string => `${Number((ms / 1000).toFixed(3))} s`;

/** Where the guest was when it was interrupted, if it says so. */
const stoppedError = (type: string, message: string, by: StoppedBy): RunError => {
  if (by.means === 'termination') {
    return ownError(type, `${message} and did not react to an interrupt, so its interpreter was ended`);
  }
  const where = by.outcome?.error;
  const error = ownError(type, `${message} and was interrupted`);
  // Guest frames tell where it hung; an error of another kind tells of something else.
  return where?.type === 'KeyboardInterrupt'
    ? { ...error, traceback: where.traceback, line: where.line }
    : error;
};

const processDeath = ({ cause, detail }: ProcessEnd): VerdictReport => {
  switch (cause) {
    case 'out-of-memory':
      return {
        status: 'out-of-memory',
        error: ownError(
          'OutOfMemory',
          `the sandbox process ran out of memory (${detail}), and with it all sessions are lost`,
        ),
      };
    case 'stopped':
    case 'idle':
      return { status: 'cancelled', error: ownError('Cancelled', 'the sandbox was stopped') };
    case 'broken':
      return { status: 'crashed', error: ownError('Crashed', detail) };
    case 'unresponsive':
    case 'misbehaved':
    case 'stop-failed':
    case 'start-failed':
      return {
        status: 'crashed',
        error: ownError('Crashed', `the sandbox process had to be ended: ${cause}, ${detail}`),
      };
    case 'exited':
      return {
        status: 'crashed',
        error: ownError('Crashed', `the sandbox process ended unexpectedly: ${detail}`),
      };
  }
};

/** What the parser says of code that is nested too deeply for its stack (CPython's Parser/pegen.h, `p->level`). */
const PARSER_STACK = 'Parser stack overflowed';

const isLackOfMemory = ({ message, type }: RunError): boolean =>
  type === 'MemoryError' && !message.startsWith(PARSER_STACK);

const statusOfOutcome = (outcome: GuestOutcome): RunStatus => {
  if (outcome.error === null) return 'ok';
  // Whoever raised it: an allocation that was refused can't be told from code that says so itself.
  return isLackOfMemory(outcome.error) ? 'out-of-memory' : 'error';
};

export interface VerdictReport {
  readonly status: RunStatus;
  readonly error: RunError | null;
}

/** The status and the error that tell the truth about a verdict. */
export const reportVerdict = (verdict: Verdict): VerdictReport => {
  switch (verdict.kind) {
    case 'finished':
      return { status: statusOfOutcome(verdict.outcome), error: verdict.outcome.error };
    case 'timeout':
      return {
        status: 'timeout',
        error: stoppedError(
          'Timeout',
          `the code ran longer than its limit of ${seconds(verdict.limitMs)}`,
          verdict.by,
        ),
      };
    case 'cancelled':
      return {
        status: 'cancelled',
        error:
          verdict.by === null
            ? ownError('Cancelled', 'cancelled before it began')
            : stoppedError('Cancelled', 'the run was cancelled', verdict.by),
      };
    case 'out-of-memory':
      return { status: 'out-of-memory', error: ownError('OutOfMemory', verdict.detail) };
    case 'interpreter-died':
      return {
        status: 'crashed',
        error: {
          ...ownError('Crashed', `the Python interpreter ended: ${verdict.detail}`),
          traceback: verdict.stack,
        },
      };
    case 'process-died':
      return processDeath(verdict.end);
    case 'misbehaved':
      return {
        status: 'crashed',
        error: ownError('Crashed', `the sandbox misbehaved and was ended: ${verdict.detail}`),
      };
    case 'runner-failed':
      return { status: 'crashed', error: ownError('Crashed', verdict.detail) };
    case 'setup-failed':
      return { status: 'setup-failed', error: ownError('SetupFailed', verdict.detail) };
    case 'packages-missing':
      return { status: 'setup-failed', error: ownError(PACKAGES_MISSING, verdict.detail) };
  }
};

/** What the guest itself reported; null where it did not come to that, which is where its interpreter is gone. */
export const outcomeOf = (verdict: Verdict): GuestOutcome | null => {
  switch (verdict.kind) {
    case 'finished':
      return verdict.outcome;
    case 'timeout':
    case 'cancelled':
      return verdict.by?.means === 'interrupt' ? verdict.by.outcome : null;
    case 'out-of-memory':
    case 'interpreter-died':
    case 'process-died':
    case 'misbehaved':
    case 'runner-failed':
    case 'setup-failed':
    case 'packages-missing':
      return null;
  }
};
