import type { FunctionQuestion } from '../../shared/protocol/blocking-calls.ts';
import { MAX_CALL_RESTS } from '../../shared/protocol/interpreter.ts';
import { LIMITS } from '../../shared/limits.ts';
import { MisbehaviourError } from './misbehaviour.ts';

/** Counts the messages and bytes that a run sends for its calls. The worker enforces the same limits, unless a guest controls it. */
export class CallBudget {
  #calls = 0;
  #bytes = 0;
  #bytesOfCall = 0;
  #rests = 0;

  /** @throws MisbehaviourError when it is too much */
  add({ bytes, last }: FunctionQuestion): void {
    // Empty parts never reach a limit in bytes, but would take memory.
    if (bytes.byteLength === 0 && !last) throw new MisbehaviourError('it sent an empty part');
    this.#bytes += bytes.byteLength;
    this.#bytesOfCall += bytes.byteLength;
    if (this.#bytes > LIMITS.totalCallBytes || this.#bytesOfCall > LIMITS.callBytes) {
      throw new MisbehaviourError('it called with more than it may');
    }
    if (!last) return;
    this.#bytesOfCall = 0;
    if (++this.#calls > LIMITS.functionCalls) throw new MisbehaviourError('it called more often than it may');
  }

  /** @throws MisbehaviourError when it is too much */
  addRest(): void {
    if (++this.#rests > MAX_CALL_RESTS) throw new MisbehaviourError('it asked for more answers than it may');
  }
}
