import type { GuestOutcome, RunError, RunStatus } from '../../shared/sandbox.ts';
import type { ProcessExit } from './launcher.ts';

/** How a run ended, before it is put into a RunResult. */
export type Verdict =
  | { readonly kind: 'finished'; readonly outcome: GuestOutcome }
  | { readonly kind: 'timeout'; readonly limitMs: number }
  | { readonly kind: 'cancelled'; readonly began: boolean }
  | { readonly kind: 'out-of-memory'; readonly detail: string }
  /** The interpreter died; both texts may be the guest's own words. */
  | { readonly kind: 'interpreter-died'; readonly detail: string; readonly stack: string }
  /** The whole process died. */
  | { readonly kind: 'process-died'; readonly exit: ProcessExit | null }
  /** The sidecar broke the protocol or sent nonsense: it was ended. */
  | { readonly kind: 'misbehaved'; readonly detail: string }
  | { readonly kind: 'setup-failed'; readonly detail: string };

const ownError = (type: string, message: string): RunError => ({ type, message, traceback: '', line: null });

const seconds = (ms: number): string => `${Number((ms / 1000).toFixed(3))} s`;

const describeExit = (exit: ProcessExit | null): string => {
  if (exit === null) return 'it was lost';
  if (exit.signal !== null) return `signal ${exit.signal}`;
  return exit.code === null ? 'no exit code' : `exit code ${exit.code}`;
};

const statusOfOutcome = (outcome: GuestOutcome): RunStatus => {
  if (outcome.error === null) return 'ok';
  // Whoever raised it: an allocation that was refused can't be told from code that says so itself.
  return outcome.error.type === 'MemoryError' ? 'out-of-memory' : 'error';
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
        error: ownError('Timeout', `the code ran longer than its limit of ${seconds(verdict.limitMs)}`),
      };
    case 'cancelled':
      return {
        status: 'cancelled',
        error: ownError('Cancelled', verdict.began ? 'the run was cancelled' : 'cancelled before it began'),
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
      return {
        status: 'crashed',
        error: ownError('Crashed', `the sandbox process ended unexpectedly: ${describeExit(verdict.exit)}`),
      };
    case 'misbehaved':
      return {
        status: 'crashed',
        error: ownError('Crashed', `the sandbox misbehaved and was ended: ${verdict.detail}`),
      };
    case 'setup-failed':
      return { status: 'setup-failed', error: ownError('SetupFailed', verdict.detail) };
  }
};
