import type { Clock } from '../base/clock.ts';

const SECOND_MS = 1000;

/** Limits the calls per second: those of one second may come at once, further ones wait. */
export class CallRateLimiter {
  readonly #clock: Clock;
  readonly #eachMs: number;
  /** The time at which all calls so far would have been made at an even rate. */
  #busyUntil = 0;

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#eachMs = SECOND_MS / perSecond;
  }

  /** How long the next call has to wait, in ms. */
  next(): number {
    const now = this.#clock.now();
    this.#busyUntil = Math.max(this.#busyUntil, now) + this.#eachMs;
    return Math.max(0, this.#busyUntil - now - SECOND_MS);
  }
}
