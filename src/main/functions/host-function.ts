/** Functions of the app's that code may call: how an app declares them, and who decides on each call. */
import type { JsonData } from '../../shared/json-data.ts';

/** A JSON Schema, or a schema of zod 4. */
export type FunctionSchema = object;

/** A call that has arguments of the right form. */
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

/** What a policy says of a call. */
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

/** How data frames cross: as a list of records, or as bytes of an Arrow IPC stream. */
export type FrameForm = 'records' | 'arrow';

export interface HostFunction {
  /** What it does, for whoever writes the code: its docstring. */
  readonly description?: string | undefined;
  /** Of an object with the arguments by their names; without it there are none. */
  readonly input?: FunctionSchema | undefined;
  readonly output?: FunctionSchema | undefined;
  /** `allow` by default. */
  readonly confirm?: ConfirmPolicy | undefined;
  /** `records` by default. */
  readonly frames?: FrameForm | undefined;
  /** Gives what JSON can hold; with `frames: 'arrow'` also bytes of an Arrow stream, or an object with such. The message of what it throws goes to the code, and nothing else of it. */
  // A method, so that handlers may name the type of their input.
  handler(input: unknown, context: CallContext): unknown;
}

/** Functions by their names; dots make namespaces: `github.create_issue`. */
export type HostFunctions = Readonly<Record<string, HostFunction>>;
