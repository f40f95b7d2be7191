/** Runs Python in the user's own interpreter, not sandboxed: a process for each session, and for each run without one. */
import { stat } from 'node:fs/promises';
import process from 'node:process';
import type { RunRequest, SessionState } from '../../shared/contract/run.ts';
import type { NameQuestion, NameReport } from '../../shared/protocol/name-reports.ts';
import { DEFAULTS } from '../../shared/limits.ts';
import type { Clock } from '../base/clock.ts';
import { raceStop } from '../base/stop-signal.ts';
import { messageOf } from '../base/system-error.ts';
import type { Backend, Interpreter, Opening, RunContext, RunProgress } from '../run/backend.ts';
import { LOOK_UP_LIMIT_MS, readNameReport } from '../sessions/name-report.ts';
import { factsOf } from '../run/run-facts.ts';
import type { Verdict } from '../run/verdict.ts';
import { checkInterpreter, type InterpreterCheck } from './interpreter-check.ts';
import { INTERRUPT_BY, type InterruptBy } from './native-process.ts';
import { NativeSession, type OutputHearer } from './native-session.ts';
import { NativeSessions, NoRoomError, type NativeSessionEnded } from './native-sessions.ts';
import { NotBegunError } from './not-begun.ts';
import { ProgramInterpreter, type ProgramInterpreterOptions } from './program-interpreter.ts';
import { RunFolder } from './run-folder.ts';
import { SessionInterpreter } from './session-interpreter.ts';
import { MS_PER_MINUTE } from '../../shared/units.ts';

export interface NativeBackendConfig {
  /** Asked at each run, so that a changed setting holds at once. A full path, or a name on the PATH. */
  readonly binpath: () => string;
  readonly clock: Clock;
  /** Where the variables that native code may see are taken from. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Without a run, in ms, before a session's process is ended. Asked whenever one comes to rest. */
  readonly idleMs?: () => number;
  /** Told of each session that is no more. */
  readonly onSessionEnd?: NativeSessionEnded;
  /** By default as this system can. */
  readonly interruptBy?: InterruptBy;
}

/** For the interpreter to be checked, in ms; longer than the check's own limit. */
const CHECK_LIMIT_MS = 30_000;
/** For a session's Python to be ready for its first run, in ms. */
const START_LIMIT_MS = 60_000;
const IDLE_MS = DEFAULTS.idleMinutes * MS_PER_MINUTE;

export class NativeBackend implements Backend {
  readonly runtime = 'native';
  readonly #config: NativeBackendConfig;
  /** Of each run whose turn has come: settles when it is over, its process and folder included. */
  readonly #turns = new Set<Promise<void>>();
  readonly #sessions: NativeSessions;
  #checked: { readonly key: string; readonly check: InterpreterCheck } | null = null;

  constructor(config: NativeBackendConfig) {
    this.#config = config;
    const { clock, idleMs = () => IDLE_MS, onSessionEnd = () => undefined } = config;
    this.#sessions = new NativeSessions({ clock, idleMs, onEnd: onSessionEnd });
  }

  /** Named sessions with state, the one used last at the end. */
  get sessions(): string[] {
    return this.#sessions.names;
  }

  /** Forgets a session's state, when none of its runs is under way. False when there was none. */
  reset(session: string, hear?: OutputHearer): Promise<boolean> {
    return this.#sessions.reset(session, hear);
  }

  /** What a session knows of names; null when it is at work, has no process or does not answer at once. */
  async lookUpNames(session: string, question: NameQuestion): Promise<NameReport | null> {
    const { clock } = this.#config;
    const asking = this.#sessions.idle(session)?.lookUpNames(JSON.stringify(question)) ?? null;
    if (asking === null) return null;
    const raced = await raceStop(asking, clock, LOOK_UP_LIMIT_MS);
    return raced.stopped === null ? readNameReport(new TextEncoder().encode(raced.value)) : null;
  }

  hold(session: string | null): () => void {
    if (session !== null) this.#sessions.use(session);
    let release: () => void = () => undefined;
    const turn = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#turns.add(turn);
    return () => {
      if (session !== null) this.#sessions.rest(session);
      this.#turns.delete(turn);
      release();
    };
  }

  async open(request: RunRequest, { number, signal }: RunContext): Promise<Opening> {
    const { clock } = this.#config;
    const began = clock.now();
    const preparation = (): { startMs: number; packagesMs: 0; packages: [] } => ({
      startMs: clock.now() - began,
      packagesMs: 0,
      packages: [],
    });
    const refuse = (verdict: Verdict): Opening => ({ kind: 'refused', verdict, ...preparation() });
    if ((request.packages ?? []).length > 0) {
      const detail =
        'packages are not installed into your own Python; install them there, for example with pip';
      return refuse({ kind: 'setup-failed', detail });
    }
    // A cancelled run does not wait for an interpreter that hangs; the check has its own limit.
    const checked = await raceStop(this.#check(), clock, CHECK_LIMIT_MS, signal);
    if (checked.stopped !== null) {
      return refuse(
        checked.stopped === 'cancelled'
          ? { kind: 'cancelled', by: null }
          : { kind: 'setup-failed', detail: 'the Python interpreter could not be checked in time' },
      );
    }
    const check = checked.value;
    if (!check.ok) return refuse({ kind: 'setup-failed', detail: check.problem.message });
    const opened = await this.#openIn(check.interpreter.path, { request, number }, signal);
    return opened.kind === 'refused'
      ? refuse(opened.verdict)
      : { kind: 'opened', interpreter: opened.interpreter, ...preparation() };
  }

  stateAfter(session: string | undefined, progress: RunProgress): SessionState {
    // A process of its own leaves nothing that could be kept or lost.
    if (session === undefined) return 'reset';
    return this.#sessions.losses.stateAfter(session, progress, this.#sessions.has(session));
  }

  async close(): Promise<void> {
    await Promise.all(this.#turns);
    await this.#sessions.close();
  }

  async #openIn(program: string, asked: AskedRun, signal: AbortSignal): Promise<Opened> {
    const { session } = asked.request;
    try {
      if (session === undefined) return await this.#openProgram(program, asked);
      return await this.#openSession(program, asked, session, signal);
    } catch (error) {
      if (signal.aborted) return { kind: 'refused', verdict: { kind: 'cancelled', by: null } };
      return { kind: 'refused', verdict: { kind: 'setup-failed', detail: detailOf(error) } };
    }
  }

  async #openProgram(program: string, asked: AskedRun): Promise<Opened> {
    const folder = await newFolder();
    try {
      await prepare(folder, asked);
    } catch (error) {
      await folder.remove();
      throw error;
    }
    return { kind: 'opened', interpreter: new ProgramInterpreter({ ...this.#parts(program), folder }) };
  }

  async #openSession(program: string, asked: AskedRun, name: string, signal: AbortSignal): Promise<Opened> {
    const { clock } = this.#config;
    const key = this.#checked?.key ?? '';
    let session = await this.#sessions.find(name, key);
    if (session !== null && !(await isPrepared(session, asked))) {
      await this.#sessions.lose(name);
      session = null;
    }
    if (session === null) {
      session = await this.#sessions.start(name, key, () => this.#startSession(program, signal));
      await prepare(session.folder, asked);
    }
    const takeLoss = (): boolean => this.#sessions.losses.take(name);
    return { kind: 'opened', interpreter: new SessionInterpreter({ clock, session, takeLoss }) };
  }

  async #startSession(program: string, signal: AbortSignal): Promise<NativeSession> {
    const session = new NativeSession({ ...this.#parts(program), folder: await newFolder() });
    try {
      const raced = await raceStop(session.ready(), this.#config.clock, START_LIMIT_MS, signal);
      if (raced.stopped !== null) throw new NotBegunError('Python was not ready in time');
      return session;
    } catch (error) {
      await session.kill();
      throw error;
    }
  }

  #parts(program: string): Omit<ProgramInterpreterOptions, 'folder'> {
    const { clock, environment = process.env, interruptBy = INTERRUPT_BY } = this.#config;
    return { program, clock, environment, interruptBy };
  }

  /** The interpreter at the path, checked again only when the file has changed. */
  async #check(): Promise<InterpreterCheck> {
    const binpath = this.#config.binpath();
    const environment = this.#config.environment ?? process.env;
    if (this.#checked?.check.ok === true) {
      const key = await keyOf(binpath, this.#checked.check.interpreter.path);
      if (key === this.#checked.key) return this.#checked.check;
    }
    const check = await checkInterpreter(binpath, { environment });
    this.#checked = check.ok ? { key: await keyOf(binpath, check.interpreter.path), check } : null;
    return check;
  }
}

type Opened =
  | { readonly kind: 'opened'; readonly interpreter: Interpreter }
  | { readonly kind: 'refused'; readonly verdict: Verdict };

/** What a run asks for, and what its caller counts it by. */
interface AskedRun {
  readonly request: RunRequest;
  readonly number: RunContext['number'];
}

/** The run's folder can't be made or filled. */
class FolderError extends Error {
  override readonly name = 'FolderError';
}

const newFolder = async (): Promise<RunFolder> => {
  try {
    return await RunFolder.create();
  } catch (error) {
    throw new FolderError(`the run's folder could not be made: ${messageOf(error)}`);
  }
};

const prepare = async (folder: RunFolder, { number, request }: AskedRun): Promise<void> => {
  try {
    await folder.prepare(request.code, request.files ?? [], factsOf(request, null, undefined, { number }));
  } catch (error) {
    throw new FolderError(`the run's files could not be written: ${messageOf(error)}`);
  }
};

/** False when the session can run nothing any more: its process has ended meanwhile, or code has removed its folder. */
const isPrepared = async (session: NativeSession, asked: AskedRun): Promise<boolean> => {
  try {
    await prepare(session.folder, asked);
  } catch (error) {
    if (session.isAlive && (await session.folder.isThere())) throw error;
    return false;
  }
  return session.isAlive;
};

const detailOf = (error: unknown): string => {
  const isTold = [FolderError, NoRoomError, NotBegunError].some((kind) => error instanceof kind);
  return isTold ? messageOf(error) : `Python could not be started: ${messageOf(error)}`;
};

const keyOf = async (binpath: string, program: string): Promise<string> => {
  const found = await stat(program).catch(() => null);
  return JSON.stringify([binpath, found?.ino, found?.size, found?.mtimeMs]);
};
