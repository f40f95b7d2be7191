import { shallowRef, type Ref } from 'vue';
import type { Session } from '../model/session.ts';

/** What goes on with documents. */
export class DocumentQueue {
  /** The session that is to be closed although its document has changes: its user is asked. */
  readonly closing: Ref<Session | null> = shallowRef(null);
  readonly #turns = new WeakMap<Session, Promise<unknown>>();

  /** Savings of one document, and looks at its file, go one after the other: each knows what the one before has left. */
  inTurn<T>(session: Session, work: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(session) ?? Promise.resolve()).then(work);
    this.#turns.set(
      session,
      turn.catch(() => undefined),
    );
    return turn;
  }
}
