import PQueue from 'p-queue';

/**
 * Serializes the runs of each session, and limits how many run at once over all sessions to `concurrency`.
 */
export class RunQueue {
  readonly #all: PQueue;
  readonly #sessions = new Map<string, PQueue>();

  constructor(concurrency: number) {
    this.#all = new PQueue({ concurrency });
  }

  /**
   * Runs `task` when its turn has come; resolves with null when `signal` aborts before that.
   *
   * @param session null for a run that shares nothing with others
   */
  add<T>(session: string | null, signal: AbortSignal, task: () => Promise<T>): Promise<T | null> {
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
      const inTurn = (): Promise<void> => this.#all.add(begin);
      (session === null ? inTurn() : this.#inSession(session, inTurn)).catch(reject);
    });
  }

  async #inSession(session: string, task: () => Promise<void>): Promise<void> {
    const queue = this.#sessions.get(session) ?? new PQueue({ concurrency: 1 });
    this.#sessions.set(session, queue);
    try {
      await queue.add(task);
    } finally {
      if (queue.size === 0 && queue.pending === 0) this.#sessions.delete(session);
    }
  }
}
