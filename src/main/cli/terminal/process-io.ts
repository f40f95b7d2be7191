import process from 'node:process';
import { isatty } from 'node:tty';
import type { CliIo } from '../dependencies.ts';

const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const DEFAULT_COLUMNS = 80;

const ignore = (): void => undefined;

/** The command line's view of the running process. */
export function processIo(): CliIo {
  return {
    // Only touching it makes Node open it, which a command that reads nothing should not do.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    stdinIsTty: isatty(0),
    stdoutIsTty: isatty(1),
    stderrIsTty: isatty(2),
    // Some pseudo-terminals say 0.
    columns: process.stdout.isTTY && process.stdout.columns > 0 ? process.stdout.columns : DEFAULT_COLUMNS,
    cwd: process.cwd(),
    onInterrupt(listener) {
      for (const signal of INTERRUPTS) process.on(signal, listener);
      return () => {
        for (const signal of INTERRUPTS) {
          // Without a listener the next signal would end the process before it has tidied up.
          process.on(signal, ignore);
          process.off(signal, listener);
        }
      };
    },
  };
}
