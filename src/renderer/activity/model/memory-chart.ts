/** Memory over time, as a drawing of fixed size. */
import type { SandboxEvent } from '../../../shared/contract/sandbox-events.ts';

export const CHART_MS = 10 * 60 * 1000;
/** A longer interval without readings is a gap, since there was no process to measure. */
const GAP_MS = 15_000;

export interface MemoryPoint {
  readonly at: number;
  readonly mib: number;
  readonly pid: number;
}

export interface ChartMark {
  readonly at: number;
  readonly kind: 'start' | 'stop' | 'crash';
}

export interface ChartSize {
  readonly width: number;
  readonly height: number;
}

export interface MemoryChart {
  /** SVG path data, one subpath for each process. */
  readonly line: string;
  readonly area: string;
  /** Height of the limit line. */
  readonly limitY: number;
  readonly limitMiB: number;
  readonly marks: readonly { readonly x: number; readonly kind: ChartMark['kind'] }[];
  readonly peakMiB: number;
}

const memoryPoints = (events: readonly SandboxEvent[], since: number): MemoryPoint[] =>
  events.flatMap((event) =>
    event.type === 'memory' && event.at >= since
      ? [{ at: event.at, mib: event.residentMiB, pid: event.pid }]
      : [],
  );

const chartMarks = (events: readonly SandboxEvent[], since: number): ChartMark[] =>
  events.flatMap((event): ChartMark[] => {
    if (event.at < since) return [];
    if (event.type === 'process-started' && event.role === 'active') return [{ at: event.at, kind: 'start' }];
    if (event.type === 'process-promoted') return [{ at: event.at, kind: 'start' }];
    if (event.type !== 'process-ended' || event.role !== 'active') return [];
    const calm = event.cause === 'idle' || event.cause === 'stopped';
    return [{ at: event.at, kind: calm ? 'stop' : 'crash' }];
  });

/** Sequences of points without a gap. */
const pieces = (points: readonly MemoryPoint[]): MemoryPoint[][] => {
  const found: MemoryPoint[][] = [];
  for (const point of points) {
    const last = found.at(-1)?.at(-1);
    if (last?.pid === point.pid && point.at - last.at <= GAP_MS) found.at(-1)?.push(point);
    else found.push([point]);
  }
  return found;
};

const round = (value: number): number => Math.round(value * 10) / 10;

export const memoryChart = (
  events: readonly SandboxEvent[],
  now: number,
  limitMiB: number,
  { width, height }: ChartSize,
): MemoryChart => {
  const since = now - CHART_MS;
  const points = memoryPoints(events, since);
  const peakMiB = points.reduce((most, { mib }) => Math.max(most, mib), 0);
  // Room above the limit, so that its line is not the edge.
  const top = Math.max(limitMiB, peakMiB, 1) * 1.1;
  const x = (at: number): number => round(((at - since) / CHART_MS) * width);
  const y = (mib: number): number => round(height - (mib / top) * height);
  const drawn = pieces(points).map((piece) => piece.map(({ at, mib }) => `${x(at)} ${y(mib)}`));
  const ends = pieces(points).map((piece) => [x(piece[0]?.at ?? now), x(piece.at(-1)?.at ?? now)]);
  return {
    // A single reading is drawn as a dot: a line of length zero with round caps.
    line: drawn.map((piece) => `M${piece.join('L')}${piece.length === 1 ? 'h0.01' : ''}`).join(''),
    area: drawn
      .map(
        (piece, index) =>
          `M${ends[index]?.[0] ?? 0} ${height}L${piece.join('L')}L${ends[index]?.[1] ?? 0} ${height}Z`,
      )
      .join(''),
    limitY: y(limitMiB),
    limitMiB,
    marks: chartMarks(events, since).map(({ at, kind }) => ({ x: x(at), kind })),
    peakMiB,
  };
};
