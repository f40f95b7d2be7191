import type { Clock } from '../../base/clock.ts';

export interface HeartbeatOptions {
  readonly clock: Clock;
  /** From one answer to the next ping, in ms. */
  readonly intervalMs: number;
  /** A ping unanswered for this long makes the process unresponsive, in ms. */
  readonly silentMs: number;
  /**
   * Unresponsive for this long, the process counts as hung, in ms. A second stage, since every process misses the first
   * one when the machine sleeps.
   */
  readonly deadMs: number;
  /** Resolves with the answer. Rejections are ignored: the closed connection is handled elsewhere. */
  readonly ping: () => Promise<void>;
  readonly onSilent: () => void;
  readonly onAnswer: () => void;
  readonly onDead: () => void;
}

/** Pings a process periodically, and reports when it stops answering. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #cancel: () => void = () => undefined;
  #stopped = false;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#wait();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #wait(): void {
    this.#cancel = this.#options.clock.after(this.#options.intervalMs, () => this.#ask());
  }

  #ask(): void {
    const { clock, silentMs, deadMs, ping, onSilent, onAnswer, onDead } = this.#options;
    let silent = false;
    this.#cancel = clock.after(silentMs, () => {
      silent = true;
      // A second ping: the first one may have been lost while the machine slept.
      this.#cancel = clock.after(deadMs, () => {
        this.stop();
        onDead();
      });
      onSilent();
      ping().then(answered, () => undefined);
    });
    let done = false;
    const answered = (): void => {
      if (done || this.#stopped) return;
      done = true;
      this.#cancel();
      if (silent) onAnswer();
      this.#wait();
    };
    ping().then(answered, () => undefined);
  }
}
