import { describe, expect, it } from 'vitest';
import { addEvents, recoveryOf } from '../../../src/renderer/activity/model/event-log.ts';
import { memoryChart } from '../../../src/renderer/activity/model/memory-chart.ts';
import { TIMELINE_KINDS, timelineOf } from '../../../src/renderer/activity/model/timeline.ts';
import { ProcessEndCause, type SandboxEvent } from '../../../src/shared/contract/sandbox-events.ts';
import { CallOutcome } from '../../../src/shared/contract/run.ts';
import { createTranslate } from '../../../src/shared/translate.ts';
import { allTexts } from '../../support/locales.ts';

const started = (at: number, role: 'active' | 'standby' = 'active'): SandboxEvent => ({
  type: 'process-started',
  at,
  pid: 7,
  role,
  startMs: 300,
});
const ended = (at: number, cause: ProcessEndCause = 'exited'): SandboxEvent => ({
  type: 'process-ended',
  at,
  pid: 7,
  role: 'active',
  cause,
  detail: 'signal SIGKILL',
});
const promoted = (at: number): SandboxEvent => ({ type: 'process-promoted', at, pid: 8 });
const memory = (at: number, residentMiB: number, pid = 7): SandboxEvent => ({
  type: 'memory',
  at,
  pid,
  residentMiB,
  limitMiB: 1000,
});
const t = createTranslate('en', allTexts());

describe('the timeline', () => {
  it('is newest first, in words, filtered by kind', () => {
    const events = [started(1), memory(2, 50), ended(3), promoted(4)];
    expect(timelineOf(events, 'all').map(({ key, values }) => t(key, values))).toEqual([
      'Spare process 8 took over',
      'Process 7 ended by itself',
      'Process 7 started',
    ]);
    expect(timelineOf(events, 'crash').map(({ detail }) => detail)).toEqual(['signal SIGKILL']);
  });

  it('has words for each way a process ends, and a filter for each kind', () => {
    for (const cause of ProcessEndCause.options) {
      const [entry] = timelineOf([ended(1, cause)], 'all');
      expect(t(entry?.key ?? '', entry?.values)).toMatch(/^Process 7 /u);
      expect(t(`status.cause.${cause}`)).not.toMatch(/^status/u);
    }
    for (const kind of TIMELINE_KINDS) expect(t(`activity.${kind}`)).not.toMatch(/^activity/u);
  });
});

it('what a session printed at its end is kept apart from what the app says, and hides nothing', () => {
  const said = {
    session: 'a',
    runtime: 'embedded',
    why: 'idle',
    printed: 'gone\u202E\nProcess 7 ended\u200B\n',
  };
  const [entry] = timelineOf([{ type: 'session-ended', at: 1, ...said } as SandboxEvent], 'all');
  expect(entry).toMatchObject({
    detail: '',
    printed: String.raw`gone\u{202e}\u{a}Process 7 ended\u{200b}`,
  });
  const [broken] = timelineOf([{ ...ended(1), detail: 'a\u202Eb' } as SandboxEvent], 'all');
  expect(broken?.detail).toBe(String.raw`a\u{202e}b`);
});

it('calls of functions are told of, by a name that the code chose only where such a function was given', () => {
  const texts = CallOutcome.options.map((outcome) => {
    const call = { name: 'desk.add', bytes: 1, resultBytes: 1, ms: 5, outcome };
    const [entry] = timelineOf([{ type: 'function-called', at: 1, run: 1, session: 'a', call }], 'run');
    expect(entry).toMatchObject({ session: 'a', durationMs: 5 });
    return t(entry?.key ?? '', entry?.values);
  });
  expect(texts).toEqual([
    'called desk.add',
    'called desk.add, which failed',
    'was denied a call of desk.add',
    'was refused a call',
    'stopped waiting for desk.add',
  ]);
});

describe('what is kept', () => {
  it('drops old measures of memory and, beyond a number, the oldest events', () => {
    const now = 20 * 60 * 1000;
    const many = Array.from({ length: 2500 }, (_, index) => started(index));
    const log = addEvents(many, [memory(1, 10), memory(now - 1, 20)], now);
    expect(log.filter(({ type }) => type === 'memory')).toEqual([memory(now - 1, 20)]);
    expect(log[0]).toEqual(started(500));
  });
});

describe('after a death', () => {
  it.each([
    ['the spare took over', [ended(100), promoted(160)], 60],
    ['the spare took over before the end was seen', [promoted(98), ended(100)], 0],
    ['another one was started', [ended(100), started(2100)], 2000],
    ['only a spare came', [ended(100), started(300, 'standby')], null],
  ])('%s', (_name, events, readyMs) => {
    expect(recoveryOf(events, 150)).toEqual({ detail: 'signal SIGKILL', readyMs });
  });

  it('is nothing when no process died', () => {
    expect(recoveryOf([started(1)], 150)).toBeNull();
  });
});

describe('the chart', () => {
  const size = { width: 600, height: 110 };

  it('has one line for each process, and a mark where something happened', () => {
    const now = 1_000_000;
    const events = [
      started(now - 300_000),
      memory(now - 299_000, 500),
      memory(now - 298_000, 1000),
      ended(now - 297_000),
      promoted(now - 297_000),
      memory(now - 296_000, 200, 8),
    ];
    const chart = memoryChart(events, now, 1000, size);
    expect(chart.line.match(/M/gu)).toHaveLength(2);
    expect(chart.line.startsWith('M301 60L302 10')).toBe(true);
    expect(chart.limitY).toBe(10);
    expect(chart.marks.map(({ kind }) => kind)).toEqual(['start', 'crash', 'start']);
    expect(chart.peakMiB).toBe(1000);
  });

  it('is empty without measures', () => {
    expect(memoryChart([], 0, 1000, size)).toMatchObject({ line: '', area: '', marks: [], peakMiB: 0 });
  });
});
