import type { Clock } from '../../base/clock.ts';

/** Sampling intervals in ms: while code runs, and otherwise. */
const BUSY_INTERVAL_MS = 100;
const QUIET_INTERVAL_MS = 2000;

export interface MemoryWatchOptions {
  readonly clock: Clock;
  /** Resident memory in bytes, or null where it can't be told. */
  readonly read: () => number | null;
  readonly isBusy: () => boolean;
  readonly onReading: (residentBytes: number) => void;
}

/**
 * Watches the memory of a whole process: file data and JavaScript memory are outside the interpreters' caps.
 */
export class MemoryWatch {
  readonly #options: MemoryWatchOptions;
  #cancel: () => void = () => undefined;
  #soon = false;
  #stopped = false;
  #last: number | null = null;

  constructor(options: MemoryWatchOptions) {
    this.#options = options;
    this.#wait();
  }

  /** The last reading in bytes, or null before the first. */
  get last(): number | null {
    return this.#last;
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  /** Samples more often from now on; to be called when code begins to run. */
  wake(): void {
    // The next sample is not postponed: runs may follow each other faster than samples do.
    if (this.#soon || this.#stopped) return;
    this.#cancel();
    this.#wait();
  }

  #wait(): void {
    const { clock, isBusy } = this.#options;
    this.#soon = isBusy();
    this.#cancel = clock.after(this.#soon ? BUSY_INTERVAL_MS : QUIET_INTERVAL_MS, () => {
      const bytes = this.#options.read();
      if (bytes !== null) this.#last = bytes;
      // Scheduled first, so that a listener can stop the watch.
      this.#wait();
      if (bytes !== null) this.#options.onReading(bytes);
    });
  }
}
