import type { RunQueue } from '../../run/run-queue.ts';
import type { Supervisor } from '../process/supervisor.ts';
import type { SessionRegistry, OpenInterpreter } from './session-registry.ts';

export interface BetweenRunsParts {
  readonly interpreters: SessionRegistry;
  readonly queue: RunQueue;
  readonly supervisor: Supervisor;
  /** Aborted when the sandbox is disposed of. */
  readonly signal: AbortSignal;
}

/** Calls to the interpreters of sessions between their runs. */
export class BetweenRuns {
  readonly #parts: BetweenRunsParts;

  constructor(parts: BetweenRunsParts) {
    this.#parts = parts;
  }

  /** Aborts the call. */
  get signal(): AbortSignal {
    return this.#parts.signal;
  }

  /** Whether something would be waited for first. */
  isBusy(session: string): Promise<boolean> {
    return this.#parts.queue.isBusy(session);
  }

  /**
   * Waits for the session's earlier runs. Neither its interpreter nor the process is ended until the work is done.
   *
   * @param untilTurn no longer than until it aborts
   * @returns null when the session has no interpreter, or its turn did not come
   */
  do<T>(
    session: string,
    work: (interpreter: OpenInterpreter) => Promise<T>,
    untilTurn: AbortSignal = this.#parts.signal,
  ): Promise<T | null> {
    const { interpreters, queue, supervisor } = this.#parts;
    return queue.add<T | null>(session, untilTurn, async () => {
      const interpreter = interpreters.find(session);
      if (interpreter === undefined) return null;
      supervisor.use();
      interpreters.use(session);
      try {
        return await work(interpreter);
      } finally {
        supervisor.release();
        interpreters.rest(session);
      }
    });
  }
}
