/**
 * Passes the output of a run to a listener that may be slow, one item at a time and in order. The run does not wait for
 * it: a stalled listener must not look like code that does not end.
 */
export class OutputRelay {
  #last: Promise<void> = Promise.resolve();

  /** `pass` is called when all that came before has been passed on. */
  push(pass: () => void | Promise<void>): void {
    // Errors of listeners are ignored: the result must not depend on them.
    this.#last = this.#last.then(pass).catch(() => undefined);
  }

  /** Resolves when all has been passed on, or `signal` aborts. */
  drained(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const settle = (): void => {
        // The signal may live longer than many runs.
        signal.removeEventListener('abort', settle);
        resolve();
      };
      signal.addEventListener('abort', settle, { once: true });
      if (signal.aborted) settle();
      void this.#last.then(settle);
    });
  }
}
