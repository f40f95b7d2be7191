import { DEFAULTS, LIMITS } from '../../shared/limits.ts';
import type { SandboxEvent, SandboxState } from '../../shared/sandbox-events.ts';
import { type RunRequest, type RunOutput, type RunResult, type SessionState } from '../../shared/sandbox.ts';
import { PackageError } from '../packages/package-error.ts';
import type { InstallProgress } from '../packages/progress.ts';
import type { Clock } from './clock.ts';
import type { CrashLimit } from './crash-window.ts';
import { InterpreterProvider } from './interpreter-provider.ts';
import { Interpreters, MAX_SESSIONS, type OpenInterpreter } from './interpreters.ts';
import type { SidecarLauncher } from './launcher.ts';
import type { LockdownFactory } from './lockdown-binding.ts';
import { pressureOf } from './memory-budget.ts';
import { ModuleAdvice } from './module-advice.ts';
import { OutputRelay } from './output-relay.ts';
import { PackageInstaller } from './package-installer.ts';
import type { PackageProvider } from './package-provider.ts';
import { parseRequest } from './parse-request.ts';
import { RunCollector } from './run-collector.ts';
import { RunExecution } from './run-execution.ts';
import { RunQueue } from './run-queue.ts';
import type { Asset } from './runtime-assets.ts';
import type { SidecarClient } from './sidecar-client.ts';
import { SnapshotStore } from './snapshot-store.ts';
import { engineVersion, Snapshots } from './snapshots.ts';
import { linkSignals, sharedController } from './stop-signal.ts';
import { Supervisor, type SupervisorSettings } from './supervisor.ts';
import { filesOf, reportVerdict, truncationOf, type Verdict } from './verdict.ts';
import { warmUp } from './warm-up.ts';

/** What may change while a sandbox is at work. */
export interface SandboxSettings {
  /** Cap of each interpreter's WebAssembly memory, in MiB. */
  readonly memoryMiB: number;
  /** Captured output per stream, in KiB. */
  readonly outputKiB: number;
  /** Unused for so long, the processes are ended, in ms. By default 15 minutes. */
  readonly idleMs?: number;
  /** Keep a started process in reserve, where memory allows. By default not. */
  readonly standby?: boolean;
}

export interface SandboxConfig extends SandboxSettings {
  readonly launcher: SidecarLauncher;
  /** Reads and checks what the sidecar is fed. */
  readonly loadAssets: () => Promise<readonly Asset[]>;
  /** How the operating system is to hold the process in; see `lockdownOrder`. */
  readonly lockdown: LockdownFactory;
  readonly clock: Clock;
  /** Folder for what makes later starts faster; without it nothing is kept. May be emptied at any time. */
  readonly dataDir?: string;
  /** Started interpreters kept ready for fresh runs. By default none. */
  readonly spares?: number;
  /** By default 3 crashes in 5 minutes. */
  readonly crashLimit?: CrashLimit;
  /** Free memory of the machine, in bytes. */
  readonly freeMemory: () => number;
  readonly onEvent?: (event: SandboxEvent) => void;
  /** Where packages come from; without it there are none. Closed with the sandbox. */
  readonly packages?: PackageProvider;
}

export interface RunOptions {
  /** Told while packages are fetched for the run. */
  readonly onPackages?: (progress: InstallProgress) => void;
  /** Aborting it cancels the run, wherever it is. */
  readonly signal?: AbortSignal;
  /** Gets output as it comes, one chunk at a time; the result waits for the last one. */
  readonly onOutput?: (output: RunOutput) => void | Promise<void>;
}

/** Interpreters that run guest code at once: every session may wait for something at the same time. */
const MAX_CONCURRENT_RUNS = MAX_SESSIONS;
/** How long a guest may take to end after an interrupt, in ms: longer where a session's state is at stake. */
const INTERRUPT_MS = { session: 500, ownInterpreter: 250 } as const;

const IDLE_MS = 15 * 60_000;
const CRASH_LIMIT: CrashLimit = { crashes: 3, windowMs: 5 * 60_000 };
/** For the memory of an interpreter that was ended to be given back, in ms. */
const MEMORY_SETTLES_MS = 500;

const toMiB = (bytes: number): number => Math.round(bytes / (1024 * 1024));

const never = sharedController().signal;

interface Attempt {
  verdict: Verdict;
  began: boolean;
  /** Whether what earlier runs of the session had left was gone before this one began. */
  lostBefore: boolean;
  startMs: number;
  packagesMs: number;
  runMs: number;
  /** Names of packages installed for it. */
  packages: readonly string[];
  advice: ModuleAdvice;
}

/** Runs untrusted Python in a process of its own. Each run ends in exactly one result. */
export class Sandbox {
  readonly #config: SandboxConfig;
  readonly #clock: Clock;
  readonly #queue = new RunQueue(MAX_CONCURRENT_RUNS);
  readonly #interpreters: Interpreters;
  readonly #supervisor: Supervisor;
  readonly #provider: InterpreterProvider;
  readonly #packages: PackageInstaller;
  readonly #disposal = sharedController();
  /** Aborted, and made anew, when the active process uses too much memory. */
  #outOfMemory = sharedController();
  /** Until then the memory given back last may not show yet; on the clock. */
  #memorySettlesAt = 0;
  #nextRun = 1;
  #settings: SandboxSettings;

  /** @throws RangeError for a setting out of its bounds */
  constructor(config: SandboxConfig) {
    const { spares = 0 } = config;
    if (!Number.isInteger(spares) || spares < 0 || spares > LIMITS.spares) {
      throw new RangeError(`spares must be a whole number from 0 to ${LIMITS.spares}, not ${spares}`);
    }
    this.#config = config;
    this.#settings = config;
    this.#clock = config.clock;
    this.#interpreters = new Interpreters((session, interpreter, why) => {
      this.#emit({ type: 'session-ended', at: Date.now(), session, why });
      if (why === 'evicted' || why === 'reset') this.#provider.discard(interpreter);
      this.#renewIfFree();
    });
    this.#supervisor = new Supervisor({
      launcher: config.launcher,
      loadAssets: config.loadAssets,
      lockdown: config.lockdown,
      clock: config.clock,
      ...supervisorSettings(config),
      snapshots:
        config.dataDir === undefined
          ? undefined
          : new Snapshots(new SnapshotStore(config.dataDir), engineVersion()),
      spares,
      crashLimit: config.crashLimit ?? CRASH_LIMIT,
      freeMemory: config.freeMemory,
      warmUp,
      events: {
        onState: (state) => this.#emit({ type: 'state', at: Date.now(), state }),
        onStarted: (pid, role, startMs) =>
          this.#emit({ type: 'process-started', at: Date.now(), pid, role, startMs }),
        onPromoted: (pid) => this.#emit({ type: 'process-promoted', at: Date.now(), pid }),
        onEnded: (sidecar, role, end) => {
          if (sidecar !== undefined) this.#interpreters.forgetAll(sidecar);
          this.#emit({ type: 'process-ended', at: Date.now(), pid: sidecar?.pid ?? null, role, ...end });
        },
        onMemory: (sidecar, bytes) => this.#onMemory(sidecar, bytes),
      },
    });
    this.#provider = new InterpreterProvider(this.#supervisor, this.#interpreters, config.clock);
    this.#packages = new PackageInstaller({ provider: config.packages, clock: config.clock });
  }

  /** Reading it starts nothing. */
  get state(): SandboxState {
    return this.#supervisor.state;
  }

  /** Of the sidecar process, or null while there is none. */
  get pid(): number | null {
    return this.#supervisor.pid;
  }

  /** Of the process in reserve, or null; and whether it could take over this moment. */
  get standby(): { readonly pid: number | null; readonly ready: boolean } {
    return { pid: this.#supervisor.standbyPid, ready: this.#supervisor.standbyReady };
  }

  /** Named sessions that have state, the one used last at the end. */
  get sessions(): string[] {
    return this.#interpreters.names;
  }

  /**
   * Runs code; never rejects for anything that the guest or the system does.
   *
   * @throws InvalidRequestError when the request breaks the contract
   */
  async run(request: RunRequest, options: RunOptions = {}): Promise<RunResult> {
    const parsed = parseRequest(request);
    const run = this.#nextRun++;
    const session = parsed.session ?? null;
    const relay = new OutputRelay(options.onOutput);
    const collector = new RunCollector(this.#settings.outputKiB * 1024, (output) => relay.push(output));
    const { signal, unlink } = linkSignals(this.#disposal.signal, options.signal ?? never);
    const arrived = this.#clock.now();
    let waitMs = 0;
    const disposed = this.#disposal.signal.aborted;
    const attempt = await this.#queue.add(session, signal, async () => {
      waitMs = this.#clock.now() - arrived;
      this.#supervisor.use();
      try {
        const ended = await this.#attempt(run, parsed, collector, signal, options.onPackages);
        return { ...ended, state: this.#sessionState(parsed.session, ended) };
      } finally {
        this.#supervisor.release();
        if (session !== null) this.#interpreters.rest(session);
        this.#renewIfFree();
      }
    });
    // Someone who cancels, or whose reader has stalled, does not wait for the reader.
    if (!signal.aborted) await relay.drained(signal);
    unlink();
    const ended = attempt ?? this.#notBegun(parsed.session, disposed);
    if (attempt === null) waitMs = this.#clock.now() - arrived;
    const result = this.#result(run, parsed, ended, collector, waitMs);
    const { runMs, state } = ended;
    this.#emit({ type: 'run-ended', at: Date.now(), run, session, status: result.status, state, runMs });
    return result;
  }

  /**
   * Goes the way of a run of that session, without running anything. False when the session has no interpreter.
   *
   * @throws RpcError when its process dies meanwhile
   */
  async ping(session: string): Promise<boolean> {
    const interpreter = this.#interpreters.find(session);
    await interpreter?.sidecar.ping(interpreter.id);
    return interpreter !== undefined;
  }

  /** Forgets a session's state: its next run begins with nothing. False when there was none. */
  async reset(session: string): Promise<boolean> {
    // In turn: a run of the session that is under way is not disturbed.
    return (
      (await this.#queue.add(session, never, () => {
        const interpreter = this.#interpreters.find(session);
        if (interpreter !== undefined) this.#interpreters.forget(interpreter, 'reset');
        const wasLost = this.#interpreters.takeLoss(session);
        return Promise.resolve(interpreter !== undefined || wasLost);
      })) ?? false
    );
  }

  /**
   * Takes new settings on, without disturbing what runs. Another memory cap holds from the next process on: it is
   * started as soon as no session has state that would be lost with the present one (see `restartNeeded`).
   */
  configure(settings: SandboxSettings): void {
    this.#settings = settings;
    this.#supervisor.configure(supervisorSettings(settings));
    this.#renewIfFree();
  }

  /** Whether the memory cap in force is not the one that is set, for the sake of sessions with state. */
  get restartNeeded(): boolean {
    return this.#supervisor.outdated;
  }

  /** What the process may use in all, in MiB. */
  get processLimitMiB(): number {
    return toMiB(this.#supervisor.processLimitBytes);
  }

  /** Ends the processes, as being idle does; runs under way end as cancelled. The next run starts anew. */
  stop(): Promise<void> {
    return this.#supervisor.stop();
  }

  /** Ends the processes; the next run starts anew, also after too many crashes. Runs under way end. */
  restart(): Promise<void> {
    return this.#supervisor.restart();
  }

  /** Ends the process. Runs under way end as cancelled; later ones fail. */
  async dispose(): Promise<void> {
    this.#disposal.abort();
    await this.#supervisor.dispose();
    await this.#config.packages?.close();
  }

  #renewIfFree(): void {
    if (!this.#supervisor.outdated || this.#supervisor.inUse || this.sessions.length > 0) return;
    void this.#supervisor.stop('stopped', 'the memory limit was changed');
  }

  async #attempt(
    run: number,
    request: RunRequest,
    collector: RunCollector,
    signal: AbortSignal,
    onPackages: RunOptions['onPackages'],
  ): Promise<Attempt> {
    const attempt: Attempt = { ...notBegun(), verdict: { kind: 'setup-failed', detail: 'unknown reason' } };
    const startedAt = this.#clock.now();
    const opened = await this.#provider.open(request, signal);
    attempt.startMs = this.#clock.now() - startedAt;
    if ('kind' in opened) return { ...attempt, verdict: opened };
    const refusal = await this.#installPackages(attempt, opened, request, signal, onPackages);
    if (refusal !== null) return { ...attempt, verdict: refusal };
    attempt.began = true;
    attempt.lostBefore = request.session !== undefined && this.#interpreters.takeLoss(request.session);
    this.#supervisor.runBegan(opened.sidecar);
    this.#emit({ type: 'run-began', at: Date.now(), run, session: request.session ?? null });
    const ranAt = this.#clock.now();
    try {
      attempt.verdict = await this.#runIn(opened, request, collector, signal);
    } finally {
      attempt.runMs = this.#clock.now() - ranAt;
      this.#supervisor.runEnded(opened.sidecar);
    }
    return attempt;
  }

  /** What the code needs goes into its interpreter; a verdict when that can't be done. */
  async #installPackages(
    attempt: Attempt,
    interpreter: OpenInterpreter,
    request: RunRequest,
    signal: AbortSignal,
    onProgress: RunOptions['onPackages'],
  ): Promise<Verdict | null> {
    const startedAt = this.#clock.now();
    try {
      const { advice, installed } = await this.#packages.install({
        interpreter,
        request,
        signal,
        onProgress,
      });
      attempt.packages = installed;
      attempt.advice = advice;
      return null;
    } catch (error) {
      // A package that can't be had leaves a session as it was; anything else means that its interpreter is gone.
      if (!(error instanceof PackageError)) await this.#provider.close(interpreter);
      else if (request.session === undefined) this.#provider.discard(interpreter);
      if (signal.aborted) return { kind: 'cancelled', by: null };
      return { kind: 'setup-failed', detail: error instanceof Error ? error.message : 'unknown reason' };
    } finally {
      attempt.packagesMs = this.#clock.now() - startedAt;
    }
  }

  async #runIn(
    interpreter: OpenInterpreter,
    request: RunRequest,
    collector: RunCollector,
    signal: AbortSignal,
  ): Promise<Verdict> {
    const { sidecar } = interpreter;
    const ownInterpreter = request.session === undefined;
    const verdict = await new RunExecution({
      interpreter,
      order: { code: request.code, outputBytes: this.#settings.outputKiB * 1024 },
      limitMs: request.timeoutMs ?? DEFAULTS.timeoutMs,
      interruptMs: ownInterpreter ? INTERRUPT_MS.ownInterpreter : INTERRUPT_MS.session,
      collector,
      clock: this.#clock,
      signal,
      outOfMemory: this.#outOfMemory.signal,
      close: () => this.#provider.close(interpreter),
      processEnd: () => this.#supervisor.endOf(sidecar),
      endProcess: (cause, detail) => this.#supervisor.end(sidecar, cause, detail),
    }).run();
    // Whatever is still found of the process, the next run gets another one.
    if (verdict.kind === 'process-died') this.#interpreters.forgetAll(sidecar);
    if (ownInterpreter) this.#provider.discard(interpreter);
    return verdict;
  }

  /** Gives memory back in steps: idle sessions first, then the runs under way, then the process. */
  #onMemory(sidecar: SidecarClient, residentBytes: number): void {
    const limitBytes = this.#supervisor.processLimitBytes;
    const [residentMiB, limitMiB] = [toMiB(residentBytes), toMiB(limitBytes)];
    this.#emit({ type: 'memory', at: Date.now(), pid: sidecar.pid, residentMiB, limitMiB });
    const detail = `the sandbox process used ${residentMiB} MiB of ${limitMiB} MiB`;
    const pressure = pressureOf(residentBytes, limitBytes);
    if (pressure === 'far-over') {
      void this.#supervisor.end(sidecar, 'out-of-memory', detail);
      return;
    }
    // What was done last shows only now and then.
    if (pressure === 'none' || this.#clock.now() < this.#memorySettlesAt) return;
    this.#memorySettlesAt = this.#clock.now() + MEMORY_SETTLES_MS;
    if (this.#interpreters.evictOldest() !== null || pressure === 'tight') return;
    this.#outOfMemory.abort(detail);
    this.#outOfMemory = sharedController();
  }

  #result(
    run: number,
    request: RunRequest,
    attempt: Attempt & { readonly state: SessionState },
    collector: RunCollector,
    waitMs: number,
  ): RunResult {
    const { packages, packagesMs, runMs, startMs, state } = attempt;
    const verdict = withAdvice(attempt);
    return {
      ...reportVerdict(verdict),
      value: verdict.kind === 'finished' ? verdict.outcome.value : null,
      stdout: collector.stdout,
      stderr: collector.stderr,
      truncated: truncationOf(verdict) ?? collector.full,
      outputs: [],
      files: filesOf(verdict),
      session: { id: request.session ?? `run-${run}`, state },
      packages: [...packages],
      timing: { waitMs, startMs, packagesMs, runMs },
      runtime: 'embedded',
    };
  }

  #sessionState(session: string | undefined, { began, lostBefore, verdict }: Attempt): SessionState {
    const finished = verdict.kind === 'finished';
    if (session === undefined) return finished || !began ? 'reset' : 'lost';
    const alive = this.#interpreters.has(session);
    // A run that never began tells of a loss, but the one that begins next has to tell of it too.
    if (!began && !alive) return this.#interpreters.knowsLoss(session) ? 'lost' : 'reset';
    if (!finished && !alive) {
      this.#interpreters.takeLoss(session);
      return 'lost';
    }
    return lostBefore ? 'lost' : 'kept';
  }

  #notBegun(session: string | undefined, disposed: boolean): Attempt & { state: SessionState } {
    const attempt = notBegun(disposed);
    return { ...attempt, state: this.#sessionState(session, attempt) };
  }

  #emit(event: SandboxEvent): void {
    try {
      this.#config.onEvent?.(event);
    } catch {
      // What a listener throws is its own affair: no run may depend on it.
    }
  }
}

const withAdvice = ({ advice, verdict }: Attempt): Verdict =>
  verdict.kind === 'finished' ? { ...verdict, outcome: advice.applyTo(verdict.outcome) } : verdict;

const supervisorSettings = ({ idleMs, memoryMiB, standby }: SandboxSettings): SupervisorSettings => ({
  memoryMiB,
  idleMs: idleMs ?? IDLE_MS,
  standby: standby ?? false,
});

/** A run whose turn never came. */
const notBegun = (disposed = false): Attempt => ({
  verdict: disposed
    ? { kind: 'setup-failed', detail: 'the sandbox was disposed of' }
    : { kind: 'cancelled', by: null },
  began: false,
  lostBefore: false,
  startMs: 0,
  packagesMs: 0,
  runMs: 0,
  packages: [],
  advice: new ModuleAdvice(),
});
