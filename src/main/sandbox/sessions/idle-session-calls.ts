import { RpcError } from '../../../shared/rpc/errors.ts';
import type { Clock } from '../../base/clock.ts';
import { linkSignals, raceStop, type Raced } from '../../base/stop-signal.ts';
import type { RunQueue } from '../../run/run-queue.ts';
import type { Purpose } from '../process/supervisor-options.ts';
import type { Supervisor } from '../process/supervisor.ts';
import type { SessionRegistry, OpenInterpreter } from './session-registry.ts';

/** For the answer to a question, in ms. */
const ANSWER_MS = 10_000;

export interface IdleSessionCallsParts {
  readonly clock: Clock;
  readonly interpreters: SessionRegistry;
  readonly queue: RunQueue;
  readonly supervisor: Supervisor;
  /** Aborted when the sandbox is disposed of. */
  readonly signal: AbortSignal;
  /** Ends an interpreter and the session in it, as after a run that could not be stopped. */
  readonly close: (interpreter: OpenInterpreter) => Promise<void>;
}

/** Calls to the interpreters of sessions between their runs. */
export class IdleSessionCalls {
  readonly #parts: IdleSessionCallsParts;

  constructor(parts: IdleSessionCallsParts) {
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
    return this.#inTurn(session, work, untilTurn, 'use');
  }

  /**
   * Asks what a guest may have a hand in answering. An interpreter that ends of it, or has not answered within 10 s, is closed
   * and its session lost: no code of a guest's goes on outside runs. Until then the session has no other turn.
   * The idle time goes on counting.
   *
   * @param untilTurn no longer than until it aborts
   * @returns null when the session has no interpreter, or its turn did not come
   * @throws RpcError as the question does
   */
  async ask<T>(
    session: string,
    question: (interpreter: OpenInterpreter) => Promise<T>,
    untilTurn: AbortSignal,
  ): Promise<Raced<T> | null> {
    const { clock, close, signal } = this.#parts;
    const linked = linkSignals(signal, untilTurn);
    const work = async (interpreter: OpenInterpreter): Promise<Raced<T>> => {
      try {
        const raced = await raceStop(question(interpreter), clock, ANSWER_MS, signal);
        if (raced.stopped === 'deadline') await close(interpreter);
        return raced;
      } catch (error) {
        // Its thread is gone; a process that is gone is noticed elsewhere.
        if (RpcError.is(error) && error.code === 'closed' && error.origin === 'remote')
          await close(interpreter);
        throw error;
      }
    };
    try {
      return await this.#inTurn(session, work, linked.signal, 'question');
    } finally {
      linked.unlink();
    }
  }

  #inTurn<T>(
    session: string,
    work: (interpreter: OpenInterpreter) => Promise<T>,
    untilTurn: AbortSignal,
    purpose: Purpose,
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
        supervisor.release(purpose);
        interpreters.rest(session);
      }
    });
  }
}
