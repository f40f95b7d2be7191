import type { Clock } from '../../base/clock.ts';

/**
 * Calls back when something was not used for a time. Beginning anew costs nothing, as it is done at the end of each run:
 * a timer that is under way is kept, and looks when it fires.
 */
export class IdleTimer {
  readonly #clock: Clock;
  readonly #onIdle: () => void;
  /** When the time is over, on the clock; null while it does not count. */
  #endsAt: number | null = null;
  /** When the timer fires; null without one. */
  #firesAt: number | null = null;
  #cancelTimer: () => void = () => undefined;

  constructor(clock: Clock, onIdle: () => void) {
    this.#clock = clock;
    this.#onIdle = onIdle;
  }

  /** Counts from now on. */
  begin(idleMs: number): void {
    this.#endsAt = this.#clock.now() + idleMs;
    if (this.#firesAt === null || this.#firesAt > this.#endsAt) this.#arm(this.#endsAt);
  }

  /** In use: nothing counts until `begin`. */
  pause(): void {
    this.#endsAt = null;
  }

  /** The same, and leaves no timer behind. */
  stop(): void {
    this.#endsAt = null;
    this.#firesAt = null;
    this.#cancelTimer();
  }

  #arm(at: number): void {
    this.#cancelTimer();
    this.#firesAt = at;
    this.#cancelTimer = this.#clock.after(at - this.#clock.now(), () => this.#fire());
  }

  #fire(): void {
    this.#firesAt = null;
    if (this.#endsAt === null) return;
    if (this.#endsAt > this.#clock.now()) {
      this.#arm(this.#endsAt);
      return;
    }
    this.#endsAt = null;
    this.#onIdle();
  }
}
