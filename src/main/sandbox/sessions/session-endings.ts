import type { EndedSession } from '../../../shared/contract/run.ts';
import type { OrderlyEnd } from '../../../shared/contract/sandbox-events.ts';
import type { BackendRunner } from '../../run/backend-runner.ts';
import type { RunOptions } from '../../run/run-options.ts';
import type { RunQueue } from '../../run/run-queue.ts';

/** For the end of a session, in ms; then its interpreter is ended as it is. */
const SESSION_END_MS = 5000;
/** The same while a run waits for the room. */
const EVICTION_END_MS = 2000;

export interface SessionEndingsParts {
  readonly runner: BackendRunner;
  readonly queue: RunQueue;
  /** Those that have state now. */
  readonly sessions: () => readonly string[];
}

/** Lets sessions end as programs do. */
export class SessionEndings {
  readonly #parts: SessionEndingsParts;

  constructor(parts: SessionEndingsParts) {
    this.#parts = parts;
  }

  /** As somebody wants it, after the session's runs under way. */
  async end(session: string, options: RunOptions): Promise<EndedSession> {
    const end = await this.#parts.runner.endSession(session, 'reset', SESSION_END_MS, options);
    const isEnded = end.status !== 'setup-failed';
    return { had: isEnded || end.session.state === 'lost', end: isEnded ? end : null };
  }

  /**
   * Of an idle session that makes room; null for one that a run waits for, which would come first.
   *
   * @param signal of the run that needs the room: once it is aborted the session is ended as it is
   */
  makeRoom(session: string, signal?: AbortSignal): Promise<void> | null {
    if (this.#parts.queue.expects(session)) return null;
    return this.#finish([session], 'evicted', EVICTION_END_MS, signal === undefined ? {} : { signal });
  }

  /** Before the idle time ends the process; null where there is none to end. */
  beforeIdle(): Promise<void> | null {
    const sessions = this.#parts.sessions();
    return sessions.length === 0 ? null : this.#finish(sessions, 'idle', SESSION_END_MS, {});
  }

  /** Nobody has asked for it: the next run of each says so. */
  async #finish(
    sessions: readonly string[],
    why: OrderlyEnd,
    limitMs: number,
    options: RunOptions,
  ): Promise<void> {
    const { runner } = this.#parts;
    await Promise.all(sessions.map((session) => runner.endSession(session, why, limitMs, options)));
  }
}
