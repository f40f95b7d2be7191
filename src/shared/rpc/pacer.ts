/** Resolves in a later turn of the event loop, once the messages that have come by now have been handled. */
export type NextTurn = () => Promise<void>;

/** Work after which a producer waits for the event loop, in bytes. */
const BYTES_PER_TURN = 1024 * 1024;
/** What writing any item costs beside its bytes: a stream of nothing must not go on for ever, either. */
const ITEM_COST_BYTES = 1024;

/**
 * Keeps the handlers of a peer from starving the event loop. A promise that is resolved already continues as a
 * microtask, ahead of all messages and timers: a handler that writes items as fast as it can to a caller that drops
 * them, or has a large window, would never let anything else run.
 */
export class Pacer {
  readonly #nextTurn: NextTurn;
  #spent = 0;
  #turn: Promise<void> | undefined;

  constructor(nextTurn: NextTurn) {
    this.#nextTurn = nextTurn;
  }

  /** @returns what the producer has to wait for before it writes the next item; null when it need not wait */
  spend(bytes: number): Promise<void> | null {
    this.#spent += ITEM_COST_BYTES + bytes;
    if (this.#spent < BYTES_PER_TURN) return null;
    this.#turn ??= this.#nextTurn().then(() => {
      this.#turn = undefined;
      this.#spent = 0;
    });
    return this.#turn;
  }

  /** A message has come, so the event loop runs. */
  noteTurn(): void {
    this.#spent = 0;
  }
}
