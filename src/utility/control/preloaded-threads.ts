import type { InterpreterThread } from './interpreter-thread.ts';

/** From giving a thread away to beginning the next one, in ms: who wants this one goes first. */
const REFILL_DELAY_MS = 250;

/**
 * Interpreters that have begun to start and wait for the memory that they are to be started from: one is kept
 * ready, which takes some tens of MB.
 */
export class PreloadedThreads {
  readonly #begin: () => InterpreterThread;
  #ready: InterpreterThread | undefined;

  constructor(begin: () => InterpreterThread) {
    this.#begin = begin;
  }

  /** Begins one, unless one is ready. Where that can't be done, whoever wants one is told. */
  prepare(): void {
    if (this.#ready !== undefined) return;
    let thread: InterpreterThread;
    try {
      thread = this.#begin();
    } catch {
      // Memory may be short: nothing that would be worth this process, and the sessions in it.
      return;
    }
    this.#ready = thread;
    void thread.died.then(() => {
      if (this.#ready === thread) this.#ready = undefined;
    });
  }

  /** Nobody else has it. It is whoever takes it that has to end it. */
  take(): InterpreterThread {
    const thread = this.#ready ?? this.#begin();
    this.#ready = undefined;
    setTimeout(() => this.prepare(), REFILL_DELAY_MS);
    return thread;
  }
}
