import { CONTROL_BYTES, CONTROL_WORDS, INTERRUPT_SIGNAL } from '../../../shared/protocol/control-words.ts';

/** What an interpreter's thread is told while it runs code: by words of shared memory, as it reads no messages then. */
export class ThreadControl {
  readonly #words = new Int32Array(new SharedArrayBuffer(CONTROL_BYTES));

  /** See `WorkerStart.interrupts`. */
  get memory(): SharedArrayBuffer {
    return this.#words.buffer;
  }

  /** Have it measure its memory. */
  measure(): void {
    Atomics.store(this.#words, CONTROL_WORDS.measure, 1);
  }

  /** Raise KeyboardInterrupt, also where it sleeps. */
  interrupt(): void {
    Atomics.store(this.#words, CONTROL_WORDS.interrupt, INTERRUPT_SIGNAL);
    Atomics.notify(this.#words, CONTROL_WORDS.interrupt);
  }

  /** Have it send its buffered output from now on, until the next run. */
  flush(): void {
    Atomics.store(this.#words, CONTROL_WORDS.stopping, 1);
    // Also checked while the guest writes nothing.
    this.measure();
  }

  beginRun(): void {
    Atomics.store(this.#words, CONTROL_WORDS.stopping, 0);
  }
}
