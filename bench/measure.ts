/** One measured action, summed up over its repetitions; in the unit of its row. */
export interface Sample {
  readonly min: number;
  readonly p50: number;
  readonly p99: number;
  readonly runs: number;
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

export function summarize(values: readonly number[]): Sample {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    min: sorted[0] ?? Number.NaN,
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
    runs: sorted.length,
  };
}

/** Repeats an action, one at a time, and takes the whole of it, in ms. */
export const measure = (runs: number, action: () => unknown): Promise<Sample> =>
  sample(runs, () => timed(action));

/** Repeats an action that says itself how much counts. */
export async function sample(runs: number, action: () => Promise<number>): Promise<Sample> {
  const values: number[] = [];
  for (let run = 0; run < runs; run++) values.push(await action());
  return summarize(values);
}

/** How long an action takes, in ms. */
export async function timed(action: () => unknown): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}

export type Unit = 'ms' | 'MiB' | 'per second' | '%';

export interface Baseline {
  readonly name: string;
  readonly measured: Sample;
}

/** What was measured, beside something measured in the same run of the benchmark. */
export interface Row {
  readonly name: string;
  readonly unit: Unit;
  readonly measured: Sample;
  readonly baseline?: Baseline;
  /** What it should be, in words. */
  readonly target?: string;
}

export interface Group {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** Compared by their medians. */
export const ratio = ({ measured, baseline }: Row): number | null =>
  baseline === undefined ? null : measured.p50 / baseline.measured.p50;
