/**
 * The types of `vivarium/main` and `vivarium/node`, as they are handed out: plain, so that whoever uses them needs no
 * package of ours. tests/unit/library/api.test.ts holds them against the schemas and classes that they describe.
 */

export type RunStatus =
  'ok' | 'error' | 'timeout' | 'cancelled' | 'out-of-memory' | 'crashed' | 'setup-failed';

/** Kept; reset, because it was a run's own; or lost, through a stop or a death. */
export type SessionState = 'kept' | 'reset' | 'lost';

export type JsonData = null | boolean | number | string | JsonData[] | { [key: string]: JsonData };

export interface InputFile {
  /** Path relative to /workspace, which is the run's working directory. */
  name: string;
  bytes: Uint8Array;
}

export interface RunRequest {
  /** Python source. The value of its last expression becomes `RunResult.value`. */
  code: string;
  /** Runs with one session name share state. Without a name the run gets a fresh interpreter of its own. */
  session?: string | undefined;
  /** Time limit of the run itself in ms; start-up and waiting have budgets of their own. */
  timeoutMs?: number | undefined;
  files?: InputFile[] | undefined;
  /** Names of packages to install first; those that the code imports are found anyway. */
  packages?: string[] | undefined;
  /** What the code finds in `sys.argv` after its own name. */
  args?: string[] | undefined;
  /** The code's own name below /workspace: `__file__` and `sys.argv[0]`. It can be read when it is among `files`. */
  script?: string | undefined;
  /** How wide a terminal the code finds, in characters; left out, a wide one. */
  columns?: number | undefined;
}

export interface RunDisplay {
  /** MIME type to content: text as it is, JSON as its text, binary kinds in base64. All of it the guest's. */
  mime: Record<string, string>;
}

export interface OutputFile {
  name: string;
  /** In bytes. */
  size: number;
  mime: string;
}

export interface RunError {
  /** Python exception type, or the verdict's name for the sandbox's own verdicts. */
  type: string;
  message: string;
  /** Guest frames only; empty for the sandbox's own verdicts. */
  traceback: string;
  /** 1-based line of the run's source, or null when no line of it is to blame. */
  line: number | null;
}

export interface RunNotice {
  /** Stable. */
  code: string;
  /** For people, in English. */
  message: string;
  /** What the message is about, by name: names of files, sizes, or what is absent. For words of your own. */
  values?: Record<string, string>;
}

export interface RunResult {
  status: RunStatus;
  /** Last expression; null when there is none (None counts as none). `json` where JSON holds it exactly. */
  value: { text: string; json?: JsonData | undefined } | null;
  stdout: string;
  stderr: string;
  /** True when stdout, stderr, the value, the error text, an output or the list of files was cut. */
  truncated: boolean;
  /** display() calls and plots in order. */
  outputs: RunDisplay[];
  /** New or changed files below /workspace. */
  files: OutputFile[];
  error: RunError | null;
  session: { id: string; state: SessionState };
  /** Packages installed for this run. */
  packages: string[];
  /** What a reader should know beside it. */
  notices: RunNotice[];
  /** In ms. */
  timing: { waitMs: number; startMs: number; packagesMs: number; runMs: number };
  runtime: 'embedded' | 'native';
  /** Calls of your functions, in the order in which they were settled; absent where the run was given none. */
  calls?: RunCall[];
}

/**
 * What became of a call: `denied` by `confirm`; `refused` before that, for its arguments, its name or a limit; `error`:
 * the function failed; `abandoned`: the run has ended meanwhile, and what the function has done so far is done.
 */
export type CallOutcome = 'ok' | 'error' | 'denied' | 'refused' | 'abandoned';

export interface RunCall {
  /** As the code gave it: of a refused call any text. */
  name: string;
  /** Of the call and of what was answered, as JSON in UTF-8. */
  bytes: number;
  resultBytes: number;
  /** From the call to its answer, a decision that was waited for included. */
  ms: number;
  outcome: CallOutcome;
  /** Only with the option `calls.keepArguments`. */
  arguments?: JsonData;
}

/** A call of one of your functions, its arguments of the right form. */
export interface ProposedCall {
  readonly name: string;
  /** As the code has given them. */
  readonly arguments: Readonly<Record<string, JsonData>>;
  /** Of the run; null for one of its own. */
  readonly session: string | null;
  /** Aborted when nobody waits for the decision any longer. */
  readonly signal: AbortSignal;
}

export interface Denial {
  /** Why, for the code and whoever wrote it. */
  readonly deny: string;
}

export type CallDecision = 'allow' | 'ask' | 'deny' | Denial;

/** Whether calls are let through: always, never, by asking, or as the function decides for each. */
export type ConfirmPolicy = CallDecision | ((call: ProposedCall) => CallDecision | Promise<CallDecision>);

/** Asks a person, or whatever stands for one. */
export type ConfirmCall = (call: ProposedCall) => boolean | Denial | Promise<boolean | Denial>;

export interface CallContext {
  readonly name: string;
  readonly session: string | null;
  /** Aborted when the run has ended, or nobody waits for the result any longer. */
  readonly signal: AbortSignal;
}

/** What a schema of zod 4 makes of its input; of a JSON Schema nothing is known here. */
export type SchemaValue<Schema> = Schema extends { readonly _zod: { readonly output: infer Value } }
  ? Value
  : unknown;

/** A function that code may call. */
export interface HostFunction<Input = unknown> {
  /** What it does, for whoever writes the code: its docstring. */
  readonly description?: string | undefined;
  /** JSON Schema or zod 4: an object with the arguments by their names. Without it there are none. */
  readonly input?: (Input & object) | object | undefined;
  /** JSON Schema or zod 4 of the result, which is held against it. */
  readonly output?: object | undefined;
  /** `allow` by default. */
  readonly confirm?: ConfirmPolicy | undefined;
  /** Gives what JSON can hold. The message of what it throws goes to the code, and nothing else of it. */
  handler(input: SchemaValue<Input>, context: CallContext): unknown;
}

/** Functions by their names; dots make namespaces: `github.create_issue`. */
export type HostFunctions = Readonly<Record<string, HostFunction>>;

/** What calls of one run may take. */
export interface CallOptions {
  /** 1000 by default. */
  calls?: number;
  /** Further ones wait; 1000 by default. */
  perSecond?: number;
  /** Arguments of one call, as JSON; 256 by default. */
  argumentKiB?: number;
  /** Result of one call, as JSON; 1024 by default. */
  resultKiB?: number;
  /** Whether `RunResult.calls` and events have the arguments; false by default. */
  keepArguments?: boolean;
}

/** What code imports from `host`, as Python stub files. */
export interface FunctionStubs {
  /** Sources by their paths, for editors and type checkers: `host/__init__.pyi`. */
  readonly files: Readonly<Record<string, string>>;
  /** All in one, for the description of a tool. */
  readonly text: string;
}

/** Raw bytes: a chunk may end inside a UTF-8 sequence. */
export interface RunOutput {
  stream: 'stdout' | 'stderr';
  bytes: Uint8Array;
}

/** A file that a run made or changed, with what is in it, or why it could not be handed out. */
export type CollectedFile =
  | { kind: 'whole'; name: string; mime: string; bytes: Uint8Array }
  | { kind: 'left-out'; name: string; why: string };

export interface InstallProgress {
  readonly filesDone: number;
  readonly filesTotal: number;
  readonly bytesDone: number;
  /** Of the files whose size is known so far; null before any is. */
  readonly bytesTotal: number | null;
  /** The package that moved last. */
  readonly packageName: string;
}

/** `onOutput` and `onDisplay` get what comes, in order, one thing at a time; the result waits for the last one. */
export interface RunOptions {
  /** Aborting it cancels the run, wherever it is. */
  readonly signal?: AbortSignal;
  readonly onOutput?: (output: RunOutput) => void | Promise<void>;
  readonly onDisplay?: (display: RunDisplay) => void | Promise<void>;
  /**
   * Gives a line for `input()`, without its newline; null when there is no more. `signal` aborts when nobody waits for
   * it any longer; a `secret` line must not be seen while it is typed. Without it, `input()` finds the end of the file.
   */
  readonly onInput?: (prompt: string, signal: AbortSignal, secret: boolean) => Promise<string | null>;
  /** Gets the contents of the files that the run made or changed, before the result comes. */
  readonly onFile?: (file: CollectedFile) => void | Promise<void>;
  /** Told while packages are fetched for the run. */
  readonly onPackages?: (progress: InstallProgress) => void;
}

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
  | { type: 'session-ended'; at: number; session: string; why: string }
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
  autoInstall?: boolean;
  /** Folder or http(s) address that holds the files of Pyodide's lock. */
  mirror?: string;
  /** Address of a package index for what the lock does not know. */
  index?: string;
  /** Room for all that code brings, in MiB. */
  cacheMiB?: number;
  /** Names of the packages that code may use, with all that they depend on. Empty: any in the lock. */
  allow?: string[];
  /** Nothing outside this computer and the mirror is asked; false by default. */
  offline?: boolean;
  /** File of an offline pack, as `vivarium packages pack` writes it. */
  pack?: string;
}

export interface SandboxOptions {
  /** Cap of each interpreter's WebAssembly memory, in MiB; 1024 by default. */
  memoryMiB?: number;
  /** Captured output per stream and run, in KiB; 1024 by default. */
  outputKiB?: number;
  /** Time limit of runs that say none of their own, in ms; 60,000 by default. */
  timeoutMs?: number;
  /** Unused for so long, the processes are ended, in ms; 15 minutes by default. */
  idleMs?: number;
  /** Keep a second, started process in reserve, where memory allows; false by default. */
  standby?: boolean;
  /** Started interpreters kept ready for runs without a session; none by default. */
  spares?: number;
  /** After so many crashes within that time the sandbox stays down until `restart()`; 3 in 5 minutes by default. */
  crashLimit?: { crashes: number; windowMs: number };
  /** Folder for packages and for what makes starts faster. By default one that all users of Vivarium share. */
  dataDir?: string;
  /** Folder with Python's runtime, where it is not found by itself. */
  assetsDir?: string;
  /** False for none at all. */
  packages?: false | PackageOptions;
  /**
   * Whether the operating system must hold the process in: `supported` where there is a lock-down for the system
   * (Linux on x64 and arm64), which is the default, `required` everywhere, `optional` nowhere.
   */
  lockdown?: 'supported' | 'required' | 'optional';
  /** What code may call, with `from host import …`. */
  functions?: HostFunctions;
  /** Decides on calls of functions whose `confirm` is `ask`; without it they are denied. */
  confirm?: ConfirmCall;
  calls?: CallOptions;
}

export interface PackageTaskOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: InstallProgress) => void;
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
  /** Fetches numpy, pandas and Matplotlib, and prepares a fast start, so that all later ones need no network. */
  prepare(options?: PackageTaskOptions & { readonly onPreparing?: () => void }): Promise<void>;
  isPrepared(): Promise<boolean>;
  /** Removes all packages and prepared starts. Returns the bytes that were removed. */
  clear(): Promise<number>;
}

/** What a run of a session is asked with, beside its code. */
export interface SessionRunOptions extends SandboxRunOptions {
  readonly timeoutMs?: number;
  readonly files?: readonly InputFile[];
  readonly packages?: readonly string[];
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
  /** Runs code after the session's other runs. Rejects only for a request that breaks the contract. */
  run(code: string, options?: SessionRunOptions): Promise<RunResult>;
  /** Stops the runs under way and those that wait; the state is kept where Python can be interrupted. */
  interrupt(): void;
  /** Forgets the state, in turn with the runs. False when there was none. */
  reset(): Promise<boolean>;
  /** Stops what runs and forgets the state. This object can't be used any more; another of its name can. */
  close(): Promise<void>;
}

export interface IsolationLayer {
  name: string;
  status: 'active' | 'absent' | 'not-verified';
  /** For people: what it covers, or why it is absent. */
  detail: string;
  /** Whether it ought to be there on this system. */
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
   * was; rejects only with VivariumError `invalid-request`.
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
  python?: string;
  /** Captured output per stream and run, in KiB; 1024 by default. */
  outputKiB?: number;
}

/** The user's own Python, which is not sandboxed: it may do what the user may. */
export interface NativePython {
  /** Runs code in a process of its own. Rejects only with VivariumError `invalid-request`. */
  run(request: string | RunRequest, options?: RunOptions): Promise<RunResult>;
  /** Ends what runs. */
  dispose(): Promise<void>;
}

/** What can go wrong beside a run, which ends in a result. The codes are stable. */
export type VivariumErrorCode =
  /** An option that does not exist, or a value that it can't have; the message begins with its name. */
  | 'invalid-option'
  /** A run request that breaks the contract; the message names the field. */
  | 'invalid-request'
  /** `vivarium/main` was used outside of Electron's main process. */
  | 'not-electron'
  /** `vivarium/node` was used in Electron. */
  | 'not-node'
  /** This version of Electron lacks what is needed. */
  | 'unsupported-electron'
  /** The folder with Python's runtime was not found. */
  | 'assets-missing'
  /** A file of the runtime is not what the build has written. */
  | 'assets-damaged'
  /** The operating system can't be asked to hold the process in, and the options want it to. */
  | 'lockdown-unavailable'
  /** A file of a session can't be had or written; the message says why. */
  | 'file-unavailable'
  /** The session was closed. */
  | 'session-closed'
  /** The sandbox was disposed of. */
  | 'disposed'
  /** Packages were switched off by the options. */
  | 'packages-off'
  /** Packages could not be had or kept: see the message. */
  | 'packages-failed'
  /** The isolation could not be examined. */
  | 'examination-failed'
  /** The interpreter's channels are taken by somebody else. */
  | 'channel-taken';
