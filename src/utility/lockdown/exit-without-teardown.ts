import { writeSync } from 'node:fs';
import process from 'node:process';
import { inspect } from 'node:util';
import type { NativeCalls } from './native-calls.ts';

const STDERR = 2;

/** For whoever looks for the reason of an end; nobody may be listening. */
const tellError = (error: Error): void => {
  try {
    writeSync(STDERR, `${inspect(error)}\n`);
  } catch {
    // The end must come all the same.
  }
};

/**
 * From now on the process ends, on whatever way, without the engine's own end. That stops the engine's threads, whose
 * event loops would ask for io_uring, which the filter refuses: libuv would abort the process. It flushes streams, too,
 * which the filter does not like better. Nothing is lost by it: standard output is written at once.
 */
export const exitWithoutTeardown = (native: NativeCalls): void => {
  // The engine tells of an uncaught error only after 'exit'.
  process.on('uncaughtExceptionMonitor', tellError);
  process.on('exit', (code) => native.exit(code));
  // What it prints is for nobody in particular: that it can't be written is no reason to end.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
};
