/** The port that each way to run Python implements: the sandbox's sidecar, the user's own Python. */
import type { PythonRuntime } from '../../shared/runtimes.ts';
import type { CollectedFile, OutputFile, RunRequest, SessionState } from '../../shared/contract/sandbox.ts';
import type { GuestOutcome } from '../../shared/protocol/guest-report.ts';
import type { FunctionAnswer, InputAnswer } from '../../shared/protocol/blocking-calls.ts';
import type { RunEnd, RunOrder, RunPiece } from '../../shared/protocol/interpreter.ts';
import type { AbortSource } from '../../shared/rpc/abort.ts';
import type { RunOptions } from './run-options.ts';
import type { Verdict } from './verdict.ts';

/** What a backend is told of a run whose turn has come. */
export interface RunContext {
  /** Cancels the run. */
  readonly signal: AbortSignal;
  readonly onPackages: RunOptions['onPackages'];
  readonly words?: RunOptions['words'];
}

/** What it took to get an interpreter ready, or to find out that none can be had. */
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

/** How far a run came. */
export interface RunProgress {
  readonly verdict: Verdict;
  /** Whether its code was begun. */
  readonly began: boolean;
  /** Whether what earlier runs of the session had left was gone before this one began. */
  readonly lostBefore: boolean;
}

export interface Backend {
  readonly runtime: PythonRuntime;
  /**
   * A run's turn has come: what it may use is not put away until the returned function is called.
   *
   * @param session null for a run of its own
   */
  hold(session: string | null): () => void;
  /** Never rejects. */
  open(request: RunRequest, context: RunContext): Promise<Opening>;
  /** What became of the session's state. A loss that is told here is told. */
  stateAfter(session: string | undefined, progress: RunProgress): SessionState;
  /** Ends all processes; `open` refuses afterwards. Idempotent. */
  close(): Promise<void>;
}

/** A place for one run's code. */
export interface Interpreter {
  /** How long an interrupt is tried before the interpreter is ended, in ms. */
  readonly interruptMs: number;
  /** Aborted when memory runs short; its reason says how much there is. */
  readonly outOfMemory: AbortSignal;
  /** How much memory is in use, when that explains a death; otherwise null. */
  memoryExplanation(): string | null;
  /** Called before `run`. Says whether what earlier runs of the session had left is gone. */
  begin(): { readonly lostBefore: boolean };
  /**
   * Runs the code; rejects when the way to the interpreter breaks.
   *
   * @param ended aborted when the result is made: pieces that come later are not wanted
   */
  run(order: RunOrder, onPiece: (piece: RunPiece) => void, ended: AbortSource): Promise<RunEnd>;
  /** Answers the call of that number (see `InputQuestion`). */
  answerInput(call: number, answer: InputAnswer): Promise<void>;
  /** Answers a call of a function of the app's (see `FunctionQuestion`). */
  answerFunction(call: number, answer: FunctionAnswer): Promise<void>;
  /** Asks the run under way to stop. True when it has ended and the interpreter can be used again. */
  interrupt(limitMs: number): Promise<boolean>;
  /** Ends the interpreter, also while it runs code. Resolves once it is gone. */
  terminate(): Promise<void>;
  /** What a rejection of `run` means; whatever is left of the interpreter is ended. Never rejects. */
  failed(error: unknown): Promise<Verdict>;
  /** Adds to an error of the guest's what would help. */
  advise(outcome: GuestOutcome): GuestOutcome;
  /** Called once `run` has settled or is not waited for any more. */
  end(verdict: Verdict): void;
  /** Hands files of the run out; never rejects, save for what `onFile` throws. */
  collectFiles(
    files: readonly OutputFile[],
    onFile: (file: CollectedFile) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
  /** The run is over and its files are collected: frees what only this run needed. */
  release(): Promise<void>;
}
