import type { GuestOutcome, RunError, RunStatus } from '../../shared/contract/sandbox.ts';

/** How a process ended, as the system tells it. */
export interface NativeExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** How a native run ended, before it is put into a RunResult. */
export type NativeVerdict =
  | { readonly kind: 'finished'; readonly outcome: GuestOutcome }
  | { readonly kind: 'timeout'; readonly limitMs: number }
  | { readonly kind: 'cancelled'; readonly began: boolean }
  /** The process ended without a report; `stack` is where it was at a fatal signal, or ''. */
  | { readonly kind: 'died'; readonly exit: NativeExit; readonly stack: string }
  /** What it reported is no report. */
  | { readonly kind: 'spoilt'; readonly detail: string }
  | { readonly kind: 'setup-failed'; readonly detail: string };

export interface NativeReport {
  readonly status: RunStatus;
  readonly error: RunError | null;
}

const ownError = (type: string, message: string, traceback = ''): RunError => ({
  type,
  message,
  traceback,
  line: null,
});

const describeExit = ({ code, signal }: NativeExit): string => {
  if (signal === 'SIGKILL') return 'signal SIGKILL, perhaps because the computer had no memory left';
  return signal === null ? `exit code ${code ?? '?'}` : `signal ${signal}`;
};

const finished = ({ error }: GuestOutcome): NativeReport => {
  if (error === null) return { status: 'ok', error };
  // Whoever raised it: an allocation that was refused can't be told from code that says so itself.
  return { status: error.type === 'MemoryError' ? 'out-of-memory' : 'error', error };
};

/** The status and the error that tell the truth about a verdict. */
export const reportNative = (verdict: NativeVerdict): NativeReport => {
  switch (verdict.kind) {
    case 'finished':
      return finished(verdict.outcome);
    case 'timeout': {
      const limit = `${Number((verdict.limitMs / 1000).toFixed(3))} s`;
      return {
        status: 'timeout',
        error: ownError('Timeout', `the code ran longer than its limit of ${limit}`),
      };
    }
    case 'cancelled': {
      const message = verdict.began ? 'the run was cancelled' : 'cancelled before it began';
      return { status: 'cancelled', error: ownError('Cancelled', message) };
    }
    case 'died': {
      const message = `the Python interpreter ended: ${describeExit(verdict.exit)}`;
      return { status: 'crashed', error: ownError('Crashed', message, verdict.stack) };
    }
    case 'spoilt': {
      const message = `the Python interpreter ended, but ${verdict.detail}`;
      return { status: 'crashed', error: ownError('Crashed', message) };
    }
    case 'setup-failed':
      return { status: 'setup-failed', error: ownError('SetupFailed', verdict.detail) };
  }
};
