import type { MemoryCourse, Report, ReportOf } from './order.ts';

/** Growth of resident memory that is not yet one: whichever of both is more. */
const GROWTH_MIB = 64;
const GROWTH_SHARE = 0.2;
/** Threads that the engine may start on its own while workers come and go. */
const MORE_THREADS = 4;
/** Of main's event loop under attack, in ms. */
export const MAX_DELAY_P99_MS = 100;

/** What came of one part on one engine: its figures in one line, and which bounds are broken. */
export interface Verdict {
  readonly figures: string;
  readonly broken: readonly string[];
}

export const judge = (report: Report): Verdict => {
  switch (report.part) {
    case 'starts':
      return judgeStarts(report);
    case 'workers':
    case 'runs':
      return judgeEnds(report);
    case 'hostile':
      return judgeHostile(report);
  }
};

export const isFlat = ({ firstMiB, lastMiB }: MemoryCourse): boolean =>
  lastMiB - firstMiB <= Math.max(GROWTH_MIB, firstMiB * GROWTH_SHARE);

const judgeStarts = ({ asked, good, hung, lost, ms, wrong }: ReportOf<'starts'>): Verdict => ({
  figures: `${good} of ${asked} good, ${hung} hung, ${lost.length} aborted; p50 ${round(ms.p50)} ms, p99 ${round(ms.p99)} ms, most ${round(ms.max)} ms`,
  broken: [
    ...(good === asked ? [] : [`only ${good} of ${asked} starts were good`]),
    ...atAll(hung, 'starts hung'),
    ...listed(wrong, 'wrong starts'),
    ...listed(lost, 'processes aborted'),
  ],
});

const judgeEnds = (report: ReportOf<'workers' | 'runs'>): Verdict => {
  const { asked, ended, hung, lost, main, part, perSecond, sidecar, threads, wrong } = report;
  const all = Object.values(ended).reduce((sum, count) => sum + count, 0);
  return {
    figures: [
      `${all} of ${asked} ended (${counted(ended)}), ${hung} hung, ${lost.length} processes lost, ${perSecond.toFixed(1)} a second`,
      threads === null ? 'threads unknown' : `threads ${threads.before} → ${threads.after}`,
      `sidecar ${course(sidecar)}`,
      `main ${course(main)}`,
    ].join('; '),
    broken: [
      ...(all === asked ? [] : [`only ${all} of ${asked} ${part} were ended`]),
      ...atAll(hung, `${part} hung`),
      ...listed(wrong, 'wrong ends'),
      ...listed(lost, 'processes lost'),
      ...(threads !== null && threads.after > threads.before + MORE_THREADS
        ? [`${threads.after - threads.before} threads were left over`]
        : []),
      ...growth(sidecar, 'the sidecar'),
      ...growth(main, 'main'),
    ],
  };
};

const judgeHostile = (report: ReportOf<'hostile'>): Verdict => {
  const { broken, canary, delay, ends, hung, main, minutes, runs, statuses, untrue } = report;
  return {
    figures: [
      `${runs} runs in ${minutes} min (${counted(statuses)}), ${hung} hung, ${untrue.length} untrue verdicts`,
      `loop delay p50 ${round(delay.p50)} ms, p99 ${round(delay.p99)} ms, most ${round(delay.max)} ms`,
      `main ${course(main)}`,
      `processes ended: ${counted(ends)}; restarted by hand ${broken}`,
      `canary ${canary.untouched ? 'untouched' : 'TOUCHED'}, ${canary.connections} connections`,
    ].join('; '),
    broken: [
      ...(runs === 0 ? ['no run was made'] : []),
      ...atAll(hung, 'runs hung'),
      ...listed(untrue, 'untrue verdicts'),
      ...(delay.p99 <= MAX_DELAY_P99_MS
        ? []
        : [`main's event-loop delay has a p99 of ${round(delay.p99)} ms, above ${MAX_DELAY_P99_MS} ms`]),
      ...growth(main, 'main'),
      ...(canary.untouched ? [] : ['the canary was changed']),
      ...atAll(canary.connections, "connections to the canary's listener"),
    ],
  };
};

/** Of so many of a kind these few are told. */
const TOLD = 5;

const listed = (found: readonly string[], what: string): string[] =>
  found.length === 0 ? [] : [`${found.length} ${what}: ${found.slice(0, TOLD).join(' | ')}`];

const atAll = (count: number, what: string): string[] => (count === 0 ? [] : [`${count} ${what}`]);

const growth = (memory: MemoryCourse | null, whose: string): string[] =>
  memory === null || isFlat(memory) ? [] : [`the memory of ${whose} grew: ${course(memory)}`];

const course = (memory: MemoryCourse | null): string =>
  memory === null
    ? 'unknown'
    : `${round(memory.firstMiB)} → ${round(memory.lastMiB)} MiB (peak ${round(memory.peakMiB)})`;

const counted = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ') || 'none';

const round = (value: number): string => value.toFixed(0);
