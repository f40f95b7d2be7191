import { afterEach, expect, it, vi } from 'vitest';
import { withTimeout } from '../../../../../src/utility/control/interpreters/with-timeout.ts';

afterEach(() => {
  vi.useRealTimers();
});

it('what is not done in time is "busy": that says nothing of what was to be done', async () => {
  vi.useFakeTimers();
  const late = withTimeout(100, new Promise(() => undefined));
  const outcome = expect(late).rejects.toMatchObject({ code: 'busy', message: 'not done within 100 ms' });
  await vi.advanceTimersByTimeAsync(100);
  await outcome;
});

it('what is done in time is passed on, also when it fails, and leaves no timer behind', async () => {
  vi.useFakeTimers();
  expect(await withTimeout(100, Promise.resolve(7))).toBe(7);
  await expect(withTimeout(100, Promise.reject(new Error('damaged')))).rejects.toThrow('damaged');
  expect(vi.getTimerCount()).toBe(0);
});
