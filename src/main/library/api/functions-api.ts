/** What code may call of the app: the part of the package's types (api.ts) that functions and their calls have. */
import type { CallQuestion, QuestionAnswer } from '../../../shared/ipc/questions-api.ts';

export type { CallQuestion, QuestionAnswer } from '../../../shared/ipc/questions-api.ts';

export type JsonData = null | boolean | number | string | JsonData[] | { [key: string]: JsonData };

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
  /** Stands for the run: the same object for all of its calls, and for no other's. */
  readonly run: object;
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

export interface QuestionsOptions {
  /** A question that was not answered for so long is denied, in ms; 120,000 by default. The run's own time limit counts, too. */
  readonly timeoutMs?: number | undefined;
}

/** Asks people in the app's windows: `<vivarium-questions>`, or whatever shows `open` and gives answers. */
export interface Questions {
  /** For `createSandbox`, or for a run. Denies where nobody watches. */
  readonly confirm: ConfirmCall;
  /** Calls that wait for a decision, the oldest first. */
  readonly open: readonly CallQuestion[];
  /** False when the question is not open any more. */
  answer(id: string, answer: QuestionAnswer): boolean;
  /** Tells all open questions, now and after each change. When the last watcher ends, all of them are denied. */
  watch(listener: (open: readonly CallQuestion[]) => void): { dispose(): void };
}

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
  /**
   * How data frames cross, `records` by default. With `arrow` an argument of whose values the schema says nothing (`z.instanceof(Uint8Array)`,
   * `{}`) may be a data frame: the handler gets a Uint8Array, the bytes of an Arrow IPC stream, as the guest made them.
   */
  readonly frames?: 'records' | 'arrow' | undefined;
  /** Gives what JSON can hold; with `frames: 'arrow'` also bytes of an Arrow IPC stream, or an object with such. The message of what it throws goes to the code, and nothing else of it. */
  handler(input: SchemaValue<Input>, context: CallContext): unknown;
}

/** Functions by their names; dots make namespaces: `github.create_issue`. */
export type HostFunctions = Readonly<Record<string, HostFunction>>;

/** What calls of one run may take. */
export interface CallOptions {
  /** 1000 by default. */
  calls?: number | undefined;
  /** Further ones wait; 1000 by default. */
  perSecond?: number | undefined;
  /** Arguments of one call, as JSON; 256 by default. */
  argumentKiB?: number | undefined;
  /** Result of one call, as JSON; 1024 by default. */
  resultKiB?: number | undefined;
  /** Whether `RunResult.calls` and events have the arguments; false by default. */
  keepArguments?: boolean | undefined;
}

/** What code imports from `host`, as Python stub files. */
export interface FunctionStubs {
  /** Sources by their paths, for editors and type checkers: `host/__init__.pyi`. */
  readonly files: Readonly<Record<string, string>>;
  /** All in one, for the description of a tool. */
  readonly text: string;
}
