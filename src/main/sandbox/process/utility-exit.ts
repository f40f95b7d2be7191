import { constants } from 'node:os';
import type { ProcessExit } from '../sidecar/sidecar-process.ts';

/** What Electron's 'child-process-gone' says of a process; later versions may add reasons. */
export interface GoneDetails {
  readonly reason: string;
  readonly exitCode: number;
}

/** 'memory-eviction' since Electron 40: the system ended the process to reclaim memory. */
const OUT_OF_MEMORY: ReadonlySet<string> = new Set(['oom', 'memory-eviction']);
const BY_SIGNAL: ReadonlySet<string> = new Set(['killed', 'crashed']);

/** Windows has no signals; its exit codes mean something else. */
const signalNamed = (number: number, platform: NodeJS.Platform): string | null =>
  platform === 'win32'
    ? null
    : (Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? null);

/**
 * How a utility process ended. Electron gives the number of the signal as the exit code of what a signal ended, and 0
 * for SIGTERM and SIGKILL that were sent by its own `kill`; the details tell then.
 *
 * @param code of the 'exit' event
 * @param details null when Electron did not give any
 */
export const utilityExit = (
  code: number,
  details: GoneDetails | null,
  platform: NodeJS.Platform,
): ProcessExit => {
  const number = code === 0 && details !== null ? details.exitCode : code;
  const signal = details !== null && BY_SIGNAL.has(details.reason) ? signalNamed(number, platform) : null;
  return {
    code: signal === null ? number : null,
    signal,
    outOfMemory: details !== null && OUT_OF_MEMORY.has(details.reason),
  };
};
