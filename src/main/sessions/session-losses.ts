import type { SessionState } from '../../shared/contract/run.ts';
import type { RunProgress } from '../run/backend.ts';

/** Most lost sessions that are remembered until their next run reports the loss. */
const MAX_LOSSES = 1000;

/** Sessions whose loss no result has reported yet. */
export class SessionLosses {
  readonly #lost = new Set<string>();

  note(session: string): void {
    this.#lost.delete(session);
    this.#lost.add(session);
    const [oldest] = this.#lost;
    if (this.#lost.size > MAX_LOSSES && oldest !== undefined) this.#lost.delete(oldest);
  }

  /** Whether the session's state was lost since its last run; the next one has to say so. */
  knows(session: string): boolean {
    return this.#lost.has(session);
  }

  /** The same, asked once: the caller says so. */
  take(session: string): boolean {
    return this.#lost.delete(session);
  }

  /**
   * What became of a session with a run. A loss that is told here is told.
   *
   * @param isAlive whether the session has an interpreter
   */
  stateAfter(session: string, { began, lostBefore, verdict }: RunProgress, isAlive: boolean): SessionState {
    // A run that never began tells of a loss, but the one that begins next has to tell of it too.
    if (!began && !isAlive) return this.knows(session) ? 'lost' : 'reset';
    if (verdict.kind !== 'finished' && !isAlive) {
      this.take(session);
      return 'lost';
    }
    return lostBefore ? 'lost' : 'kept';
  }
}
