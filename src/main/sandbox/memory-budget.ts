const MIB = 1024 * 1024;

/**
 * What a process needs before any guest's data, in MiB: itself (about 160) and as many interpreters as there may be
 * (about 40 each).
 */
const BASE_MIB = 1280;

/**
 * What a sidecar process may use in all, in bytes: code of many sessions shares it, and file data and
 * JavaScript memory lie outside the interpreters' own caps.
 *
 * @param memoryMiB cap of each interpreter's WebAssembly memory
 */
export const processLimitBytes = (memoryMiB: number): number => (BASE_MIB + 2 * memoryMiB) * MIB;

/** Writable memory that is never touched: stacks and heaps reserve more than they use, in MiB. */
const RESERVED_MIB = 1024;

/**
 * What the kernel lets the process have (RLIMIT_DATA), in MiB: above what the watch in main allows, which says
 * more clearly what happened, but holds also against what grows between two looks.
 */
export const dataLimitMiBFor = (limitBytes: number): number => Math.ceil(limitBytes / MIB) + RESERVED_MIB;

/** From here on idle sessions are dropped. */
const TIGHT = 0.75;
/** From here on the process is not spared. */
const FAR_OVER = 1.25;
/** A process that dies with this much in use died of it, whatever its exit code says. */
const FATAL = 0.7;

export type MemoryPressure = 'none' | 'tight' | 'over' | 'far-over';

export const pressureOf = (residentBytes: number, limitBytes: number): MemoryPressure => {
  if (residentBytes >= limitBytes * FAR_OVER) return 'far-over';
  if (residentBytes >= limitBytes) return 'over';
  return residentBytes >= limitBytes * TIGHT ? 'tight' : 'none';
};

/** Whether a death that nobody explained is one of memory. @param lastBytes null when it was never measured */
export const diedOfMemory = (lastBytes: number | null, limitBytes: number): boolean =>
  lastBytes !== null && lastBytes >= limitBytes * FATAL;
