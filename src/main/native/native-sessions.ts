import type { SessionEnd } from '../../shared/contract/sandbox-events.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { Clock } from '../base/clock.ts';
import { SessionLosses } from '../run/session-losses.ts';
import type { NativeSession } from './native-session.ts';

export interface NativeSessionsOptions {
  readonly clock: Clock;
  /** Without a run, in ms, before a session is ended. Asked whenever one comes to rest. */
  readonly idleMs: () => number;
  /** Told of each session that is no more. */
  readonly onEnd: (session: string, why: SessionEnd) => void;
}

interface Entry {
  readonly session: NativeSession;
  /** Which Python it is. */
  readonly key: string;
  /** A run uses it, so it can't be dropped. */
  busy: boolean;
  cancelIdle: () => void;
}

/** Every place is taken by a session in use. */
export class NoRoomError extends Error {
  override readonly name = 'NoRoomError';
}

/** Which process keeps which session; drops those that are idle for long, and the least recently used one for room. */
export class NativeSessions {
  readonly losses = new SessionLosses();
  readonly #options: NativeSessionsOptions;
  /** By last use, least recently used first. */
  readonly #entries = new Map<string, Entry>();
  /** Started, but not kept yet. */
  #starting = 0;
  /** Processes that are coming to their end. */
  readonly #leaving = new Set<Promise<void>>();

  constructor(options: NativeSessionsOptions) {
    this.#options = options;
  }

  /** All sessions with state, the one used last at the end. */
  get names(): string[] {
    return [...this.#entries.keys()];
  }

  has(session: string): boolean {
    return this.#entries.has(session);
  }

  /** The session's process while no run uses it, or null. */
  idle(session: string): NativeSession | null {
    const entry = this.#entries.get(session);
    return entry === undefined || entry.busy || !entry.session.isAlive ? null : entry.session;
  }

  /** A run may use it from now on, until it rests. */
  use(session: string): void {
    const entry = this.#entries.get(session);
    if (entry === undefined) return;
    if (!entry.session.isAlive) {
      // It ended with no run under way.
      void this.lose(session);
      return;
    }
    entry.cancelIdle();
    entry.busy = true;
  }

  rest(session: string): void {
    const entry = this.#entries.get(session);
    if (entry === undefined) return;
    const { clock, idleMs } = this.#options;
    entry.busy = false;
    entry.cancelIdle();
    entry.cancelIdle = clock.after(idleMs(), () => void this.#lose(session, 'process-ended'));
  }

  /**
   * The session's process, or null when it has none that is of this Python and can run code.
   *
   * @param key tells Pythons apart
   */
  async find(session: string, key: string): Promise<NativeSession | null> {
    const entry = this.#entries.get(session);
    if (entry === undefined) return null;
    if (entry.key === key && entry.session.isAlive) {
      this.#entries.delete(session);
      this.#entries.set(session, entry);
      return entry.session;
    }
    await this.lose(session);
    return null;
  }

  /**
   * Makes room, starts a process and keeps it for the session, in use.
   *
   * @param start gives one that is ready
   * @throws NoRoomError, and what `start` throws
   */
  async start(session: string, key: string, start: () => Promise<NativeSession>): Promise<NativeSession> {
    await this.#makeRoom();
    this.#starting += 1;
    try {
      const started = await start();
      const entry: Entry = { session: started, key, busy: true, cancelIdle: () => undefined };
      this.#entries.set(session, entry);
      void started.gone.then(() =>
        this.#forget(session, entry, entry.busy ? 'run-stopped' : 'process-ended'),
      );
      return started;
    } finally {
      this.#starting -= 1;
    }
  }

  /** Its state is of no use any more; the next run says so. */
  lose(session: string): Promise<void> {
    return this.#lose(session, 'process-ended');
  }

  /** As was wanted: no run says so. False when there was nothing to forget. */
  async reset(session: string): Promise<boolean> {
    const entry = this.#entries.get(session);
    if (entry !== undefined) {
      this.#drop(session, entry, 'reset');
      await this.#leave(entry.session);
    }
    const wasLost = this.losses.take(session);
    return entry !== undefined || wasLost;
  }

  /** Resolves once all processes are gone. */
  async close(): Promise<void> {
    for (const [name, entry] of this.#entries) {
      this.#drop(name, entry, 'process-ended');
      void this.#leave(entry.session);
    }
    await Promise.all(this.#leaving);
  }

  async #makeRoom(): Promise<void> {
    if (this.#entries.size + this.#starting < LIMITS.sessions) return;
    for (const [name, { busy }] of this.#entries) {
      if (busy) continue;
      await this.#lose(name, 'evicted');
      return;
    }
    throw new NoRoomError(`${LIMITS.sessions} sessions are in use already; wait for one of them or use none`);
  }

  async #lose(session: string, why: SessionEnd): Promise<void> {
    const entry = this.#entries.get(session);
    if (entry === undefined) return;
    this.#forget(session, entry, why);
    await this.#leave(entry.session);
  }

  #forget(session: string, entry: Entry, why: SessionEnd): void {
    if (this.#entries.get(session) !== entry) return;
    this.losses.note(session);
    this.#drop(session, entry, why);
  }

  #drop(session: string, entry: Entry, why: SessionEnd): void {
    entry.cancelIdle();
    this.#entries.delete(session);
    this.#options.onEnd(session, why);
  }

  async #leave(session: NativeSession): Promise<void> {
    const leaving = session.end();
    this.#leaving.add(leaving);
    await leaving;
    this.#leaving.delete(leaving);
  }
}
