/** Time, injected so that tests can hold it still. */
export interface Clock {
  /** Milliseconds from a monotonic source. */
  now(): number;
  /** Calls back once after a delay in ms, unless the returned function is called before. */
  after(delayMs: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
