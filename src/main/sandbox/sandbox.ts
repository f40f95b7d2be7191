import { tellListener } from '../base/tell-listener.ts';
import { LIMITS } from '../../shared/limits.ts';
import { MIB } from '../../shared/units.ts';
import type { NameQuestion, NameReport } from '../../shared/protocol/name-reports.ts';
import type { SandboxEvent, SandboxState } from '../../shared/contract/sandbox-events.ts';
import type {
  EndedSession,
  OutputFile,
  RunRequest,
  RunResult,
  SessionMemory,
} from '../../shared/contract/run.ts';
import type { TableQuery, TableRows } from '../../shared/contract/table.ts';
import { FileCollector } from './sessions/file-collector.ts';
import { composeSnapshotSelector } from './compose-snapshot-selector.ts';
import type { SnapshotSelector } from './execution/snapshot-selector.ts';
import { openSandboxCache } from './sandbox-cache.ts';
import { InterpreterProvider } from './execution/interpreter-provider.ts';
import { SessionRegistry } from './sessions/session-registry.ts';
import { MemoryGuard } from './process/memory-guard.ts';
import { PackageInstaller } from './packages/package-installer.ts';
import { EmbeddedBackend } from './execution/embedded-backend.ts';
import { RunQueue } from '../run/run-queue.ts';
import { BackendRunner } from '../run/backend-runner.ts';
import type { Runner } from '../run/runner.ts';
import type { RunOptions } from '../run/run-options.ts';
import type { SandboxConfig, SandboxSettings } from './sandbox-config.ts';
import { crashLimitOf, idleMsOf, sparesOf, supervisorSettings } from './sandbox-defaults.ts';
import { IdleSessionCalls } from './sessions/idle-session-calls.ts';
import { SessionEndings } from './sessions/session-endings.ts';
import { SessionFiles } from './sessions/session-files.ts';
import { sessionMemory } from './sessions/session-memory.ts';
import { SessionTables } from './sessions/session-tables.ts';
import { SessionNames } from './sessions/session-names.ts';
import type { SidecarClient } from './sidecar/sidecar-client.ts';
import type { MemoryReading } from './process/sidecar-life.ts';
import { Supervisor } from './process/supervisor.ts';
import { warmUp } from './process/warm-up.ts';

/** Most interpreters that run guest code at once. Every session may be blocked at the same time, so none is left out. */
const MAX_CONCURRENT_RUNS = LIMITS.sessions;
/** An event before it is told. */
type Untimed<T> = T extends unknown ? Omit<T, 'at'> : never;
const toMiB = (bytes: number): number => Math.round(bytes / MIB);

/** Runs untrusted Python in a process of its own. Each run ends in exactly one result. */
export class Sandbox implements Runner {
  readonly #config: SandboxConfig;
  readonly #queue = new RunQueue(MAX_CONCURRENT_RUNS);
  readonly #interpreters: SessionRegistry;
  readonly #supervisor: Supervisor;
  readonly #provider: InterpreterProvider;
  readonly #files: SessionFiles;
  readonly #tables: SessionTables;
  readonly #names: SessionNames;
  readonly #memory: MemoryGuard;
  readonly #packages: PackageInstaller;
  readonly #runner: BackendRunner;
  readonly #endings: SessionEndings;
  readonly #selector: SnapshotSelector | undefined;
  #settings: SandboxSettings;

  /** @throws RangeError for a setting out of its bounds */
  constructor(config: SandboxConfig) {
    this.#config = config;
    this.#settings = config;
    this.#interpreters = new SessionRegistry({
      onEnd: (session, interpreter, why, printed) => {
        const said = printed === undefined ? {} : { printed };
        this.#emit({ type: 'session-ended', session, runtime: 'embedded', why, ...said });
        if (why === 'evicted' || why === 'idle' || why === 'reset') this.#provider.discard(interpreter);
        this.#renewIfFree();
      },
      finish: (session, signal) => this.#endings.makeRoom(session, signal),
    });
    const kept =
      config.dataDir === undefined ? undefined : openSandboxCache(config.dataDir, config.shippedSnapshots);
    const selector = composeSnapshotSelector(config, kept, () => this.#supervisor);
    this.#selector = selector;
    this.#supervisor = new Supervisor({
      launcher: config.launcher,
      loadAssets: config.loadAssets,
      lockdown: config.lockdown,
      clock: config.clock,
      ...supervisorSettings(config),
      snapshots: kept?.snapshots,
      spares: sparesOf(config),
      crashLimit: crashLimitOf(config),
      freeMemory: config.freeMemory,
      improvement: {
        isDue: () => selector?.hasWanted === true,
        make: async (sidecar, limitMs) => selector?.makeWanted(sidecar, limitMs),
      },
      warmUp,
      finishSessions: () => this.#endings.beforeIdle(),
      events: {
        onState: (state) => this.#emit({ type: 'state', state }),
        onStarted: (pid, role, startMs) => this.#emit({ type: 'process-started', pid, role, startMs }),
        onPromoted: (pid) => this.#emit({ type: 'process-promoted', pid }),
        onEnded: (sidecar, role, end) => {
          if (sidecar !== undefined) this.#interpreters.forgetAll(sidecar);
          this.#emit({ type: 'process-ended', pid: sidecar?.pid ?? null, role, ...end });
        },
        onMemory: (sidecar, reading) => this.#onMemory(sidecar, reading),
      },
    });
    this.#provider = new InterpreterProvider(this.#supervisor, this.#interpreters, config.clock);
    this.#memory = new MemoryGuard({
      clock: config.clock,
      // Evict unused prewarmed interpreters before idle sessions, whose state a user may still need.
      evict: () => this.#supervisor.dropSpares() || this.#interpreters.evictOldest() !== null,
    });
    const files = new FileCollector(config.clock);
    this.#packages = new PackageInstaller({
      provider: config.packages,
      bytecode: kept?.bytecode,
      clock: config.clock,
    });
    const backend = new EmbeddedBackend({
      clock: config.clock,
      files,
      interpreters: this.#interpreters,
      memory: this.#memory,
      snapshots: selector,
      packages: this.#packages,
      importTimes: kept?.importTimes,
      packageProvider: config.packages,
      provider: this.#provider,
      supervisor: this.#supervisor,
      onRest: () => this.#renewIfFree(),
      close: async () => {
        await this.#supervisor.dispose();
        await config.packages?.close();
      },
    });
    this.#runner = new BackendRunner({
      backend,
      queue: this.#queue,
      clock: config.clock,
      outputBytes: () => this.#settings.outputKiB * 1024,
      inputWaitMs: () => idleMsOf(this.#settings),
      disposedDetail: 'the sandbox was disposed of',
      observer: {
        onRunBegan: (run, session) => this.#emit({ type: 'run-began', run, session }),
        onCall: (run, session, call) => this.#emit({ type: 'function-called', run, session, call }),
        onRunEnded: (run, session, ended) => this.#emit({ type: 'run-ended', run, session, ...ended }),
      },
    });
    this.#endings = new SessionEndings({
      runner: this.#runner,
      queue: this.#queue,
      sessions: () => this.sessions,
    });
    const idleSessionCalls = new IdleSessionCalls({
      interpreters: this.#interpreters,
      queue: this.#queue,
      supervisor: this.#supervisor,
      signal: this.#runner.disposal,
      clock: config.clock,
      close: (interpreter) => this.#provider.close(interpreter),
    });
    this.#files = new SessionFiles(files, idleSessionCalls);
    this.#tables = new SessionTables(idleSessionCalls, config.clock);
    this.#names = new SessionNames(idleSessionCalls, config.clock);
  }

  /** Reading it starts nothing. */
  get state(): SandboxState {
    return this.#supervisor.state;
  }

  /** Process id of the sidecar, or null while there is none. */
  get pid(): number | null {
    return this.#supervisor.pid;
  }

  /** The standby process, or null; and whether it could take over now. */
  get standby(): { readonly pid: number | null; readonly ready: boolean } {
    return { pid: this.#supervisor.standbyPid, ready: this.#supervisor.standbyReady };
  }

  /** Named sessions that have state, the one used last at the end. */
  get sessions(): string[] {
    return this.#interpreters.names;
  }

  /** What each named session uses for its data, files and objects, as it was measured last; in the order of `sessions`. */
  sessionMemory(): Promise<SessionMemory[]> {
    return sessionMemory(this.#interpreters);
  }

  /**
   * Runs code; never rejects for anything that the guest or the system does.
   *
   * @throws InvalidRequestError when the request breaks the contract
   */
  run(request: RunRequest, options: RunOptions = {}): Promise<RunResult> {
    return this.#runner.run(request, options);
  }

  /**
   * Does what a run of that session does, without code. Returns false when the session has no interpreter.
   *
   * @throws RpcError when its process dies meanwhile
   */
  async ping(session: string): Promise<boolean> {
    const interpreter = this.#interpreters.find(session);
    await interpreter?.sidecar.whenIdle(interpreter.id);
    return interpreter !== undefined;
  }

  /** Ends a session as `endSession` does. False when it had no state. */
  async reset(session: string): Promise<boolean> {
    return (await this.endSession(session)).had;
  }

  /**
   * Ends a session after its runs under way, as a program ends, and forgets its state: its next run begins with
   * nothing.
   *
   * @param options get what the end prints, shows and writes
   */
  endSession(session: string, options: RunOptions = {}): Promise<EndedSession> {
    return this.#endings.end(session, options);
  }

  /**
   * Applies new settings without disturbing current runs. A new memory cap takes effect with the next process, which is
   * started as soon as no session would lose state with the current one (see `restartNeeded`).
   */
  configure(settings: SandboxSettings): void {
    this.#settings = settings;
    this.#supervisor.configure(supervisorSettings(settings));
    this.#renewIfFree();
  }

  /** Whether the current process still has another memory cap than the settings, because sessions have state in it. */
  get restartNeeded(): boolean {
    return this.#supervisor.outdated;
  }

  /** Ends the processes, as the idle time does; current runs end as cancelled. The next run starts a new process. */
  stop(): Promise<void> {
    return this.#supervisor.stop();
  }

  /**
   * The files below /workspace of a session, at most 1000. Waits for its runs under way; null when the session
   * has no interpreter.
   *
   * @throws WorkspaceFileError when they can't be listed
   */
  listFiles(session: string): Promise<OutputFile[] | null> {
    return this.#files.list(session);
  }

  /** What a session knows of names; null when it is at work, has no interpreter or does not answer at once. */
  lookUpNames(session: string, question: NameQuestion): Promise<NameReport | null> {
    return this.#names.lookUp(session, question);
  }

  /** Names of the packages that a session has installed; none when it has no interpreter. */
  packagesIn(session: string): string[] {
    const interpreter = this.#interpreters.find(session);
    return interpreter === undefined ? [] : this.#packages.installedIn(interpreter);
  }

  /**
   * What is in a file below /workspace of a session. Waits for its runs under way.
   *
   * @param name relative to /workspace
   * @throws WorkspaceFileError when the file, or the session, is not there or the file is too large
   */
  readFile(session: string, name: string): Promise<Uint8Array> {
    return this.#files.read(session, name);
  }

  /**
   * Removes a file below /workspace of a session, after its runs under way. False when the session has no interpreter.
   *
   * @param name relative to /workspace
   * @throws WorkspaceFileError when it can't be removed
   */
  removeFile(session: string, name: string): Promise<boolean> {
    return this.#files.remove(session, name);
  }

  /**
   * Rows of a data frame that a run of the session has shown; see `RunOptions.tables`. Never waits for a run.
   *
   * @throws RpcError when the interpreter dies of it or its answer is too long
   */
  tableRows(session: string, query: TableQuery): Promise<TableRows> {
    return this.#tables.rows(session, query);
  }

  /** Ends the processes and current runs; the next run starts a new process, also after too many crashes. */
  restart(): Promise<void> {
    return this.#supervisor.restart();
  }

  /** Whether there are snapshots to be made for packages that runs have used. */
  get snapshotsDue(): boolean {
    return this.#selector?.hasWanted === true;
  }

  /**
   * Ends the processes, and makes the snapshots that are due, which takes some ten seconds each. Never rejects.
   *
   * @param signal gives up
   */
  makeSnapshots(signal: AbortSignal): Promise<void> {
    return this.#supervisor.makeSnapshots(signal, false);
  }

  /**
   * The same for packages that no run has used yet, which must have been fetched, and for someone who waits for it.
   *
   * @param roots their names
   * @throws PackageError when they can not be had
   */
  async makeSnapshotFor(roots: readonly string[], signal: AbortSignal): Promise<void> {
    await this.#selector?.wantFor(roots, signal);
    await this.#supervisor.makeSnapshots(signal, true);
  }

  /** Ends the process. Runs under way end as cancelled; later ones fail. */
  dispose(): Promise<void> {
    return this.#runner.dispose();
  }

  #renewIfFree(): void {
    if (!this.#supervisor.outdated || this.#supervisor.inUse || this.sessions.length > 0) return;
    void this.#supervisor.stop('stopped', 'the memory limit was changed');
  }

  #onMemory(sidecar: SidecarClient, { resident, tightest }: MemoryReading): void {
    const [residentMiB, limitMiB] = [toMiB(resident.usedBytes), toMiB(resident.limitBytes)];
    this.#emit({ type: 'memory', pid: sidecar.pid, residentMiB, limitMiB });
    const [used, limit] = [toMiB(tightest.usedBytes), toMiB(tightest.limitBytes)];
    const detail = `the sandbox process used ${used} MiB of ${limit} MiB`;
    if (this.#memory.measured(tightest, detail)) return;
    void this.#supervisor.end(sidecar, 'out-of-memory', detail);
  }

  /** All times are when it is told. */
  #emit(event: Untimed<SandboxEvent>): void {
    tellListener(() => this.#config.onEvent?.({ ...event, at: Date.now() }));
  }
}
