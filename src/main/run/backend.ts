/** The interface that each runtime implements: the sandbox's sidecar and the user's own Python. */
import type { PythonRuntime } from '../../shared/runtimes.ts';
import type { OrderlyEnd } from '../../shared/contract/sandbox-events.ts';
import type { CollectedFile, OutputFile, RunRequest, SessionState } from '../../shared/contract/run.ts';
import type { GuestOutcome } from '../../shared/protocol/guest-report.ts';
import type { FunctionAnswer, InputAnswer } from '../../shared/protocol/blocking-calls.ts';
import type { RunEnd, RunOrder, RunPiece } from '../../shared/protocol/interpreter.ts';
import type { AbortSource } from '../../shared/rpc/abort.ts';
import type { RunOptions } from './run-options.ts';
import type { Verdict } from './verdict.ts';

/** What a backend needs to know about a run that is about to begin. */
export interface RunContext {
  /** Cancels the run. */
  readonly signal: AbortSignal;
  readonly onPackages: RunOptions['onPackages'];
  readonly onPhase?: RunOptions['onPhase'];
  readonly adviceWording?: RunOptions['adviceWording'];
  readonly number?: RunOptions['number'];
  /** Modules that the run's functions need, beside what its code imports. */
  readonly modules: readonly string[];
  /** Why the session ends with this run, as a program does; null for any other run. One that is not there is not begun for it. */
  readonly endsSession: OrderlyEnd | null;
}

/** What was spent on preparing an interpreter, also when that failed. */
export interface Preparation {
  /** Starting the process and the interpreter, in ms. */
  readonly startMs: number;
  /** Fetching and installing packages, in ms. */
  readonly packagesMs: number;
  /** Names of packages installed for the run. */
  readonly packages: readonly string[];
}

export type Opening =
  /** An interpreter with the request's files and packages in it. */
  | ({ readonly kind: 'opened'; readonly interpreter: Interpreter } & Preparation)
  | ({ readonly kind: 'refused'; readonly verdict: Verdict } & Preparation);

/** Progress of a run. */
export interface RunProgress {
  readonly verdict: Verdict;
  /** Whether its code began to run. */
  readonly began: boolean;
  /** Whether the session's state had been lost before this run began. */
  readonly lostBefore: boolean;
  /** See `RunContext.endsSession`; null for one whose turn never came. */
  readonly endsSession: OrderlyEnd | null;
}

export interface Backend {
  readonly runtime: PythonRuntime;
  /**
   * Called when a run's turn has come: keeps the process and the session alive until the returned function is called.
   *
   * @param session null for a run without a session
   * @param endsSession see `RunContext.endsSession`
   */
  hold(session: string | null, endsSession: OrderlyEnd | null): () => void;
  /** Never rejects. */
  open(request: RunRequest, context: RunContext): Promise<Opening>;
  /** Whether the session's state was kept. A loss is reported only once. */
  stateAfter(session: string | undefined, progress: RunProgress): SessionState;
  /** Ends all processes; `open` refuses afterwards. Idempotent. */
  close(): Promise<void>;
}

/** What is wanted for a plot that is being drawn. */
export interface FontRequest {
  readonly call: number;
  readonly modules: readonly string[];
  /** How long it may take, in ms: the run's time goes on. */
  readonly limitMs: number;
  /** Aborted when the run ends or is to stop: then nothing is answered any more. */
  readonly signal: AbortSignal;
  readonly onPackages: RunOptions['onPackages'];
}

/** An interpreter that runs the code of one run. */
export interface Interpreter {
  /** How long the run may take to end after an interrupt before the interpreter is terminated, in ms. */
  readonly interruptMs: number;
  /** Aborted when memory runs short; its reason says how much is in use. */
  readonly outOfMemory: AbortSignal;
  /** How much memory is in use, if that explains why the interpreter died; otherwise null. */
  memoryExplanation(): string | null;
  /** Called before `run`. Returns whether the session's state had been lost. */
  begin(): { readonly lostBefore: boolean };
  /**
   * Runs the code; rejects when the connection to the interpreter breaks.
   *
   * @param ended aborted when the result is final: later pieces are ignored
   */
  run(order: RunOrder, onPiece: (piece: RunPiece) => void, ended: AbortSource): Promise<RunEnd>;
  /** Answers the call of that number (see `InputQuestion`). */
  answerInput(call: number, answer: InputAnswer): Promise<void>;
  /** Answers a call of a function of the app's (see `FunctionQuestion`). */
  answerFunction(call: number, answer: FunctionAnswer): Promise<void>;
  /**
   * Answers the request of that number for fonts (see `FontsQuestion`): with those that can be had, or with none. Never
   * rejects.
   *
   * @returns names of the packages that were put into the interpreter
   */
  bringFonts(request: FontRequest): Promise<readonly string[]>;
  /** Interrupts the current run. Resolves with true when it has ended and the interpreter can be used again. */
  interrupt(limitMs: number): Promise<boolean>;
  /** Ends the interpreter, also while it runs code. Resolves once it is gone. */
  terminate(): Promise<void>;
  /** Converts a rejection of `run` into a verdict, and ends what is left of the interpreter. Never rejects. */
  failed(error: unknown): Promise<Verdict>;
  /** Adds advice to an error of the guest, such as which package is missing. */
  advise(outcome: GuestOutcome): GuestOutcome;
  /** Called once `run` has settled or was given up. */
  end(verdict: Verdict): void;
  /** Passes the run's files to `onFile`; rejects only with what `onFile` throws. */
  collectFiles(
    files: readonly OutputFile[],
    onFile: (file: CollectedFile) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
  /** The run is over and its files are collected: frees what only this run needed. */
  release(): Promise<void>;
}
