/** Figures out of what was measured. */
import { residentBytes } from '../../src/main/base/process-table.ts';
import type { MemoryCourse } from './order.ts';
import { MIB } from '../../src/shared/units.ts';

export const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
};

/** Of its first part a program grows to its size: so much of it does not count, of all samples. */
const WARM_UP = 0.1;

/** @param samples of resident memory, evenly in time; null when there are none */
export const courseOf = (samples: readonly number[]): MemoryCourse | null => {
  if (samples.length === 0) return null;
  const settled = samples.slice(Math.floor(samples.length * WARM_UP));
  const quarter = Math.max(1, Math.floor(settled.length / 4));
  return {
    firstMiB: percentile(settled.slice(0, quarter), 0.5),
    lastMiB: percentile(settled.slice(-quarter), 0.5),
    peakMiB: samples.reduce((most, sample) => Math.max(most, sample), 0),
  };
};

/** Resident memory of processes, time after time. */
export class MemorySamples {
  readonly #samples: number[] = [];

  /** Takes none where the system does not tell it, or the process is gone. */
  take(pid: number | null): void {
    const bytes = pid === null ? null : residentBytes(pid);
    if (bytes !== null) this.#samples.push(bytes / MIB);
  }

  get course(): MemoryCourse | null {
    return courseOf(this.#samples);
  }
}
