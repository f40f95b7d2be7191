import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 20;
const WITHIN_MS = 20_000;

/** Repeats a check until it throws no more; its last error is thrown when the time is over. */
export const eventually = async <T>(
  check: () => T | Promise<T>,
  { withinMs = WITHIN_MS }: { withinMs?: number } = {},
): Promise<T> => {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() >= deadline) throw error;
    }
    await delay(POLL_MS);
  }
};
