import type { SessionEnd } from '../../../shared/contract/sandbox-events.ts';
import { LIMITS } from '../../../shared/limits.ts';
import { SessionLosses } from '../../sessions/session-losses.ts';
import type { SessionEndOutput } from '../../sessions/session-end-output.ts';
import type { SidecarClient } from '../sidecar/sidecar-client.ts';
import { SetupError } from '../setup-error.ts';

/** An interpreter in a live sidecar. */
export interface OpenInterpreter {
  readonly id: string;
  readonly sidecar: SidecarClient;
}

interface Session {
  readonly interpreter: OpenInterpreter;
  /** Whether a run uses it, so that it can not be evicted. */
  busy: boolean;
  /** Whether a run has begun in it, so that there is state to lose. */
  hasState: boolean;
}

export interface SessionRegistryOptions {
  /**
   * Called for each session that was removed; must end its interpreter if that is still running.
   *
   * @param printed what it printed as it ended
   */
  readonly onEnd: (
    session: string,
    interpreter: OpenInterpreter,
    why: SessionEnd,
    printed: string | undefined,
  ) => void;
  /**
   * Lets an idle session come to its end and forgets it; null where that is not possible at once. Never rejects.
   *
   * @param signal aborted when nobody waits for the room any more
   */
  readonly finish: (session: string, signal: AbortSignal | undefined) => Promise<void> | null;
}

/** Maps sessions to the interpreters that hold their state, and evicts the least recently used one. */
export class SessionRegistry {
  /** Ordered by last use, least recently used first. */
  readonly #sessions = new Map<string, Session>();
  /** Interpreters that are being opened for a session and not registered by `keep` yet. */
  readonly #opening = new Set<string>();
  readonly losses = new SessionLosses();
  /** Idle sessions that are coming to their end, to make room. */
  readonly #leaving = new Set<string>();
  readonly #options: SessionRegistryOptions;
  #nextId = 1;

  constructor(options: SessionRegistryOptions) {
    this.#options = options;
  }

  /**
   * The session's interpreter, or a fresh one, which `keep` then assigns to the session.
   *
   * @param session null for an interpreter of the run's own
   * @param start starts a fresh one of that id
   * @param signal of who asks for it: once it is aborted, nobody waits for a session that makes room to come to its end
   * @throws SetupError, RpcError when none can be started
   */
  async open(
    sidecar: SidecarClient,
    session: string | null,
    start: (interpreter: OpenInterpreter) => Promise<unknown> = ({ id }) => sidecar.openInterpreter(id),
    signal?: AbortSignal,
  ): Promise<OpenInterpreter> {
    const existing = session === null ? undefined : this.#sessions.get(session);
    if (existing?.interpreter.sidecar === sidecar) {
      existing.busy = true;
      return existing.interpreter;
    }
    const interpreter = { id: `interpreter-${this.#nextId++}`, sidecar };
    if (session === null) {
      await start(interpreter);
      return interpreter;
    }
    this.#opening.add(session);
    try {
      await this.#makeRoomFor(session, signal);
      await start(interpreter);
    } finally {
      this.#opening.delete(session);
    }
    return interpreter;
  }

  /** Assigns the interpreter to the session, and marks it as used by a run. */
  keep(session: string, interpreter: OpenInterpreter): void {
    const before = this.#sessions.get(session);
    if (before !== undefined && before.interpreter !== interpreter) {
      // Its process is being ended, and has been replaced already.
      this.#lose(session, 'process-ended');
    }
    const hasState = this.#sessions.get(session)?.hasState ?? false;
    this.#sessions.delete(session);
    this.#sessions.set(session, { interpreter, busy: true, hasState });
  }

  /** Marks that a run begins in the session and may change its state. */
  enter(session: string): void {
    const known = this.#sessions.get(session);
    if (known !== undefined) known.hasState = true;
  }

  /** Marks the session as used by something other than a run, so that it is not evicted. */
  use(session: string): void {
    const known = this.#sessions.get(session);
    if (known !== undefined) known.busy = true;
  }

  /** The run that used it has ended. */
  rest(session: string): void {
    const known = this.#sessions.get(session);
    if (known === undefined) return;
    known.busy = false;
    known.hasState = true;
  }

  /** Whether this interpreter belongs to a session. */
  isKept(interpreter: OpenInterpreter): boolean {
    return [...this.#sessions.values()].some((session) => session.interpreter === interpreter);
  }

  /** The session's interpreter, if it has one. */
  find(session: string): OpenInterpreter | undefined {
    return this.#sessions.get(session)?.interpreter;
  }

  /** Whether the session has state that a next run would find. */
  has(session: string): boolean {
    return this.#sessions.has(session);
  }

  /** Whether any session has its interpreter in that process. */
  liveIn(sidecar: SidecarClient): boolean {
    return [...this.#sessions.values()].some(({ interpreter }) => interpreter.sidecar === sidecar);
  }

  /** All sessions with state, the one used last at the end. */
  get names(): string[] {
    return [...this.#sessions.keys()];
  }

  /** Removes the session of this interpreter, if there is one. Its next run reports the loss, unless it was requested. */
  forget(interpreter: OpenInterpreter, why: SessionEnd, printed?: SessionEndOutput): void {
    for (const [name, session] of this.#sessions) {
      if (session.interpreter !== interpreter) continue;
      if (why === 'reset') this.#drop(name, why, printed);
      else this.#lose(name, why, printed);
    }
  }

  /** Forgets all sessions of a process that is gone. */
  forgetAll(sidecar: SidecarClient): void {
    for (const [name, session] of this.#sessions) {
      if (session.interpreter.sidecar !== sidecar) continue;
      this.#lose(name, 'process-ended');
    }
  }

  /** Drops the least recently used idle session as it is. @returns its name, or null when there is none */
  evictOldest(): string | null {
    const oldest = this.#oldest();
    if (oldest !== null) this.#lose(oldest, 'evicted');
    return oldest;
  }

  /** The least recently used idle session, or null. */
  #oldest(): string | null {
    for (const [name, { busy }] of this.#sessions) if (!busy && !this.#leaving.has(name)) return name;
    return null;
  }

  async #makeRoomFor(session: string, signal: AbortSignal | undefined): Promise<void> {
    const others = new Set([...this.#sessions.keys(), ...this.#opening]);
    others.delete(session);
    for (const name of this.#leaving) others.delete(name);
    if (others.size < LIMITS.sessions) return;
    const oldest = this.#oldest();
    if (oldest === null) {
      throw new SetupError(
        `${LIMITS.sessions} sessions are in use already; wait for one of them or use none`,
      );
    }
    const finishing = this.#options.finish(oldest, signal);
    if (finishing === null) {
      this.#lose(oldest, 'evicted');
      return;
    }
    this.#leaving.add(oldest);
    await finishing;
    this.#leaving.delete(oldest);
  }

  /** The loss of a session without state is not reported. */
  #lose(session: string, why: SessionEnd, printed?: SessionEndOutput): void {
    if (this.#sessions.get(session)?.hasState === true) {
      this.losses.note(session);
      this.#drop(session, why, printed);
    } else {
      this.#sessions.delete(session);
    }
  }

  #drop(name: string, why: SessionEnd, printed?: SessionEndOutput): void {
    const session = this.#sessions.get(name);
    this.#sessions.delete(name);
    const text = printed?.take();
    if (session !== undefined)
      this.#options.onEnd(name, session.interpreter, why, text === '' ? undefined : text);
  }
}
