/** Milliseconds of one measured action, summed up over its repetitions. */
export interface Sample {
  readonly p50: number;
  readonly p99: number;
  readonly runs: number;
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

/** Repeats an action, one at a time, and takes the whole of it. */
export const measure = (runs: number, action: () => unknown): Promise<Sample> =>
  sample(runs, async () => {
    const start = performance.now();
    await action();
    return performance.now() - start;
  });

/** Repeats an action that says itself how many milliseconds count. */
export async function sample(runs: number, action: () => Promise<number>): Promise<Sample> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) times.push(await action());
  times.sort((a, b) => a - b);
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99), runs };
}

export interface Row {
  readonly name: string;
  readonly measured: Sample;
  /** What it is compared with, measured in the same run of the benchmark. */
  readonly baseline: { readonly name: string; readonly measured: Sample };
}

/** How much of the baseline's time it takes. */
export const ratio = (row: Row): number => row.measured.p50 / row.baseline.measured.p50;
