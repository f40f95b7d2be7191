import type { RunStatus } from '../../../shared/contract/run.ts';

/**
 * What the shell sees. The numbers are part of the command line's contract.
 */
export const EXIT_CODES = {
  ok: 0,
  pythonError: 1,
  /** Of `doctor`: a layer that this system can have does not hold. */
  layerMissing: 1,
  usage: 2,
  /** Crashed, set-up failed, or the output could not be written: nothing the script did (EX_SOFTWARE). */
  failed: 70,
  timeout: 124,
  cancelled: 130,
  outOfMemory: 137,
  /**
   * The reader of our output went away (`vivarium run … | head -1`). 128 + SIGPIPE: what a shell reports for
   * coreutils, so that `set -o pipefail` treats this command like any other.
   */
  brokenPipe: 141,
} as const;
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

export function exitCodeOf(status: RunStatus): ExitCode {
  switch (status) {
    case 'ok':
      return EXIT_CODES.ok;
    case 'error':
      return EXIT_CODES.pythonError;
    case 'timeout':
      return EXIT_CODES.timeout;
    case 'cancelled':
      return EXIT_CODES.cancelled;
    case 'out-of-memory':
      return EXIT_CODES.outOfMemory;
    case 'crashed':
    case 'setup-failed':
      return EXIT_CODES.failed;
  }
}
