import type { InterpreterThread } from './interpreter-thread.ts';

/** Delay between handing out a thread and preloading the next one, in ms, so that the run is not slowed down. */
const REFILL_DELAY_MS = 250;

/**
 * Threads that are hardened, with an instance of Pyodide, and wait for the snapshot to restore. One is kept ready, which
 * takes some tens of MB.
 */
export class PreloadedThreads {
  readonly #begin: () => InterpreterThread;
  #ready: InterpreterThread | undefined;

  constructor(begin: () => InterpreterThread) {
    this.#begin = begin;
  }

  /** Preloads a thread unless one is ready. A failure is reported by the next `take`. */
  prepare(): void {
    if (this.#ready !== undefined) return;
    let thread: InterpreterThread;
    try {
      thread = this.#begin();
    } catch {
      // Low memory must not end the process and its sessions.
      return;
    }
    this.#ready = thread;
    void thread.died.then(() => {
      if (this.#ready === thread) this.#ready = undefined;
    });
  }

  /** Ends the thread that is ready, which nobody will want: there is no snapshot for it. */
  drop(): void {
    const thread = this.#ready;
    this.#ready = undefined;
    void thread?.terminate();
  }

  /** The caller owns the thread and has to terminate it. */
  take(): InterpreterThread {
    const thread = this.#ready ?? this.#begin();
    this.#ready = undefined;
    setTimeout(() => this.prepare(), REFILL_DELAY_MS);
    return thread;
  }
}
