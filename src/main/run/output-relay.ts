/**
 * Passes on what a run sends, one thing at a time and in order, to someone who may be slow. The sandbox does not
 * wait for them: a stalled reader must not look like a run that does not end.
 */
export class OutputRelay {
  #last: Promise<void> = Promise.resolve();

  /** `pass` is called when all that came before has been passed on. */
  push(pass: () => void | Promise<void>): void {
    // What a listener throws is its own affair: the run's result must not depend on it.
    this.#last = this.#last.then(pass).catch(() => undefined);
  }

  /** Resolves when all has been passed on, or `signal` aborts. */
  drained(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
      void this.#last.then(resolve);
    });
  }
}
