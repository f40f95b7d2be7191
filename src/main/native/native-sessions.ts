import type { SessionEnd } from '../../shared/contract/sandbox-events.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { Clock } from '../base/clock.ts';
import { SessionEndOutput } from '../sessions/session-end-output.ts';
import { SessionLosses } from '../sessions/session-losses.ts';
import type { NativeSession, OutputHearer } from './native-session.ts';

/** @param printed what its code printed as it ended */
export type NativeSessionEnded = (session: string, why: SessionEnd, printed: string | undefined) => void;

export interface NativeSessionsOptions {
  readonly clock: Clock;
  /** Without a run, in ms, before a session is ended. Asked whenever one comes to rest. */
  readonly idleMs: () => number;
  /** Told of each session that is no more, once its process is gone. */
  readonly onEnd: NativeSessionEnded;
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
  /** Sessions whose end is not told yet, as their processes may still print. */
  readonly #untold = new Map<string, Promise<void>>();

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
    entry.cancelIdle = clock.after(idleMs(), () => void this.#lose(session, 'idle'));
  }

  /**
   * The session's process, or null when it has none that is of this Python and can run code.
   *
   * @param key tells Pythons apart
   */
  async find(session: string, key: string): Promise<NativeSession | null> {
    // What is told of its end is not about the one that follows.
    await this.#untold.get(session);
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
      void started.gone.then(() => {
        if (this.#remove(session, entry))
          this.#noteEnd(session, entry.busy ? 'run-stopped' : 'process-ended');
      });
      return started;
    } finally {
      this.#starting -= 1;
    }
  }

  /** Its state is of no use any more; the next run says so. */
  lose(session: string): Promise<void> {
    return this.#lose(session, 'process-ended');
  }

  /**
   * As was wanted: no run says so. False when there was nothing to forget.
   *
   * @param hear gets what its code prints as it ends
   */
  async reset(session: string, hear?: OutputHearer): Promise<boolean> {
    const entry = this.#entries.get(session);
    if (entry !== undefined) await this.#end(session, entry, 'reset', hear);
    const wasLost = this.losses.take(session);
    return entry !== undefined || wasLost;
  }

  /** Resolves once all processes are gone. */
  async close(): Promise<void> {
    for (const [name, entry] of this.#entries) void this.#end(name, entry, 'process-ended');
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

  /** The next run says so. */
  async #lose(session: string, why: SessionEnd): Promise<void> {
    const entry = this.#entries.get(session);
    if (entry !== undefined) await this.#end(session, entry, why);
  }

  /** Lets it come to its end, and tells of that with what it printed then. */
  async #end(session: string, entry: Entry, why: SessionEnd, hear?: OutputHearer): Promise<void> {
    if (!this.#remove(session, entry)) return;
    const leaving = entry.session.isAlive
      ? this.#endInOrder(session, entry, why, hear)
      : this.#clear(session, entry, why);
    this.#leaving.add(leaving);
    await leaving;
    this.#leaving.delete(leaving);
  }

  async #endInOrder(
    session: string,
    { session: ending }: Entry,
    why: SessionEnd,
    hear: OutputHearer = () => undefined,
  ): Promise<void> {
    if (why !== 'reset') this.losses.note(session);
    const printed = new SessionEndOutput();
    const ended = ending.end((output) => {
      printed.push({ channel: output.stream, bytes: output.bytes });
      hear(output);
    });
    this.#untold.set(session, ended);
    await ended;
    this.#untold.delete(session);
    this.#options.onEnd(session, why, printed.take() || undefined);
  }

  /** It has ended by itself already. */
  #clear(session: string, { session: ended }: Entry, why: SessionEnd): Promise<void> {
    this.#noteEnd(session, why);
    return ended.end();
  }

  #noteEnd(session: string, why: SessionEnd): void {
    if (why !== 'reset') this.losses.note(session);
    this.#options.onEnd(session, why, undefined);
  }

  /** Whether it was there. */
  #remove(session: string, entry: Entry): boolean {
    if (this.#entries.get(session) !== entry) return false;
    entry.cancelIdle();
    this.#entries.delete(session);
    return true;
  }
}
