import { setImmediate as nextTurn } from 'node:timers/promises';
import PQueue from 'p-queue';

/**
 * Serializes the runs of each session, and limits how many run at once over all sessions to `concurrency`.
 */
export class RunQueue {
  readonly #all: PQueue;
  /** The last run of each session that has any: settles when that has ended. Never rejects. */
  readonly #sessions = new Map<string, Promise<void>>();

  constructor(concurrency: number) {
    this.#all = new PQueue({ concurrency });
  }

  /** Whether a task of the session has not ended yet. One whose result is there has ended. */
  async isBusy(session: string): Promise<boolean> {
    // The result comes a moment before its turn is over.
    await nextTurn();
    return this.#sessions.has(session);
  }

  /** The same, at once; also true for a task that has just ended. */
  expects(session: string): boolean {
    return this.#sessions.has(session);
  }

  /**
   * Runs `task` when its turn has come; resolves with null when `signal` aborts before that.
   *
   * @param session null for a run that shares nothing with others
   * @param turn 'at-once': only after those of its session, for what others wait for that are at work
   */
  add<T>(
    session: string | null,
    signal: AbortSignal,
    task: () => Promise<T>,
    turn: 'counted' | 'at-once' = 'counted',
  ): Promise<T | null> {
    return new Promise((resolve, reject) => {
      let givenUp = false;
      const giveUp = (): void => {
        givenUp = true;
        resolve(null);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      if (signal.aborted) giveUp();
      const begin = async (): Promise<void> => {
        signal.removeEventListener('abort', giveUp);
        if (!givenUp) resolve(await task());
      };
      const inTurn = (): Promise<void> => (turn === 'counted' ? this.#all.add(begin) : begin());
      (session === null ? inTurn() : this.#inSession(session, inTurn)).catch(reject);
    });
  }

  async #inSession(session: string, task: () => Promise<void>): Promise<void> {
    const before = this.#sessions.get(session);
    const running = before === undefined ? task() : before.then(task);
    const ended = running.catch(() => undefined);
    this.#sessions.set(session, ended);
    try {
      await running;
    } finally {
      if (this.#sessions.get(session) === ended) this.#sessions.delete(session);
    }
  }
}
