import { LIMITS } from '../../../shared/limits.ts';
import { MIB } from '../../../shared/units.ts';

/**
 * What a process needs before any guest's data, in MiB: itself (about 160) and as many interpreters as there may be
 * (about 40 each).
 */
const BASE_MIB = 1280;

/** An idle session with pandas in it: about 310 MiB of data and 250 MiB of that resident. */
const SESSION_MIB = 320;

/** Memory of the machine that is left to other programs. */
const SPARED_BYTES = 1024 * MIB;

/** Approximate ratio of a process's data to its resident memory: stacks and heaps reserve more than they use. */
const RESERVES = 1.5;

/** Share of the limit from which on idle sessions are evicted. */
const TIGHT = 0.75;
/** Share of the limit at which the process is killed. */
const FAR_OVER = 1.25;
/** A process that exits while it uses this share is reported as out of memory, whatever its exit code. */
const FATAL = 0.7;

/** Lowest limit on any machine: the process, small sessions, and two interpreters at their cap. */
const minBytes = (memoryMiB: number): number => (BASE_MIB + 2 * memoryMiB) * MIB;

/** Highest limit: with the maximum of idle sessions the process stays below the share that counts as out of memory. */
const maxBytes = (memoryMiB: number): number =>
  Math.ceil((BASE_MIB + LIMITS.sessions * SESSION_MIB) / FATAL) * MIB + 2 * memoryMiB * MIB;

const clamp = (min: number, wanted: number, max: number): number => Math.min(Math.max(min, wanted), max);

/**
 * Limit of a sidecar's resident memory, in bytes. Many sessions share the process, and file data and JavaScript memory
 * are not part of the interpreters' own caps.
 *
 * @param memoryMiB cap of each interpreter's WebAssembly memory
 * @param availableBytes what the machine has free, and what the process has of it already
 */
export const processLimitBytes = (memoryMiB: number, availableBytes = 0): number =>
  clamp(minBytes(memoryMiB), availableBytes - SPARED_BYTES, maxBytes(memoryMiB));

/**
 * Limit of a process's private writable memory, in bytes, used or only reserved: as the kernel counts it.
 *
 * @param availableBytes what the machine has free as the process begins
 */
export const dataBudgetBytes = (memoryMiB: number, availableBytes: number): number =>
  clamp(minBytes(memoryMiB), availableBytes * RESERVES, maxBytes(memoryMiB));

/** How far RLIMIT_DATA is above the limit that main watches, in MiB. */
const LEEWAY_MIB = 512;

/**
 * The kernel's cap for such a budget (RLIMIT_DATA), in MiB. Above the limit that main watches, since main reports the cause more
 * clearly; the kernel's cap also stops growth between two of main's readings.
 */
export const dataLimitMiBFor = (budgetBytes: number): number =>
  Math.ceil((budgetBytes * FAR_OVER) / MIB) + LEEWAY_MIB;

export type MemoryPressure = 'none' | 'tight' | 'over' | 'far-over';

export const pressureOf = (usedBytes: number, limitBytes: number): MemoryPressure => {
  if (usedBytes >= limitBytes * FAR_OVER) return 'far-over';
  if (usedBytes >= limitBytes) return 'over';
  return usedBytes >= limitBytes * TIGHT ? 'tight' : 'none';
};

/** Whether an unexplained exit counts as out of memory. @param lastBytes last reading; null when there was none */
export const diedOfMemory = (lastBytes: number | null, limitBytes: number): boolean =>
  lastBytes !== null && lastBytes >= limitBytes * FATAL;

/** One kind of memory: use and limit, in bytes. */
export interface MemoryUse {
  readonly usedBytes: number;
  readonly limitBytes: number;
}

/** The reading that is closest to its limit. */
export const tightest = (uses: readonly [MemoryUse, ...MemoryUse[]]): MemoryUse =>
  uses.reduce((worst, use) => (shareOf(use) > shareOf(worst) ? use : worst));

export const shareOf = ({ usedBytes, limitBytes }: MemoryUse): number => usedBytes / limitBytes;
