import { AbortSource, type AbortSignalLike } from '../../shared/rpc/abort.ts';
import type { Clock } from '../base/clock.ts';

/** The time limit of a run, which stands still while somebody is asked for input. */
export class RunDeadline {
  readonly #clock: Clock;
  readonly #maxPausedMs: number;
  /** One of Node's would cost each run a part of what its code takes. */
  readonly #over = new AbortSource(() => undefined);
  #leftMs: number;
  #startedAt = 0;
  #hasEnded = false;
  #cancel: () => void = () => undefined;

  /**
   * Begins at once.
   *
   * @param limitMs all the time that the run has
   * @param maxPausedMs longest pause; then it goes on by itself, as nobody is there
   */
  constructor(clock: Clock, limitMs: number, maxPausedMs: number) {
    this.#clock = clock;
    this.#leftMs = limitMs;
    this.#maxPausedMs = maxPausedMs;
    this.#start();
  }

  /** Aborts once the time is over. */
  get over(): AbortSignalLike {
    return this.#over;
  }

  /** Stands still until the returned function is called. One pause at a time. */
  pause(): () => void {
    if (this.#hasEnded || this.over.aborted) return () => undefined;
    this.#cancel();
    this.#leftMs -= this.#clock.now() - this.#startedAt;
    let isPaused = true;
    const resume = (): void => {
      if (!isPaused || this.#hasEnded) return;
      isPaused = false;
      this.#cancel();
      this.#start();
    };
    this.#cancel = this.#clock.after(this.#maxPausedMs, resume);
    return resume;
  }

  /** The run is over: no time is measured any more. */
  end(): void {
    this.#hasEnded = true;
    this.#cancel();
  }

  #start(): void {
    this.#startedAt = this.#clock.now();
    this.#cancel = this.#clock.after(Math.max(0, this.#leftMs), () => this.#over.abort('the time is over'));
  }
}
