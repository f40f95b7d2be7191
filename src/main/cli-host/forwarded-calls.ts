import type { RunCall } from '../../shared/contract/run.ts';
import type { FunctionAnswer, FunctionQuestion } from '../../shared/protocol/blocking-calls.ts';
import type { HostRunItem } from '../../shared/protocol/host-protocol.ts';
import type { RunCalls, SendAnswer } from '../functions/run-calls.ts';

/** Calls that the client answers, which has the functions: nothing of them is read here. */
export class ForwardedCalls implements RunCalls {
  readonly facts: string;
  /** The client keeps them. */
  readonly records: readonly RunCall[] = [];
  readonly #write: (item: HostRunItem) => Promise<void>;
  #send: SendAnswer | undefined;
  #hasEnded = false;

  /** @param facts as the client says them */
  constructor(facts: string, write: (item: HostRunItem) => Promise<void>) {
    this.facts = facts;
    this.#write = write;
  }

  connect(send: SendAnswer): void {
    this.#send = send;
  }

  push({ bytes, call, last }: FunctionQuestion): void {
    if (!this.#hasEnded) this.#forward({ kind: 'call', piece: { bytes, call, last } });
    // The guest is not to wait for what never comes.
    else if (last) this.#give(call, { kind: 'failed' });
  }

  sendNextPart(call: number): void {
    if (!this.#hasEnded) this.#forward({ kind: 'call-rest', call });
  }

  /** What the client says to that call. */
  answer(call: number, answer: FunctionAnswer): void {
    if (!this.#hasEnded) this.#give(call, answer);
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#forward({ kind: 'calls-end' });
  }

  #give(call: number, answer: FunctionAnswer): void {
    // A process that is gone waits for nothing.
    this.#send?.(call, answer).catch(() => undefined);
  }

  #forward(item: HostRunItem): void {
    // A client that is gone has nothing to answer, and the run ends with it.
    this.#write(item).catch(() => undefined);
  }
}
