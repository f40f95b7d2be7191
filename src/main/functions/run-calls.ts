import type { RunCall } from '../../shared/contract/run.ts';
import type { FunctionAnswer, FunctionQuestion } from '../../shared/protocol/blocking-calls.ts';

/** Hands the answer to that call to the guest that made it. */
export type SendAnswer = (call: number, answer: FunctionAnswer) => Promise<void>;

/** Stands still until the returned function is called. */
export interface PausableTime {
  pause(): () => void;
}

/** The calls of one run, whoever answers them. */
export interface RunCalls {
  /** What Python is told of the functions, see `RunFacts`. */
  readonly facts: string;
  /** Of all calls that are settled. */
  readonly records: readonly RunCall[];
  /** @param time that the run has, where it is kept by this process */
  connect(send: SendAnswer, time?: PausableTime): void;
  /** Takes a piece of a call. What it leads to is answered when it is there. */
  push(piece: FunctionQuestion): void;
  /** Gives the next part of what was answered, as the call of that number. */
  sendNextPart(call: number): void;
  /** The run is over, or is to stop: what is under way is not waited for, and nothing is called any more. */
  end(): void;
}
