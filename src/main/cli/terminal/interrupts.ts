/** Signals this soon after the first one belong to the same key press, in ms. */
const BURST_MS = 250;

/**
 * The user's wishes to stop: the first one cancels, a second one ends the command without waiting.
 *
 * One Ctrl-C can arrive more than once: the terminal signals the whole process group, and npm passes on
 * what it got. Repetitions within `BURST_MS` therefore count as one.
 */
export class Interrupts {
  readonly #first = new AbortController();
  readonly #second = new AbortController();
  readonly #unsubscribe: () => void;
  #firstAt: number | null = null;

  constructor(subscribe: (listener: () => void) => () => void, now: () => number = () => performance.now()) {
    this.#unsubscribe = subscribe(() => {
      if (this.#firstAt === null) {
        this.#firstAt = now();
        this.#first.abort();
      } else if (now() - this.#firstAt >= BURST_MS) {
        this.#second.abort();
      }
    });
  }

  /** Aborted by the first interrupt. */
  get cancel(): AbortSignal {
    return this.#first.signal;
  }

  /** Aborted by the second interrupt. */
  get force(): AbortSignal {
    return this.#second.signal;
  }

  dispose(): void {
    this.#unsubscribe();
  }
}
