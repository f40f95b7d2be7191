/**
 * Shared memory through which the control thread answers a blocked thread. A guest may control the worker, so the
 * control thread only writes here.
 */
import { LAST_CALL, type AtomicsWait, type CallAnswer } from './blocking-calls.ts';

/** Indexes of the Int32 numbers at the beginning. */
const BELL = 0;
/** Number of the call that is answered; 0 before there was one. */
const CALL = 1;
/** Length of the answer in bytes, or one of the two codes below. */
const LENGTH = 2;
const HEADER_BYTES = 3 * Int32Array.BYTES_PER_ELEMENT;

const ENDED = -1;
const FAILED = -2;

const { add, load, notify, store } = Atomics;

/** @param partBytes longest answer */
export const answerMemory = (partBytes: number): SharedArrayBuffer =>
  new SharedArrayBuffer(HEADER_BYTES + partBytes);

export const nextCall = (call: number): number => (call % LAST_CALL) + 1;

export class AnswerSlot {
  readonly #numbers: Int32Array<SharedArrayBuffer>;
  readonly #bytes: Uint8Array<SharedArrayBuffer>;

  /** @param memory see `answerMemory` */
  constructor(memory: SharedArrayBuffer) {
    this.#numbers = new Int32Array(memory, 0, HEADER_BYTES / Int32Array.BYTES_PER_ELEMENT);
    this.#bytes = new Uint8Array(memory, HEADER_BYTES);
  }

  /** Answers the call of that number and wakes whoever waits. An answer to a call that was abandoned is ignored. */
  answer(call: number, answer: CallAnswer): void {
    switch (answer.kind) {
      case 'bytes':
        this.#bytes.set(answer.bytes);
        store(this.#numbers, LENGTH, answer.bytes.length);
        break;
      case 'end':
        store(this.#numbers, LENGTH, ENDED);
        break;
      case 'failed':
        store(this.#numbers, LENGTH, FAILED);
        break;
    }
    store(this.#numbers, CALL, call);
    this.ring();
  }

  /** Wakes the waiting thread, so that it checks for interrupts. */
  ring(): void {
    add(this.#numbers, BELL, 1);
    notify(this.#numbers, BELL);
  }

  /** The answer to that call, or null while there is none. Its bytes are a view that is valid until the next call. */
  answerTo(call: number): CallAnswer | null {
    if (load(this.#numbers, CALL) !== call) return null;
    const length = load(this.#numbers, LENGTH);
    if (length === ENDED) return { kind: 'end' };
    if (length < 0 || length > this.#bytes.length) return { kind: 'failed' };
    return { kind: 'bytes', bytes: this.#bytes.subarray(0, length) };
  }

  /** Number of wake-ups so far. */
  get rung(): number {
    return load(this.#numbers, BELL);
  }

  /** Blocks until the next wake-up, at most `limitMs`; not at all if there was one since the number `heard`. */
  wait(heard: number, limitMs: number, wait: AtomicsWait): 'ok' | 'not-equal' | 'timed-out' {
    return wait(this.#numbers, BELL, heard, limitMs);
  }
}
