import { DEFAULTS } from '../../shared/limits.ts';
import { RpcError } from '../../shared/rpc/errors.ts';
import type { RunPiece } from '../../shared/interpreter.ts';
import {
  type RunRequest,
  type RunOutput,
  type RunResult,
  type RunTiming,
  type SessionState,
} from '../../shared/sandbox.ts';
import type { Clock } from './clock.ts';
import { Interpreters, type OpenInterpreter } from './interpreters.ts';
import type { SidecarLauncher } from './launcher.ts';
import { OutputRelay } from './output-relay.ts';
import { parseRequest } from './parse-request.ts';
import { MisbehaviourError, ReportError, RunCollector } from './run-collector.ts';
import { RunQueue } from './run-queue.ts';
import type { Asset } from './runtime-assets.ts';
import type { SandboxState } from './sandbox-state.ts';
import { SnapshotStore } from './snapshot-store.ts';
import { engineVersion, Snapshots } from './snapshots.ts';
import { raceStop, type Stop } from './stop-signal.ts';
import { Supervisor } from './supervisor.ts';
import { reportVerdict, type Verdict } from './verdict.ts';

export interface SandboxConfig {
  readonly launcher: SidecarLauncher;
  /** Reads and checks what the sidecar is fed. */
  readonly loadAssets: () => Promise<readonly Asset[]>;
  readonly clock: Clock;
  /** Cap of each interpreter's WebAssembly memory, in MiB. */
  readonly memoryMiB: number;
  /** Captured output per stream, in KiB. */
  readonly outputKiB: number;
  /** Folder for what makes later starts faster; without it nothing is kept. May be emptied at any time. */
  readonly dataDir?: string;
  readonly onState?: (state: SandboxState) => void;
}

export interface RunOptions {
  /** Aborting it cancels the run, wherever it is. */
  readonly signal?: AbortSignal;
  /** Gets output as it comes, one chunk at a time; the result waits for the last one. */
  readonly onOutput?: (output: RunOutput) => void | Promise<void>;
}

/** Interpreters that run guest code at once. */
const MAX_CONCURRENT_RUNS = 4;
/** For the process and the interpreter to be ready, in ms. */
const START_LIMIT_MS = 60_000;
/** For a thread to be ended by the control thread, before the whole process is killed, in ms. */
const CLOSE_LIMIT_MS = 1000;
/** The same when nobody waits for it, in ms. */
const TIDY_LIMIT_MS = 10_000;
/** For a process whose connection is lost to be seen as gone, in ms. */
const EXIT_LIMIT_MS = 5000;

const never = new AbortController().signal;

interface Attempt {
  verdict: Verdict;
  began: boolean;
  startMs: number;
  runMs: number;
}

/** Runs untrusted Python in a process of its own. Each run ends in exactly one result. */
export class Sandbox {
  readonly #config: SandboxConfig;
  readonly #clock: Clock;
  readonly #queue = new RunQueue(MAX_CONCURRENT_RUNS);
  readonly #interpreters = new Interpreters();
  readonly #supervisor: Supervisor;
  readonly #disposal = new AbortController();
  #nextRun = 1;

  constructor(config: SandboxConfig) {
    this.#config = config;
    this.#clock = config.clock;
    this.#supervisor = new Supervisor({
      launcher: config.launcher,
      loadAssets: config.loadAssets,
      clock: config.clock,
      memoryMiB: config.memoryMiB,
      snapshots:
        config.dataDir === undefined
          ? undefined
          : new Snapshots(new SnapshotStore(config.dataDir), engineVersion()),
      onState: config.onState ?? ((): void => undefined),
      onGone: (sidecar) => this.#interpreters.forgetAll(sidecar),
    });
  }

  /** Of the sidecar; reading it starts nothing. */
  get state(): SandboxState {
    return this.#supervisor.state;
  }

  /** Of the sidecar process, or null while there is none. */
  get pid(): number | null {
    return this.#supervisor.pid;
  }

  /**
   * Runs code; never rejects for anything that the guest or the system does.
   *
   * @throws InvalidRequestError when the request breaks the contract
   */
  async run(request: RunRequest, options: RunOptions = {}): Promise<RunResult> {
    const parsed = parseRequest(request);
    const relay = new OutputRelay(options.onOutput);
    const collector = new RunCollector(this.#config.outputKiB * 1024, (output) => relay.push(output));
    const signal = AbortSignal.any([this.#disposal.signal, options.signal ?? never]);
    const arrived = this.#clock.now();
    let waitMs = 0;
    const disposed = this.#disposal.signal.aborted;
    const attempt = await this.#queue.add(parsed.session ?? null, signal, () => {
      waitMs = this.#clock.now() - arrived;
      return this.#attempt(parsed, collector, signal);
    });
    // Someone who cancels, or whose reader has stalled, does not wait for the reader.
    if (!signal.aborted) await relay.drained(signal);
    const { verdict, began, startMs, runMs } = attempt ?? notBegun(disposed);
    const timing = { waitMs: attempt === null ? this.#clock.now() - arrived : waitMs, startMs, runMs };
    return this.#result(parsed, verdict, began, collector, { ...timing, packagesMs: 0 });
  }

  /** Ends the process. Runs under way end as cancelled; later ones fail. */
  async dispose(): Promise<void> {
    this.#disposal.abort();
    await this.#supervisor.stop();
  }

  async #attempt(request: RunRequest, collector: RunCollector, signal: AbortSignal): Promise<Attempt> {
    const attempt: Attempt = { ...notBegun(), verdict: { kind: 'setup-failed', detail: 'unknown reason' } };
    if ((request.packages ?? []).length > 0) {
      return { ...attempt, verdict: { kind: 'setup-failed', detail: 'packages can not be installed yet' } };
    }
    const startedAt = this.#clock.now();
    const opened = await this.#open(request, signal);
    attempt.startMs = this.#clock.now() - startedAt;
    if ('kind' in opened) return { ...attempt, verdict: opened };
    attempt.began = true;
    this.#supervisor.runBegan(opened.sidecar);
    const ranAt = this.#clock.now();
    try {
      attempt.verdict = await this.#runIn(opened, request, collector, signal);
    } finally {
      attempt.runMs = this.#clock.now() - ranAt;
      this.#supervisor.runEnded(opened.sidecar);
    }
    return attempt;
  }

  /** An interpreter with the request's files in it, or why there is none. */
  async #open(request: RunRequest, signal: AbortSignal): Promise<OpenInterpreter | Verdict> {
    const opening = this.#openNow(request, signal);
    try {
      const raced = await raceStop(opening, this.#clock, START_LIMIT_MS, signal);
      if (raced.stopped === null) {
        if (request.session !== undefined) this.#interpreters.keep(request.session, raced.value);
        return raced.value;
      }
      this.#abandon(opening);
      if (raced.stopped === 'cancelled') return { kind: 'cancelled', began: false };
      const session = request.session === undefined ? undefined : this.#interpreters.find(request.session);
      // A session that no longer answers goes alone, a start that hangs with the whole process.
      await (session === undefined ? this.#supervisor.stop() : this.#close(session));
      return { kind: 'setup-failed', detail: `Python was not ready within ${START_LIMIT_MS / 1000} s` };
    } catch (error) {
      return { kind: 'setup-failed', detail: error instanceof Error ? error.message : 'unknown reason' };
    }
  }

  async #openNow(request: RunRequest, signal: AbortSignal): Promise<OpenInterpreter> {
    const sidecar = await this.#supervisor.sidecar();
    const interpreter = await this.#interpreters.open(sidecar, request.session ?? null);
    try {
      await sidecar.writeFiles(interpreter.id, request.files ?? [], signal);
    } catch (error) {
      // A refused file leaves the session as it was; any other failure means that its interpreter is gone.
      const alive = signal.aborted || (RpcError.is(error) && error.code === 'failed');
      await (alive ? this.#closeUnlessKept(interpreter) : this.#close(interpreter));
      throw error;
    }
    return interpreter;
  }

  /** Nobody waits for this interpreter any more: when it comes, it goes. */
  #abandon(opening: Promise<OpenInterpreter>): void {
    opening.then(
      (interpreter) => this.#closeUnlessKept(interpreter),
      () => undefined,
    );
  }

  /** An interpreter that was only now opened is of no use; one in which a session lives stays. */
  async #closeUnlessKept(interpreter: OpenInterpreter): Promise<void> {
    if (!this.#interpreters.isKept(interpreter)) await this.#close(interpreter);
  }

  async #runIn(
    interpreter: OpenInterpreter,
    request: RunRequest,
    collector: RunCollector,
    signal: AbortSignal,
  ): Promise<Verdict> {
    const limitMs = request.timeoutMs ?? DEFAULTS.timeoutMs;
    const order = { code: request.code, outputBytes: this.#config.outputKiB * 1024 };
    const ended = new AbortController();
    const push = (piece: RunPiece): void => collector.push(piece);
    const running = interpreter.sidecar.run(interpreter.id, order, push, ended.signal);
    try {
      const raced = await raceStop(running, this.#clock, limitMs, signal);
      if (raced.stopped !== null) return await this.#stopRun(interpreter, running, raced.stopped, limitMs);
      const end = raced.value;
      if (end.kind === 'finished') {
        const outcome = collector.outcome();
        if (request.session === undefined) void this.#close(interpreter, TIDY_LIMIT_MS);
        const truncated = outcome.truncated || end.outputCut;
        return { kind: 'finished', outcome: { ...outcome, truncated } };
      }
      await this.#close(interpreter);
      switch (end.cause) {
        case 'out-of-memory':
          return { kind: 'out-of-memory', detail: end.detail };
        case 'misbehaved':
          return { kind: 'misbehaved', detail: end.detail };
        case 'fatal':
        case 'exited':
        case 'closed':
          return { kind: 'interpreter-died', detail: end.detail, stack: end.stack };
      }
    } catch (error) {
      if (error instanceof ReportError) {
        // A guest can spoil its own report: its interpreter's fault, not the process's.
        await this.#close(interpreter);
        return { kind: 'misbehaved', detail: error.message };
      }
      return await this.#afterFailure(interpreter, error);
    } finally {
      // The result is made now: what comes later is not part of it, whoever sends it.
      ended.abort();
    }
  }

  async #stopRun(
    interpreter: OpenInterpreter,
    running: Promise<unknown>,
    stop: Stop,
    limitMs: number,
  ): Promise<Verdict> {
    // Its end is of no interest any more, but must not go unheard.
    running.catch(() => undefined);
    await this.#close(interpreter);
    return stop === 'cancelled' ? { kind: 'cancelled', began: true } : { kind: 'timeout', limitMs };
  }

  /** The connection failed in the middle of a run. */
  async #afterFailure(interpreter: OpenInterpreter, error: unknown): Promise<Verdict> {
    const { sidecar } = interpreter;
    // Whatever is still found of it, the next run gets another process.
    this.#interpreters.forgetAll(sidecar);
    const died = RpcError.is(error) && error.code === 'closed' && error.origin === 'local';
    if (!died) {
      await this.#supervisor.end(sidecar);
      const told = error instanceof MisbehaviourError || RpcError.is(error);
      return { kind: 'misbehaved', detail: told ? error.message : 'unknown reason' };
    }
    const gone = await raceStop(sidecar.gone, this.#clock, EXIT_LIMIT_MS, never);
    return { kind: 'process-died', exit: gone.stopped === null ? gone.value : null };
  }

  /** Ends an interpreter: through the control thread, or with the whole process if that does not answer. */
  async #close(interpreter: OpenInterpreter, limitMs = CLOSE_LIMIT_MS): Promise<void> {
    this.#interpreters.forget(interpreter);
    try {
      const closing = interpreter.sidecar.closeInterpreter(interpreter.id);
      const raced = await raceStop(closing, this.#clock, limitMs, never);
      if (raced.stopped === null) return;
    } catch {
      // Not answering and answering with a failure are the same here.
    }
    await this.#supervisor.end(interpreter.sidecar);
  }

  #result(
    request: RunRequest,
    verdict: Verdict,
    began: boolean,
    collector: RunCollector,
    timing: RunTiming,
  ): RunResult {
    const finished = verdict.kind === 'finished' ? verdict.outcome : null;
    return {
      ...reportVerdict(verdict),
      value: finished?.value ?? null,
      stdout: collector.stdout,
      stderr: collector.stderr,
      truncated: finished?.truncated ?? collector.full,
      outputs: [],
      files: finished?.files ?? [],
      session: {
        id: request.session ?? `run-${this.#nextRun++}`,
        state: this.#sessionState(request.session, finished !== null, began),
      },
      packages: [],
      timing,
      runtime: 'embedded',
    };
  }

  #sessionState(session: string | undefined, finished: boolean, began: boolean): SessionState {
    if (session === undefined) return finished || !began ? 'reset' : 'lost';
    const lostBefore = this.#interpreters.takeLoss(session);
    if (finished) return lostBefore ? 'lost' : 'kept';
    if (this.#interpreters.has(session)) return 'kept';
    return began || lostBefore ? 'lost' : 'reset';
  }
}

/** A run whose turn never came. */
const notBegun = (disposed = false): Attempt => ({
  verdict: disposed
    ? { kind: 'setup-failed', detail: 'the sandbox was disposed of' }
    : { kind: 'cancelled', began: false },
  began: false,
  startMs: 0,
  runMs: 0,
});
