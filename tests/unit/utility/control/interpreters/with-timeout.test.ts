import { afterEach, expect, it, vi } from 'vitest';
import { withTimeout } from '../../../../../src/utility/control/interpreters/with-timeout.ts';

afterEach(() => {
  vi.useRealTimers();
});

it('an action that is not done in time rejects with "busy", which says nothing of its outcome', async () => {
  vi.useFakeTimers();
  const late = withTimeout(100, new Promise(() => undefined));
  const outcome = expect(late).rejects.toMatchObject({ code: 'busy', message: 'not done within 100 ms' });
  await vi.advanceTimersByTimeAsync(100);
  await outcome;
});

it('the result or error of an action that is done in time is passed on, and no timer is left behind', async () => {
  vi.useFakeTimers();
  expect(await withTimeout(100, Promise.resolve(7))).toBe(7);
  await expect(withTimeout(100, Promise.reject(new Error('damaged')))).rejects.toThrow('damaged');
  expect(vi.getTimerCount()).toBe(0);
});
