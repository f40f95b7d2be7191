/**
 * The types of `vivarium/main` and `vivarium/node`, as they are handed out: plain, so that whoever uses them needs no
 * package of ours. tests/unit/library/api.test.ts holds them against the schemas and classes that they describe.
 */
import type { CallOptions, ConfirmCall, HostFunctions, RunCall } from './functions-api.ts';
import type {
  InputFile,
  InstallProgress,
  OutputFile,
  RunOptions,
  RunRequest,
  RunResult,
  RunStatus,
  SessionState,
} from './run-api.ts';

export type * from './errors-api.ts';
export type * from './functions-api.ts';
export type * from './run-api.ts';
export type * from './settings-api.ts';

export interface SandboxRunOptions extends RunOptions {
  /** What the code may call, in place of the sandbox's `functions`; `{}` for nothing. */
  readonly functions?: HostFunctions | undefined;
  /** In place of the sandbox's. */
  readonly confirm?: ConfirmCall | undefined;
}

export type SandboxState =
  | { name: 'stopped' | 'starting' | 'ready' | 'stopping' }
  | { name: 'busy' | 'unresponsive'; runs: number }
  /** Crashed too often: stays down until `restart()`. */
  | { name: 'broken'; reason: string };

/** The process that runs code, or the one that waits to take its place. */
export type ProcessRole = 'active' | 'standby';

/** All times are ms since the epoch. */
export type SandboxEvent =
  | { type: 'state'; at: number; state: SandboxState }
  | { type: 'process-started'; at: number; pid: number; role: ProcessRole; startMs: number }
  | { type: 'process-promoted'; at: number; pid: number }
  | {
      type: 'process-ended';
      at: number;
      pid: number | null;
      role: ProcessRole;
      cause: string;
      detail: string;
    }
  | { type: 'run-began'; at: number; run: number; session: string | null }
  | {
      type: 'run-ended';
      at: number;
      run: number;
      session: string | null;
      status: RunStatus;
      state: SessionState;
      runMs: number;
    }
  | { type: 'function-called'; at: number; run: number; session: string | null; call: RunCall }
  | {
      type: 'session-ended';
      at: number;
      session: string;
      runtime: 'embedded' | 'native';
      why: string;
      /** What its code printed as it ended, 4 KiB at most; absent for nothing. */
      printed?: string | undefined;
    }
  | { type: 'memory'; at: number; pid: number; residentMiB: number; limitMiB: number };

export interface Disposable {
  /** Nothing is told any more. May be called again. */
  dispose(): void;
}

/** What a sandbox tells. What a listener throws is an uncaught error of the app's, and disturbs no run. */
export interface SandboxEvents {
  on<T extends SandboxEvent['type']>(
    type: T,
    listener: (event: Extract<SandboxEvent, { type: T }>) => void,
  ): Disposable;
  onAny(listener: (event: SandboxEvent) => void): Disposable;
}

export interface PackageOptions {
  /** Whether what code asks for may be fetched; true by default. */
  autoInstall?: boolean | undefined;
  /** Folder or http(s) address that holds the files of Pyodide's lock. */
  mirror?: string | undefined;
  /** Address of a package index for what the lock does not know. */
  index?: string | undefined;
  /** Room for all that code brings, in MiB. */
  cacheMiB?: number | undefined;
  /** Names of the packages that code may use, with all that they depend on. Empty: any in the lock. */
  allow?: string[] | undefined;
  /** Nothing outside this computer and the mirror is asked; false by default. */
  offline?: boolean | undefined;
  /** File of an offline pack, as `vivarium packages pack` writes it. */
  pack?: string | undefined;
}

export interface SandboxOptions {
  /** Cap of each interpreter's WebAssembly memory, in MiB; 1024 by default. */
  memoryMiB?: number | undefined;
  /** Captured output per stream and run, in KiB; 1024 by default. */
  outputKiB?: number | undefined;
  /** Time limit of runs that say none of their own, in ms; 60,000 by default. */
  timeoutMs?: number | undefined;
  /** Unused for so long, the processes are ended, in ms, and an unanswered `input()` is given up; 15 minutes by default. */
  idleMs?: number | undefined;
  /** Keep a second, started process in reserve, where memory allows; false by default. */
  standby?: boolean | undefined;
  /** Started interpreters kept ready for runs without a session; none by default. */
  spares?: number | undefined;
  /** After so many crashes within that time the sandbox stays down until `restart()`; 3 in 5 minutes by default. */
  crashLimit?: { crashes: number; windowMs: number } | undefined;
  /** Folder for packages and for what makes starts faster. By default one that all users of Vivarium share. */
  dataDir?: string | undefined;
  /** Folder with Python's runtime, where it is not found by itself. */
  assetsDir?: string | undefined;
  /** False for none at all. */
  packages?: false | PackageOptions | undefined;
  /**
   * Whether the operating system must hold the process in: `supported` where there is a lock-down for the system
   * (Linux on x64 and arm64), which is the default, `required` everywhere, `optional` nowhere.
   */
  lockdown?: 'supported' | 'required' | 'optional' | undefined;
  /** What code may call, with `from host import …`. */
  functions?: HostFunctions | undefined;
  /** Decides on calls of functions whose `confirm` is `ask`; without it they are denied. */
  confirm?: ConfirmCall | undefined;
  calls?: CallOptions | undefined;
}

export interface PackageTaskOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: InstallProgress) => void) | undefined;
}

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** On disk. */
  readonly bytes: number;
}

/** The packages on this computer, shared by all sandboxes with the same `dataDir`. All of it rejects with VivariumError. */
export interface SandboxPackages {
  /** Fetches packages and all that they need, for good. @param names such as `pandas` or `rich>=13` */
  install(names: readonly string[], options?: PackageTaskOptions): Promise<InstalledPackage[]>;
  installed(): Promise<InstalledPackage[]>;
  /** Names and versions that can be had without asking an index. */
  available(): Promise<{ name: string; version: string }[]>;
  /** Returns the bytes that were removed. */
  remove(names: readonly string[]): Promise<number>;
  /** Reads and checks everything; what is damaged is fetched again. Returns the names that were mended. */
  verify(options?: PackageTaskOptions): Promise<string[]>;
  /**
   * Fetches numpy, pandas and Matplotlib, and prepares fast starts, with them and without, so that all later ones need no
   * network. `onPreparing` is called when Python is started for that, and again with the names of the packages when
   * these are imported.
   */
  prepare(
    options?: PackageTaskOptions & {
      readonly onPreparing?: ((packages: readonly string[]) => void) | undefined;
    },
  ): Promise<void>;
  isPrepared(): Promise<boolean>;
  /** All that is on disk, prepared starts included, in bytes. */
  size(): Promise<number>;
  /** Removes all packages and prepared starts. Returns the bytes that were removed. */
  clear(): Promise<number>;
}

/** What a run of a session is asked with, beside its code. */
export interface SessionRunOptions extends SandboxRunOptions {
  readonly timeoutMs?: number | undefined;
  readonly files?: readonly InputFile[] | undefined;
  readonly packages?: readonly string[] | undefined;
}

/** The files below /workspace of a session. */
export interface SessionFiles {
  /** At most 1000. Empty when the session has no interpreter. */
  list(): Promise<OutputFile[]>;
  /** @throws VivariumError `file-unavailable` */
  read(name: string): Promise<Uint8Array>;
  /** Writes files, in turn with the session's runs. @throws VivariumError `file-unavailable`, `invalid-request` */
  write(files: readonly InputFile[]): Promise<void>;
}

/** An interpreter with its state, under a name. */
export interface Session {
  readonly name: string;
  readonly files: SessionFiles;
  /** Runs code after the session's other runs. Rejects only with VivariumError `invalid-request` or `invalid-option`. */
  run(code: string, options?: SessionRunOptions): Promise<RunResult>;
  /** Stops the runs under way and those that wait; the state is kept where Python can be interrupted. */
  interrupt(): void;
  /**
   * Ends the session's program, in turn with the runs (`atexit`, what is still open, at most 5 s), and forgets the state.
   * False when there was none. `options` get what the end prints, shows and writes; its files are gone afterwards.
   */
  reset(options?: SandboxRunOptions): Promise<boolean>;
  /**
   * The same, and stops what runs. Resolves with the result of the end, null when there was nothing to end. This object
   * can't be used any more; another of its name can.
   */
  close(options?: SandboxRunOptions): Promise<RunResult | null>;
}

export interface IsolationLayer {
  name: string;
  status: 'active' | 'absent' | 'not-verified';
  /** For people: what it covers, or why it is absent. */
  detail: string;
  /** Whether it ought to be seen on this system; Landlock, which never is, only where it is missing and could be had. */
  expected: boolean;
}

export interface DoctorReport {
  /** True when every layer that is expected on this system is active. */
  ok: boolean;
  layers: IsolationLayer[];
  /** Every attempt to break out, refused or not. */
  probes: { name: string; group: string; where: string; refused: boolean; how: string }[];
  /** Connections that the probes got through. */
  connections: number;
  system: { platform: string; arch: string; kernel: string; chromiumSandbox: boolean };
  versions: Record<'vivarium' | 'electron' | 'chromium' | 'v8' | 'node' | 'pyodide' | 'python', string>;
  memory: { machineMiB: number; freeMiB: number; sidecarMiB: number | null };
  paths: { app: string; data: string; temporary: string };
}

/** Runs untrusted Python in a process of its own. Each run ends in exactly one result. */
export interface Sandbox {
  /**
   * Runs code: in a fresh interpreter, or in that of `request.session`. Resolves with what became of it, whatever that
   * was; rejects only with VivariumError `invalid-request` or `invalid-option`.
   */
  run(request: string | RunRequest, options?: SandboxRunOptions): Promise<RunResult>;
  /** The session of that name; the same object for the same name until it is closed. */
  session(name: string): Session;
  /** What happens to processes, sessions and runs. */
  readonly events: SandboxEvents;
  readonly packages: SandboxPackages;
  /** What it does just now; asking starts nothing. */
  readonly state: SandboxState;
  /** Of the process that runs Python, or null while there is none. */
  readonly pid: number | null;
  /** Folder with Python's runtime: the option of that name, or the one that was found. */
  readonly assetsDir: string;
  /** Tries to break each layer of the isolation on this computer. @throws VivariumError `examination-failed` */
  doctor(): Promise<DoctorReport>;
  /** Ends the processes, and with them all state; the next run starts anew. Runs under way end as cancelled. */
  stop(): Promise<void>;
  /** The same, and crashes are forgotten: to be called after `state.name` was `broken`. */
  restart(): Promise<void>;
  /** Ends everything. Runs under way end as cancelled, later ones fail. May be called again. */
  dispose(): Promise<void>;
}

export interface NativePythonOptions {
  /** A full path, or a name on the PATH; `python3` by default. */
  python?: string | undefined;
  /** Captured output per stream and run, in KiB; 1024 by default. */
  outputKiB?: number | undefined;
  /** A session in which nothing has run for so long is ended, in ms, 6 s to 24 h; 15 minutes by default. */
  idleMs?: number | undefined;
}

/** The user's own Python, which is not sandboxed: it may do what the user may. */
export interface NativePython {
  /**
   * Runs code in the process of its session, which keeps what runs leave, or else in one of its own. Rejects only with
   * VivariumError `invalid-request` or `invalid-option`.
   */
  run(request: string | RunRequest, options?: RunOptions): Promise<RunResult>;
  /** Sessions that have a process, at most 24; the one used last at the end. */
  readonly sessions: readonly string[];
  /**
   * Ends a session's program once its runs are over (`atexit`, what is still open, at most 3 s). False when there was
   * none. `onOutput` gets what it prints then; there is no other option. Rejects only with VivariumError `invalid-request`,
   * for a name that none can have, or `invalid-option`.
   */
  reset(session: string, options?: Pick<RunOptions, 'onOutput'>): Promise<boolean>;
  /** Tells `session-ended`, and nothing else. */
  readonly events: SandboxEvents;
  /** Ends what runs, and all sessions. */
  dispose(): Promise<void>;
}
