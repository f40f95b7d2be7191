import { SetupError, type SidecarClient } from './sidecar-client.ts';

/** An interpreter in a live sidecar. */
export interface OpenInterpreter {
  readonly id: string;
  readonly sidecar: SidecarClient;
}

/** Named sessions that may be alive at once; each holds an interpreter's memory. */
export const MAX_SESSIONS = 16;

/** Knows which session's state lives in which interpreter. */
export class Interpreters {
  readonly #sessions = new Map<string, OpenInterpreter>();
  readonly #opening = new Set<string>();
  /** Sessions whose state is gone without any run having said so. */
  readonly #lost = new Set<string>();
  #nextId = 1;

  /**
   * The session's interpreter, or a fresh one: that becomes the session's by `keep`.
   *
   * @param session null for an interpreter of the run's own
   * @throws SetupError, RpcError when none can be started
   */
  async open(sidecar: SidecarClient, session: string | null): Promise<OpenInterpreter> {
    const existing = session === null ? undefined : this.#sessions.get(session);
    if (existing?.sidecar === sidecar) return existing;
    const interpreter = { id: `interpreter-${this.#nextId++}`, sidecar };
    if (session === null) {
      await sidecar.openInterpreter(interpreter.id);
      return interpreter;
    }
    const others = new Set([...this.#sessions.keys(), ...this.#opening]);
    others.delete(session);
    if (others.size >= MAX_SESSIONS) {
      throw new SetupError(`${MAX_SESSIONS} sessions are open already; use one of them or none`);
    }
    this.#opening.add(session);
    try {
      await sidecar.openInterpreter(interpreter.id);
    } finally {
      this.#opening.delete(session);
    }
    return interpreter;
  }

  /** From now on the session lives in this interpreter. */
  keep(session: string, interpreter: OpenInterpreter): void {
    this.#sessions.set(session, interpreter);
  }

  /** Whether a session lives in this interpreter. */
  isKept(interpreter: OpenInterpreter): boolean {
    return [...this.#sessions.values()].includes(interpreter);
  }

  /** Where the session lives, if it does. */
  find(session: string): OpenInterpreter | undefined {
    return this.#sessions.get(session);
  }

  /** Whether the session has state that a next run would find. */
  has(session: string): boolean {
    return this.#sessions.has(session);
  }

  /** Forgets the session that lives in this interpreter, if one does. */
  forget(interpreter: OpenInterpreter): void {
    for (const [session, open] of this.#sessions) if (open === interpreter) this.#sessions.delete(session);
  }

  /** Forgets all sessions of a process that is gone. */
  forgetAll(sidecar: SidecarClient): void {
    for (const [session, open] of this.#sessions)
      if (open.sidecar === sidecar) {
        this.#sessions.delete(session);
        this.#lost.add(session);
      }
  }

  /** Whether the session's state was lost since its last run. Asked once: the caller says so. */
  takeLoss(session: string): boolean {
    return this.#lost.delete(session);
  }
}
