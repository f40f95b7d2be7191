/** What the soak makes of its arguments and of what was measured. */
import { describe, expect, test } from 'vitest';
import { readSoakArguments } from '../../../scripts/soak/arguments.ts';
import { attacks } from '../../../scripts/soak/attacks.ts';
import { courseOf, percentile } from '../../../scripts/soak/measures.ts';
import type { ReportOf } from '../../../scripts/soak/order.ts';
import { isTrue } from '../../../scripts/soak/truth.ts';
import { judge } from '../../../scripts/soak/verdict.ts';
import { momentOf, nameOf, OCCUPATIONS } from '../../../scripts/soak/ended-threads/moments.ts';
import { SetupError } from '../../../scripts/shared/setup-error.ts';
import { RunStatus } from '../../../src/shared/contract/run.ts';

describe('arguments', () => {
  test('without any, all parts run on all engines in full', () => {
    expect(readSoakArguments([])).toEqual({
      engines: ['electron', 22, 24, 26],
      parts: ['starts', 'workers', 'runs', 'hostile'],
      starts: 300,
      workers: 10_000,
      seed: 1,
      runs: 200,
      minutes: 10,
    });
  });

  test('engines, parts and counts can be chosen, in any order', () => {
    const given = ['26', '--only', 'hostile,starts', 'electron', '--minutes', '0.5', '--starts', '7'];
    expect(readSoakArguments(given)).toMatchObject({
      engines: ['electron', 26],
      parts: ['starts', 'hostile'],
      starts: 7,
      minutes: 0.5,
    });
  });

  test.each([
    [['20']],
    [['chromium']],
    [['--only', 'everything']],
    [['--only', '']],
    [['--starts', '0']],
    [['--starts', '1.5']],
    [['--workers', '-1']],
    [['--workers', '1e3']],
    [['--seed', 'x']],
    [['--runs', '0']],
    [['--minutes', 'ten']],
    [['--minutes', '0']],
    [['--hours', '1']],
  ])('%j is refused, with the usage', (given) => {
    expect(() => readSoakArguments(given)).toThrow(SetupError);
    expect(() => readSoakArguments(given)).toThrow(/Usage: npm run soak/u);
  });
});

describe('figures', () => {
  test('percentiles', () => {
    const values = [5, 1, 4, 2, 3];
    expect([0, 0.5, 0.99, 1].map((share) => percentile(values, share))).toEqual([1, 3, 5, 5]);
    expect(percentile([], 0.5)).toBe(0);
  });

  test('the course of memory leaves the warm-up out, except for the peak', () => {
    const samples = [900, ...Array.from({ length: 9 }, () => 100), ...Array.from({ length: 10 }, () => 130)];
    expect(courseOf(samples)).toEqual({ firstMiB: 100, lastMiB: 130, peakMiB: 900 });
    expect(courseOf([7])).toEqual({ firstMiB: 7, lastMiB: 7, peakMiB: 7 });
    expect(courseOf([])).toBeNull();
  });
});

const starts: ReportOf<'starts'> = {
  part: 'starts',
  asked: 3,
  good: 3,
  hung: 0,
  wrong: [],
  lost: [],
  ms: { p50: 400, p99: 600, max: 700 },
};
const workers: ReportOf<'workers'> = {
  part: 'workers',
  asked: 5,
  ended: { 'after a run': 4, reset: 1 },
  hung: 0,
  wrong: [],
  lost: [],
  perSecond: 7.25,
  threads: { before: 12, after: 13 },
  main: { firstMiB: 100, lastMiB: 160, peakMiB: 200 },
  sidecar: { firstMiB: 1000, lastMiB: 1200, peakMiB: 1300 },
};
const runs: ReportOf<'runs'> = { ...workers, part: 'runs' };
const hostile: ReportOf<'hostile'> = {
  part: 'hostile',
  minutes: 10,
  runs: 9,
  hung: 0,
  statuses: { ok: 5, timeout: 4 },
  untrue: [],
  ends: { 'out-of-memory': 1 },
  broken: 0,
  delay: { p50: 10, p99: 100, max: 300 },
  main: null,
  canary: { untouched: true, connections: 0 },
};

describe('moments at which threads are ended', () => {
  const COUNT = 10_000;
  const moments = Array.from({ length: COUNT }, (_none, index) => momentOf(7, index));

  test('follow from the seed', () => {
    expect(moments).toEqual(Array.from({ length: COUNT }, (_none, index) => momentOf(7, index)));
    expect(momentOf(8, 0)).not.toEqual(moments[0]);
  });

  test("cover every part of an interpreter's life, and all that a guest does", () => {
    const counts: Record<string, number> = {};
    for (const moment of moments) counts[nameOf(moment)] = (counts[nameOf(moment)] ?? 0) + 1;
    const beforeRuns = [
      'before its snapshot',
      'while it starts',
      'while it starts from nothing',
      'once it has started',
    ];
    expect(Object.keys(counts).sort()).toEqual([...beforeRuns, ...Object.keys(OCCUPATIONS)].sort());
    for (const [name, count] of Object.entries(counts)) expect(count, name).toBeGreaterThan(20);
  });

  test('are spread over the whole start', () => {
    const tenths = new Set<number>();
    for (const moment of moments)
      if (moment.kind === 'while it starts') tenths.add(Math.floor(moment.share * 10));
    expect(tenths.size).toBe(10);
  });
});

describe('verdict', () => {
  test.each([starts, workers, runs, hostile])('$part: within all bounds', (report) => {
    expect(judge(report).broken).toEqual([]);
  });

  test('the figures are one line', () => {
    expect(judge(starts).figures).toBe('3 of 3 good, 0 hung, 0 aborted; p50 400 ms, p99 600 ms, most 700 ms');
    expect(judge(workers).figures).toContain('5 of 5 ended (after a run 4, reset 1), 0 hung');
    expect(judge(hostile).figures).toContain('p99 100 ms');
    for (const report of [starts, workers, hostile]) expect(judge(report).figures).not.toContain('\n');
  });

  test.each<[string, Partial<ReportOf<'starts'>>]>([
    ['one not good', { good: 2 }],
    ['one hung', { hung: 1 }],
    ['one wrong', { wrong: ['not locked down'] }],
    ['one aborted', { lost: ['exited: signal SIGABRT'] }],
  ])('starts: %s', (_name, changes) => {
    expect(judge({ ...starts, ...changes }).broken).toHaveLength(1);
  });

  test.each<[string, Partial<ReportOf<'workers'>>]>([
    ['one not ended', { ended: { 'after a run': 4 } }],
    ['one hung', { hung: 1 }],
    ['one wrong', { wrong: ['cancelled: ok'] }],
    ['the process lost', { lost: ['exited: code 1'] }],
    ['threads left over', { threads: { before: 12, after: 17 } }],
    ["main's memory grew", { main: { firstMiB: 100, lastMiB: 165, peakMiB: 165 } }],
    ["the sidecar's memory grew", { sidecar: { firstMiB: 1000, lastMiB: 1201, peakMiB: 1201 } }],
  ])('workers: %s', (_name, changes) => {
    expect(judge({ ...workers, ...changes }).broken).toHaveLength(1);
  });

  test.each<[string, Partial<ReportOf<'hostile'>>]>([
    ['nothing ran', { runs: 0 }],
    ['one hung', { hung: 1 }],
    ['one untrue verdict', { untrue: ['loop: ok'] }],
    ['main was held up', { delay: { p50: 10, p99: 101, max: 101 } }],
    ["main's memory grew", { main: { firstMiB: 100, lastMiB: 200, peakMiB: 200 } }],
    ['the canary was changed', { canary: { untouched: false, connections: 0 } }],
    ["the canary's listener was found", { canary: { untouched: true, connections: 1 } }],
  ])('hostile: %s', (_name, changes) => {
    expect(judge({ ...hostile, ...changes }).broken).toHaveLength(1);
  });
});

describe('a true verdict', () => {
  const attack = { timeoutMs: 1000, verdicts: ['error'] };
  const result = (status: RunStatus, runMs = 10) => ({
    status,
    timing: { waitMs: 0, startMs: 0, packagesMs: 0, runMs },
  });

  test('is one that the code can lead to', () => {
    expect(isTrue(attack, result('error'), [])).toBe(true);
    for (const status of RunStatus.options.filter((one) => one !== 'error')) {
      expect(isTrue(attack, result(status), []), status).toBe(false);
    }
  });

  test('is a timeout only after the time limit', () => {
    expect(isTrue(attack, result('timeout', 999), [])).toBe(false);
    expect(isTrue(attack, result('timeout', 1000), [])).toBe(true);
  });

  test("is that of the process's end, by its cause", () => {
    expect(isTrue(attack, result('crashed'), [{ cause: 'exited' }])).toBe(true);
    expect(isTrue(attack, result('crashed'), [{ cause: 'out-of-memory' }])).toBe(false);
    expect(isTrue(attack, result('out-of-memory'), [{ cause: 'out-of-memory' }])).toBe(true);
    expect(isTrue(attack, result('out-of-memory'), [{ cause: 'exited' }])).toBe(false);
    expect(isTrue(attack, result('out-of-memory'), [], [{ leaves: 'full-memory' }])).toBe(true);
    expect(isTrue(attack, result('out-of-memory'), [], [{ leaves: 'nothing' }])).toBe(false);
    expect(isTrue(attack, result('ok'), [{ cause: 'exited' }])).toBe(false);
  });

  test('is an error where an earlier run of the session has changed the built-in names', () => {
    const harmless = { timeoutMs: 1000, verdicts: ['ok'] };
    expect(isTrue(harmless, result('error'), [])).toBe(false);
    expect(isTrue(harmless, result('error'), [], [{ leaves: 'full-memory' }])).toBe(false);
    expect(isTrue(harmless, result('error'), [], [{ leaves: 'changed-builtins' }])).toBe(true);
    expect(attacks().filter(({ leaves }) => leaves === 'changed-builtins')).toMatchObject([
      { name: 'ST-01#0' },
    ]);
  });
});

test('the attacks have unique names, and a short soak has each kind of them', () => {
  const all = attacks();
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  const first = all.slice(0, 7).map(({ name }) => name);
  expect(first).toEqual(expect.arrayContaining(['loop', 'output', 'memory', 'deep value']));
});
