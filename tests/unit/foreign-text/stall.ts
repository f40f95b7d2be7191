import process from 'node:process';

/** Longest stretch of main's thread that reading something may take, in ms. */
export const BUDGET_MS = 50;

/** The best of so many counts: other work on the computer and the compiler cost time as well. */
const TRIES = 4;

type Work = () => unknown;

/**
 * The longest stretch without a turn of the event loop, in ms. Of the best of some tries, unless the first one is short
 * enough. What the work throws does not matter: to be refused is as good as to be read.
 */
export const longestStall = async (work: Work): Promise<number> => {
  let best = Infinity;
  for (let tries = 0; tries < TRIES && best > BUDGET_MS; tries++) best = Math.min(best, await stallOf(work));
  return best;
};

const stallOf = async (work: Work): Promise<number> => {
  let longest = 0;
  let isOver = false;
  let last = now();
  const turn = (): void => {
    const next = now();
    // Neither what other programs take counts, nor what helping threads of the engine do.
    longest = Math.max(longest, Math.min(next.wall - last.wall, next.processor - last.processor));
    last = next;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  try {
    await work();
  } catch {
    // Refused.
  }
  isOver = true;
  await new Promise((resolve) => setImmediate(resolve));
  return longest;
};

/** In ms: on the clock, and of the processor for all threads. */
const now = (): { wall: number; processor: number } => {
  const { system, user } = process.cpuUsage();
  return { wall: performance.now(), processor: (system + user) / 1000 };
};
