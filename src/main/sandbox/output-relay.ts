import type { RunOutput } from '../../shared/sandbox.ts';

/**
 * Passes output on, one chunk at a time, to someone who may be slow. The sandbox does not wait for them: a
 * stalled reader must not look like a run that does not end.
 */
export class OutputRelay {
  readonly #onOutput: ((output: RunOutput) => void | Promise<void>) | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(onOutput?: (output: RunOutput) => void | Promise<void>) {
    this.#onOutput = onOutput;
  }

  push(output: RunOutput): void {
    const pass = this.#onOutput;
    if (pass === undefined) return;
    // What a listener throws is its own affair: the run's result must not depend on it.
    this.#last = this.#last.then(() => pass(output)).catch(() => undefined);
  }

  /** Resolves when all has been passed on, or `signal` aborts. */
  drained(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
      void this.#last.then(resolve);
    });
  }
}
