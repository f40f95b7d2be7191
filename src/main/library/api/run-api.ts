/** What a run is asked with and what comes of it: the part of the package's types (api.ts) that sandbox and native Python share. */
import type { JsonData, RunCall } from './functions-api.ts';

/** How a run ended; `setup-failed` when the code was not run, as something it needs is missing. */
export type RunStatus =
  'ok' | 'error' | 'timeout' | 'cancelled' | 'out-of-memory' | 'crashed' | 'setup-failed';

/** Kept; reset, because it was a run's own; or lost, through a stop or a death. */
export type SessionState = 'kept' | 'reset' | 'lost';

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
  /**
   * Last expression; null when there is none (None counts as none, and so does what shows itself by
   * `_ipython_display_`). `json` where JSON holds it exactly.
   */
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
  readonly signal?: AbortSignal | undefined;
  readonly onOutput?: ((output: RunOutput) => void | Promise<void>) | undefined;
  readonly onDisplay?: ((display: RunDisplay) => void | Promise<void>) | undefined;
  /**
   * Gives a line for `input()`, without its newline; null when there is no more. `signal` aborts when nobody waits for
   * it any longer; a `secret` line must not be seen while it is typed. Without it, `input()` finds the end of the file.
   */
  readonly onInput?:
    ((prompt: string, signal: AbortSignal, secret: boolean) => Promise<string | null>) | undefined;
  /**
   * Whether the time that `onInput` takes counts against the time limit: where a program answers, that may never do so.
   * Without it, it does not: a person takes the time that it takes. Who leaves a question for longer than the idle time is
   * away, and the clock goes on.
   */
  readonly countsInput?: boolean | undefined;
  /** Gets the contents of the files that the run made or changed, before the result comes. */
  readonly onFile?: ((file: CollectedFile) => void | Promise<void>) | undefined;
  /** Told while packages are fetched for the run. */
  readonly onPackages?: ((progress: InstallProgress) => void) | undefined;
}
