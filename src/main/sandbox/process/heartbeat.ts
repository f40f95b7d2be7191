import type { Clock } from '../../base/clock.ts';

export interface HeartbeatOptions {
  readonly clock: Clock;
  /** From one answer to the next question, in ms. */
  readonly intervalMs: number;
  /** Unanswered for so long counts as silent, in ms. */
  readonly silentMs: number;
  /** Silent for so long counts as dead, in ms. A second stage: after a machine's sleep the first one is missed. */
  readonly deadMs: number;
  /** Resolves when the other side has answered. What it rejects with is told elsewhere. */
  readonly ping: () => Promise<void>;
  readonly onSilent: () => void;
  readonly onAnswer: () => void;
  readonly onDead: () => void;
}

/** Asks a process now and then whether it is there. */
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
      // A question of its own: the first one may have got lost in a machine's sleep.
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
