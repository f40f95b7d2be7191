import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PreloadedThreads } from '../../../../../src/utility/control/interpreters/preloaded-threads.ts';
import type { InterpreterThread } from '../../../../../src/utility/control/interpreters/interpreter-thread.ts';
import { deferred } from '../../../sandbox/support.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const setUp = () => {
  const died: (() => void)[] = [];
  let ended = 0;
  let isShort = false;
  const threads = new PreloadedThreads(() => {
    if (isShort) throw new Error('no memory for another thread');
    const death = deferred<{ cause: 'exited'; detail: string }>();
    died.push(() => death.resolve({ cause: 'exited', detail: '' }));
    const terminate = (): void => void (ended += 1);
    return { died: death.promise, terminate } as unknown as InterpreterThread;
  });
  return {
    threads,
    died,
    begun: () => died.length,
    ended: () => ended,
    shorten: (now: boolean) => (isShort = now),
  };
};

it('a preloaded thread is ready once one was wanted, and each is given away once', () => {
  const { threads, begun } = setUp();
  const first = threads.take();
  expect(begun()).toBe(1);
  vi.runAllTimers();
  expect(begun()).toBe(2);
  expect(threads.take()).not.toBe(first);
  expect(begun()).toBe(2);
});

it('a preloaded thread that has died is not given away', async () => {
  const { threads, died, begun } = setUp();
  threads.prepare();
  died[0]?.();
  await vi.runAllTimersAsync();
  threads.take();
  expect(begun()).toBe(2);
});

it('a preloaded thread that nobody will want is ended, and another one begins when one is wanted', () => {
  const { threads, begun, ended } = setUp();
  threads.drop();
  expect(ended()).toBe(0);
  threads.prepare();
  threads.drop();
  expect(ended()).toBe(1);
  threads.take();
  expect(begun()).toBe(2);
});

it('without memory for another thread none is started until one is wanted', () => {
  const { threads, begun, shorten } = setUp();
  threads.take();
  shorten(true);
  expect(() => vi.runAllTimers()).not.toThrow();
  expect(() => threads.take()).toThrow('no memory for another thread');
  shorten(false);
  threads.take();
  expect(begun()).toBe(2);
});
