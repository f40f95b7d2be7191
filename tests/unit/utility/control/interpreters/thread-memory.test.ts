/** When a thread is asked for its memory, and what is made of its answer. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ThreadMemory } from '../../../../../src/utility/control/interpreters/thread-memory.ts';

const LIMIT_MIB = 100;
const PERIOD_MS = 50;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const setUp = () => {
  const told: string[] = [];
  const memory = new ThreadMemory({
    limitMiB: LIMIT_MIB,
    request: () => told.push('request'),
    onTooMuch: (detail) => told.push(detail),
  });
  const begin = (): void => {
    memory.begin();
    memory.watch();
  };
  return { begin, memory, told, thread: new Int32Array(memory.shared) };
};

it('is asked for every 50 ms while code runs, and not afterwards', () => {
  const { begin, memory, told } = setUp();
  begin();
  vi.advanceTimersByTime(4 * PERIOD_MS);
  expect(told).toEqual(['request', 'request', 'request', 'request']);
  memory.end();
  vi.advanceTimersByTime(10 * PERIOD_MS);
  expect(told).toHaveLength(4);
  expect(vi.getTimerCount()).toBe(0);
});

it('is watched by one timer, however many short runs follow each other', () => {
  const { begin, memory, told } = setUp();
  for (let run = 0; run < 100; run++) {
    begin();
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(1);
    memory.end();
  }
  begin();
  vi.advanceTimersByTime(PERIOD_MS);
  expect(told.length).toBeGreaterThan(0);
});

it('that is above the limit is told with how much it is', () => {
  const { begin, told, thread } = setUp();
  begin();
  Atomics.store(thread, 0, LIMIT_MIB);
  vi.advanceTimersByTime(PERIOD_MS);
  Atomics.store(thread, 0, LIMIT_MIB + 1);
  vi.advanceTimersByTime(PERIOD_MS);
  expect(told).toEqual([
    'request',
    `the interpreter used ${LIMIT_MIB + 1} MiB of ${LIMIT_MIB} MiB for its data, files and objects`,
  ]);
});

it('of an earlier run ends no later one, and is what is known until that has measured', () => {
  const { begin, memory, told, thread } = setUp();
  begin();
  Atomics.store(thread, 0, LIMIT_MIB + 50);
  memory.end();
  begin();
  vi.advanceTimersByTime(PERIOD_MS);
  expect(told).toEqual(['request']);
  expect(memory.usedMiB).toBe(LIMIT_MIB + 50);
  Atomics.store(thread, 0, 7);
  expect(memory.usedMiB).toBe(7);
  Atomics.store(thread, 0, -1);
  expect(memory.usedMiB).toBe(LIMIT_MIB + 50);
});
