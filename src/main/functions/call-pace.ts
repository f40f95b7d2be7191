import type { Clock } from '../base/clock.ts';

const SECOND_MS = 1000;

/** So many calls in a second, all of them at once if need be; further ones wait. */
export class CallPace {
  readonly #clock: Clock;
  readonly #eachMs: number;
  /** When all calls so far would have been made one after the other. */
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
