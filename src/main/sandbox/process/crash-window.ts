export interface CrashLimit {
  /** So many crashes… */
  readonly crashes: number;
  /** …within so many ms are too many. */
  readonly windowMs: number;
}

/** Tells a sandbox that crashes now and then from one that can't live. */
export class CrashWindow {
  readonly #limit: CrashLimit;
  #crashes: number[] = [];

  constructor(limit: CrashLimit) {
    this.#limit = limit;
  }

  /** Notes a crash. True when there were too many. @param now in ms of any monotonic clock */
  note(now: number): boolean {
    this.#crashes.push(now);
    this.#crashes = this.#crashes.filter((at) => now - at < this.#limit.windowMs);
    return this.#crashes.length >= this.#limit.crashes;
  }

  /** Whoever restarts by hand starts afresh. */
  reset(): void {
    this.#crashes = [];
  }
}
