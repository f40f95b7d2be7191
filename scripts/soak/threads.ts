import { readdirSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

/** For threads that have been ended to be gone from the kernel's list, in ms. */
const SETTLE_MS = 30_000;
const threadsOf = (pid: number | null): number | null => {
  if (process.platform !== 'linux' || pid === null) return null;
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch {
    return null;
  }
};

/** From one look to the next, in ms, and looks that are always taken. */
const LOOK_MS = 250;
const LOOKS = 12;

/** The fewest that are seen within some seconds, longer while there are more than wanted. Null where they can't be counted. */
export const fewestThreads = async (pid: number | null, wanted = Infinity): Promise<number | null> => {
  let fewest: number | null = null;
  for (let look = 0; look < SETTLE_MS / LOOK_MS; look++) {
    await delay(LOOK_MS);
    const now = threadsOf(pid);
    if (now === null) return fewest;
    fewest = fewest === null ? now : Math.min(fewest, now);
    if (look >= LOOKS && fewest <= wanted) break;
  }
  return fewest;
};
