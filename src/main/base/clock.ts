/** Time, injected so that tests can control it. */
export interface Clock {
  /** Milliseconds from a monotonic source. */
  now(): number;
  /**
   * Calls back once after a delay in ms, unless the returned function is called before. Infinity: never; more than
   * about 24 days is taken as that.
   */
  after(delayMs: number, callback: () => void): () => void;
}

/** Longer ones fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (delayMs, callback) => {
    if (delayMs === Infinity) return () => undefined;
    const timer = setTimeout(callback, Math.min(delayMs, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
};
