import type { CallOutcome, RunCall } from '../../shared/contract/run.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { FunctionQuestion } from '../../shared/protocol/blocking-calls.ts';
import type { Clock } from '../base/clock.ts';
import { AnswerParts, answerOf, failed, outcomeOf, textOf, type CallAnswer } from './call-answer.ts';
import { readFrames, withoutFrames, writeFrames } from './arrow-frames.ts';
import { decideOn } from './call-gate.ts';
import { CallRateLimiter } from './call-rate-limiter.ts';
import { CallReader, type FunctionCall, type ReadCall } from './call-reader.ts';
import type { FunctionSet } from './function-set.ts';
import type { ConfirmCall, ConfirmPolicy, ProposedCall } from './host-function.ts';
import type { PausableTime, RunCalls, SendAnswer } from './run-calls.ts';
import { thrownMessage } from './thrown-message.ts';

/** What calls of one run may take. */
export interface CallLimits {
  readonly calls: number;
  /** Further ones wait. */
  readonly perSecond: number;
  /** Of one call, as JSON in UTF-8. */
  readonly argumentBytes: number;
  readonly resultBytes: number;
  /** Whether arguments are kept in the record. */
  readonly keepArguments: boolean;
}

/** What a run may call. */
export interface RunFunctions {
  readonly set: FunctionSet;
  readonly limits: CallLimits;
  readonly confirm?: ConfirmCall | undefined;
  /** Whether the run's time limit stands still while `confirm` is asked, as where that is a person who reads. */
  readonly pausesTime?: boolean;
}

export interface CallRequestHandlerOptions {
  readonly functions: RunFunctions;
  readonly clock: Clock;
  /** Of the run; null for one of its own. */
  readonly session: string | null;
  /** Called once for each call. What it throws is ignored. */
  readonly onSettled: (call: RunCall) => void;
}

/** Calls at work for one run: those that a guest waits for, and as many that it does not wait for any longer. */
const MAX_RUNNING = 2 * LIMITS.callsTogether;

/** A call whose answer is waited for. */
interface OpenCall {
  /** Of the run, from 1. */
  readonly number: number;
  /** Null when what came is no call. */
  readonly call: FunctionCall | null;
  readonly bytes: number;
  isSettled: boolean;
}

/** What the guest waits for: one call, or several. */
interface OpenQuestion {
  readonly read: ReadCall;
  readonly calls: readonly OpenCall[];
  readonly askedAt: number;
  readonly stop: AbortController;
}

/** Answers the calls of one run, and of no other: once it has ended, nothing is called any more. */
export class CallRequestHandler implements RunCalls {
  readonly #options: CallRequestHandlerOptions;
  readonly #reader = new CallReader();
  readonly #rateLimiter: CallRateLimiter;
  readonly #records: RunCall[] = [];
  /** See `ProposedCall.run`. */
  readonly #run = Object.freeze({});
  #send: SendAnswer | undefined;
  #time: PausableTime | undefined;
  #open: OpenQuestion | null = null;
  /** Whoever decides on calls is asked about one at a time. */
  #deciding: Promise<unknown> = Promise.resolve();
  /** What is left of the last answer. */
  #rest: AnswerParts | null = null;
  #calls = 0;
  #running = 0;
  #hasEnded = false;

  constructor(options: CallRequestHandlerOptions) {
    this.#options = options;
    this.#rateLimiter = new CallRateLimiter(options.clock, options.functions.limits.perSecond);
  }

  get facts(): string {
    const { limits, set } = this.#options.functions;
    return set.facts({
      calls: limits.calls,
      bytes: limits.argumentBytes,
      depth: LIMITS.callDepth - 2,
      together: LIMITS.callsTogether,
    });
  }

  get records(): readonly RunCall[] {
    return this.#records;
  }

  connect(send: SendAnswer, time?: PausableTime): void {
    this.#send = send;
    this.#time = time;
  }

  push(piece: FunctionQuestion): void {
    const read = this.#reader.push(piece);
    if (read === null) return;
    if (this.#hasEnded) {
      // An answer to this call will never come.
      this.#give(read.number);
      return;
    }
    // A guest waits for one answer at a time: an earlier one was abandoned.
    this.#abandon();
    this.#rest = null;
    const open: OpenQuestion = {
      read,
      calls: this.#callsOf(read),
      askedAt: this.#options.clock.now(),
      stop: new AbortController(),
    };
    this.#open = open;
    void this.#answer(open);
  }

  sendNextPart(call: number): void {
    if (!this.#hasEnded) this.#give(call);
  }

  end(): void {
    this.#hasEnded = true;
    this.#abandon();
    this.#rest = null;
  }

  /** Never rejects. */
  async #answer(open: OpenQuestion): Promise<void> {
    const answers = await Promise.all(open.calls.map((call) => this.#answerOne(open, call)));
    if (this.#open !== open) return;
    this.#open = null;
    const list = answers.join(',');
    this.#rest = new AnswerParts(open.read.areTogether ? `{"answers":[${list}]}` : list);
    this.#give(open.read.number);
  }

  /** The answer as JSON. */
  async #answerOne(open: OpenQuestion, call: OpenCall): Promise<string> {
    const answer = await this.#decide(call, open.stop.signal);
    const text = textOf(answer);
    if (this.#open === open) this.#settle(open, call, outcomeOf(answer), Buffer.byteLength(text));
    return text;
  }

  #callsOf({ areTogether, bytes, calls }: ReadCall): OpenCall[] {
    return (calls ?? [null]).map((call) => ({
      number: ++this.#calls,
      call,
      bytes: areTogether ? Buffer.byteLength(JSON.stringify(call)) : bytes,
      isSettled: false,
    }));
  }

  /** Abandons the open question, if there is one. */
  #abandon(): void {
    const open = this.#open;
    if (open === null) return;
    this.#open = null;
    for (const call of open.calls) {
      if (!call.isSettled) this.#settle(open, call, 'abandoned', 0);
    }
    open.stop.abort();
  }

  #give(call: number): void {
    const part = this.#rest?.next() ?? null;
    // The process may be gone, which waits for no answer.
    this.#send?.(call, part === null ? { kind: 'failed' } : { kind: 'bytes', bytes: part }).catch(
      () => undefined,
    );
  }

  /** Reports the outcome of a call. */
  #settle({ askedAt }: OpenQuestion, open: OpenCall, outcome: CallOutcome, resultBytes: number): void {
    open.isSettled = true;
    // Of more calls than any run may make, all are refused: nothing is to be said of them.
    if (this.#records.length === LIMITS.functionCalls) return;
    const { bytes, call } = open;
    const record: RunCall = {
      name: call?.name ?? '',
      bytes,
      resultBytes,
      ms: this.#options.clock.now() - askedAt,
      outcome,
      ...(this.#options.functions.limits.keepArguments && call !== null
        ? { arguments: withoutFrames(call.arguments, this.#framesOf(call.name)) }
        : {}),
    };
    this.#records.push(record);
    try {
      this.#options.onSettled(record);
    } catch {
      // A listener must not affect the call.
    }
  }

  #framesOf(name: string): readonly string[] {
    return this.#options.functions.set.find(name)?.frames ?? [];
  }

  async #decide({ bytes, call, number }: OpenCall, signal: AbortSignal): Promise<CallAnswer> {
    const { limits } = this.#options.functions;
    if (call === null) return failed('invalid', 'what was called could not be read');
    if (number > limits.calls) {
      return failed('limit', `one run can make ${limits.calls} calls, and has made them`);
    }
    if (bytes > limits.argumentBytes) {
      return failed('limit', `the arguments are larger than ${limits.argumentBytes} bytes`);
    }
    await this.#waitForTurn(signal);
    if (signal.aborted) return NOT_WANTED;
    if (this.#running >= MAX_RUNNING) {
      return failed('limit', 'earlier calls, which nobody waits for any longer, are still at work');
    }
    this.#running++;
    try {
      return await this.#call(call, signal);
    } finally {
      this.#running--;
    }
  }

  async #call(call: FunctionCall, signal: AbortSignal): Promise<CallAnswer> {
    const { functions, session } = this.#options;
    const { name } = call;
    const found = functions.set.find(name);
    if (found === undefined) return failed('invalid', 'this run was given no function of that name');
    const { frames } = found;
    const given =
      frames === null ? ({ ok: true, value: call.arguments } as const) : readFrames(call.arguments, frames);
    if (!given.ok) return failed('invalid', given.problem);
    const input = await checked(found.input.check(given.value));
    if (!input.ok) return failed('invalid', input.problem);
    const proposed = {
      name,
      arguments: withoutFrames(call.arguments, frames ?? []),
      session,
      run: this.#run,
      signal,
    };
    const denial = await this.#gate(proposed, found.confirm);
    if (denial !== null) return denial;
    if (signal.aborted) return NOT_WANTED;
    try {
      const output = await found.output.check(await found.handler(input.value, { name, session, signal }));
      return output.ok
        ? answerOf(frames === null ? output.value : writeFrames(output.value), functions.limits.resultBytes)
        : failed('failed', `its result is not what it should be: ${output.problem}`);
    } catch (error) {
      return failed('failed', thrownMessage(error) ?? 'it failed');
    }
  }

  /** Null lets the call through. */
  #gate(proposed: ProposedCall, policy: ConfirmPolicy): Promise<CallAnswer | null> {
    const { functions } = this.#options;
    if (policy === 'allow') return decideOn(proposed, policy, functions.confirm);
    const confirm = functions.pausesTime === true ? this.#pausing(functions.confirm) : functions.confirm;
    const { signal } = proposed;
    const decided = this.#deciding.then(() =>
      signal.aborted ? NOT_WANTED : decideOn(proposed, policy, confirm),
    );
    // Whoever never answers holds up nothing that comes after it was let go.
    this.#deciding = Promise.race([decided, aborted(signal)]);
    return decided;
  }

  #pausing(confirm: ConfirmCall | undefined): ConfirmCall | undefined {
    if (confirm === undefined) return undefined;
    return async (call) => {
      const goOn = this.#time?.pause();
      try {
        return await confirm(call);
      } finally {
        goOn?.();
      }
    };
  }

  /** Waits until the limit per second allows the call, or it is abandoned. */
  #waitForTurn(signal: AbortSignal): Promise<void> {
    const waitMs = this.#rateLimiter.next();
    if (waitMs === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(waitMs, resolve);
      signal.addEventListener('abort', () => {
        cancel();
        resolve();
      });
    });
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });

/** Of a call that was abandoned: it goes nowhere. */
const NOT_WANTED: CallAnswer = failed('limit', 'nobody waits for it');

/** An exception in a schema of the app's is not a successful check. */
const checked = async <T>(
  checking: Promise<T>,
): Promise<T | { readonly ok: false; readonly problem: string }> => {
  try {
    return await checking;
  } catch {
    return { ok: false, problem: 'the arguments could not be checked' };
  }
};
