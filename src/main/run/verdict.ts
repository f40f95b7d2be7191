import type { ProcessEndCause } from '../../shared/contract/sandbox-events.ts';
import {
  INTERPRETER_ENDED,
  PACKAGES_MISSING,
  type RunError,
  type RunStatus,
} from '../../shared/contract/run.ts';
import type { GuestOutcome } from '../../shared/protocol/guest-report.ts';

/** Why a sandbox process is gone. */
export interface ProcessEnd {
  readonly cause: ProcessEndCause;
  /** For people: exit code, signal, or the measured memory. */
  readonly detail: string;
}

/** How a run was stopped. */
export type StoppedBy =
  /** The run ended after an interrupt, with this report. The interpreter can be used again. */
  | { readonly means: 'interrupt'; readonly outcome: GuestOutcome | null }
  /** The interpreter was terminated. */
  | { readonly means: 'termination' };

/** How a run ended, before it is put into a RunResult. */
export type Verdict =
  | { readonly kind: 'finished'; readonly outcome: GuestOutcome }
  | { readonly kind: 'timeout'; readonly limitMs: number; readonly by: StoppedBy }
  /** `by` is null when the run never began. */
  | { readonly kind: 'cancelled'; readonly by: StoppedBy | null }
  | { readonly kind: 'out-of-memory'; readonly detail: string }
  /** The interpreter died; both texts may be written by the guest. */
  | { readonly kind: 'interpreter-died'; readonly detail: string; readonly stack: string }
  /** The whole process died. */
  | { readonly kind: 'process-died'; readonly end: ProcessEnd }
  /** The sidecar violated the protocol, and was ended. */
  | { readonly kind: 'misbehaved'; readonly detail: string }
  /** The connection to the process that runs the code broke. */
  | { readonly kind: 'runner-failed'; readonly detail: string }
  | { readonly kind: 'setup-failed'; readonly detail: string }
  /** A package that the run needs is not available. */
  | { readonly kind: 'packages-missing'; readonly detail: string };

const ownError = (type: string, message: string): RunError => ({ type, message, traceback: '', line: null });

const seconds = (ms: number): string => `${Number((ms / 1000).toFixed(3))} s`;

/** Where the guest was interrupted, if it reports that. */
const stoppedError = (type: string, message: string, by: StoppedBy): RunError => {
  if (by.means === 'termination') {
    return ownError(type, `${message} and did not react to an interrupt, so its interpreter was ended`);
  }
  const where = by.outcome?.error;
  const error = ownError(type, `${message} and was interrupted`);
  // Only KeyboardInterrupt has the frames where the code hung.
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

export interface VerdictReport {
  readonly status: RunStatus;
  readonly error: RunError | null;
}

/** Message of the parser about code that is nested too deeply for its stack (CPython's Parser/pegen.h, `p->level`). */
const PARSER_STACK = 'Parser stack overflowed';

const isLackOfMemory = ({ message, type }: RunError): boolean =>
  type === 'MemoryError' && !message.startsWith(PARSER_STACK);

/** CPython's own MemoryError has no message. */
const NO_MEMORY_LEFT = 'its interpreter has no more memory; what the session keeps counts, too';

const reportOutcome = ({ error }: GuestOutcome): VerdictReport => {
  if (error === null) return { status: 'ok', error };
  // Code may raise it itself, which can't be distinguished from a refused allocation.
  if (!isLackOfMemory(error)) return { status: 'error', error };
  return {
    status: 'out-of-memory',
    error: { ...error, message: error.message === '' ? NO_MEMORY_LEFT : error.message },
  };
};

/** Status and error of the result for a verdict. */
export const reportVerdict = (verdict: Verdict): VerdictReport => {
  switch (verdict.kind) {
    case 'finished':
      return reportOutcome(verdict.outcome);
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
          ...ownError('Crashed', `${INTERPRETER_ENDED}${verdict.detail}`),
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

/** The guest's own report; null where there is none, because its interpreter is gone. */
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
