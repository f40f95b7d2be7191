import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { linkSignals, raceStop } from '../../../src/main/base/stop-signal.ts';
import { deferred, FakeClock, never } from '../sandbox/support.ts';

const setUp = () => {
  const clock = new FakeClock();
  const controller = new AbortController();
  const work = deferred<number>();
  const raced = raceStop(work.promise, clock, 100, controller.signal);
  const left = (): number[] => [clock.waiting, getEventListeners(controller.signal, 'abort').length];
  return { clock, controller, work, raced, left };
};

it('gives the value and leaves no timer or listener behind', async () => {
  const { work, raced, left } = setUp();
  expect(left()).toEqual([1, 1]);
  work.resolve(7);
  expect(await raced).toEqual({ stopped: null, value: 7 });
  expect(left()).toEqual([0, 0]);
});

it('passes a rejection on', async () => {
  const { work, raced, left } = setUp();
  work.reject(new TypeError('no'));
  await expect(raced).rejects.toThrow(TypeError);
  expect(left()).toEqual([0, 0]);
});

it('makes an Error of a rejection with another value', async () => {
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- that is the case at hand
  await expect(raceStop(Promise.reject('x'), new FakeClock(), 1, AbortSignal.any([]))).rejects.toThrow('x');
});

it('stops at the deadline, not before; a late rejection is not unhandled', async () => {
  const { clock, work, raced, left } = setUp();
  clock.advance(99);
  expect(left()).toEqual([1, 1]);
  clock.advance(1);
  expect(await raced).toEqual({ stopped: 'deadline' });
  expect(left()).toEqual([0, 0]);
  work.reject(new Error('late'));
});

it('stops when the signal aborts, and a later deadline changes nothing', async () => {
  const { clock, controller, raced, left } = setUp();
  controller.abort();
  expect(left()).toEqual([0, 0]);
  clock.advance(1000);
  expect(await raced).toEqual({ stopped: 'cancelled' });
});

it('stops at once when the signal has aborted before', async () => {
  const clock = new FakeClock();
  const signal = AbortSignal.abort();
  expect(await raceStop(never(), clock, 100, signal)).toEqual({ stopped: 'cancelled' });
  expect([clock.waiting, getEventListeners(signal, 'abort').length]).toEqual([0, 0]);
});

it('links signals: the first that aborts counts, with its reason, and nothing is left at the sources', () => {
  const [a, b] = [new AbortController(), new AbortController()];
  const { signal, unlink } = linkSignals(a.signal, b.signal);
  const left = (): number[] => [a, b].map((source) => getEventListeners(source.signal, 'abort').length);
  expect([signal.aborted, left()]).toEqual([false, [1, 1]]);
  b.abort('second');
  expect([signal.aborted, signal.reason]).toEqual([true, 'second']);
  a.abort('first');
  unlink();
  expect([signal.reason, left()]).toEqual(['second', [0, 0]]);
});

it('links signals that have aborted before, and follows none once unlinked', () => {
  expect(linkSignals(new AbortController().signal, AbortSignal.abort('r')).signal).toMatchObject({
    ...{ aborted: true, reason: 'r' },
  });
  const controller = new AbortController();
  const { signal, unlink } = linkSignals(controller.signal, controller.signal);
  unlink();
  controller.abort();
  expect(signal.aborted).toBe(false);
});
