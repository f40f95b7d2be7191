import type { FunctionQuestion } from '../../shared/protocol/blocking-calls.ts';
import { MAX_ANSWER_PARTS } from '../../shared/protocol/interpreter.ts';
import { LIMITS } from '../../shared/limits.ts';
import { RunProtocolError } from './run-protocol-error.ts';

/** Counts the messages and bytes that a run sends for its calls. The worker enforces the same limits, unless a guest controls it. */
export class CallBudget {
  #calls = 0;
  #bytes = 0;
  #bytesOfCall = 0;
  #rests = 0;

  /** @throws RunProtocolError when it is too much */
  add({ bytes, last }: FunctionQuestion): void {
    // Empty parts never reach a limit in bytes, but would take memory.
    if (bytes.byteLength === 0 && !last) throw new RunProtocolError('it sent an empty part');
    this.#bytes += bytes.byteLength;
    this.#bytesOfCall += bytes.byteLength;
    if (this.#bytes > LIMITS.totalCallBytes || this.#bytesOfCall > LIMITS.callBytes) {
      throw new RunProtocolError('it called with more than it may');
    }
    if (!last) return;
    this.#bytesOfCall = 0;
    if (++this.#calls > LIMITS.functionCalls) throw new RunProtocolError('it called more often than it may');
  }

  /** @throws RunProtocolError when it is too much */
  addRest(): void {
    if (++this.#rests > MAX_ANSWER_PARTS) throw new RunProtocolError('it asked for more answers than it may');
  }
}
