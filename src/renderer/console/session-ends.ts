import { shallowRef, type Ref } from 'vue';
import type { SandboxEvent } from '../../shared/contract/sandbox-events.ts';
import { traitsOf } from '../../shared/runtimes.ts';
import { endReason, type Session } from './model/session.ts';

/** A process and its sessions end this close to each other, in ms. */
const SAME_END_MS = 1000;

/** What sessions lose when their interpreters or processes end, and why. */
export class SessionEnds {
  /** A session that is not there any more printed something as it ended; the newest of these. */
  readonly lastWords: Ref<{ readonly session: Session; readonly printed: string } | null> = shallowRef(null);
  readonly #sessions: () => readonly Session[];
  /** Sessions that are being closed for good, by name. */
  readonly #closing = new Map<string, Session>();
  /** Sessions that ended with a process whose cause has not been told yet. */
  #awaitingCause: readonly { readonly session: Session; readonly at: number }[] = [];

  /** @param sessions all that there are, also those that were removed and can come back */
  constructor(sessions: () => readonly Session[]) {
    this.#sessions = sessions;
  }

  /** What is printed meanwhile are last words. */
  async whileClosing(session: Session, close: () => Promise<unknown>): Promise<void> {
    this.#closing.set(session.name, session);
    await close();
    this.#closing.delete(session.name);
  }

  note(event: SandboxEvent): void {
    if (event.type === 'session-ended') this.#noteSession(event);
    if (event.type === 'process-ended' && event.role === 'active') this.#noteProcess(event);
  }

  #noteSession(event: Extract<SandboxEvent, { type: 'session-ended' }>): void {
    const closing = this.#closing.get(event.session);
    if (closing !== undefined && event.printed !== undefined)
      this.lastWords.value = { session: closing, printed: event.printed };
    const session = this.#sessions().find(({ name }) => name === event.session);
    if (session?.isIn(event.runtime) !== true) {
      session?.loseElsewhere(event.runtime);
      return;
    }
    session.loseState(event.why, undefined, event.printed);
    if (event.why === 'process-ended' && traitsOf(event.runtime).supervised)
      this.#awaitingCause = [...this.#awaitingCause, { session, at: event.at }];
  }

  #noteProcess({ at: endedAt, cause }: Extract<SandboxEvent, { type: 'process-ended' }>): void {
    for (const { at, session } of this.#awaitingCause) {
      if (session.lost !== null && endedAt - at < SAME_END_MS)
        session.lost = { ...session.lost, reason: endReason(cause) };
    }
    this.#awaitingCause = [];
  }
}
