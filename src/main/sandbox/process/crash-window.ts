import { MS_PER_MINUTE } from '../../../shared/units.ts';

export interface CrashLimit {
  /** Most crashes that are tolerated within `windowMs`. */
  readonly crashes: number;
  /** Length of the window, in ms. */
  readonly windowMs: number;
}

/** Counts crashes in a sliding window, to tell occasional crashes from a crash loop. */
export class CrashWindow {
  readonly #limit: CrashLimit;
  #crashes: number[] = [];

  constructor(limit: CrashLimit) {
    this.#limit = limit;
  }

  /** How often is too often, in words. */
  get tooOften(): string {
    const { crashes, windowMs } = this.#limit;
    return `${crashes} times within ${windowMs / MS_PER_MINUTE} minutes`;
  }

  /** Notes a crash. True when there were too many. @param now in ms of any monotonic clock */
  note(now: number): boolean {
    this.#crashes.push(now);
    this.#crashes = this.#crashes.filter((at) => now - at < this.#limit.windowMs);
    return this.#crashes.length >= this.#limit.crashes;
  }

  /** Forgets all crashes, after a restart by the user. */
  reset(): void {
    this.#crashes = [];
  }
}
