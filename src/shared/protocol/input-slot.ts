/**
 * The memory through which the control thread answers a worker whose guest waits for input: the guest blocks
 * the thread, so no message would be seen there. Both sides are ours, but the worker may be in the guest's
 * hands; only the control thread writes answers, and it reads nothing but the state.
 */
import { INPUT_PART_BYTES, type InputAnswer } from './interpreter.ts';

/** Indexes of the Int32 numbers at the beginning. */
const BELL = 0;
const STATE = 1;
const LENGTH = 2;
const HEADER_BYTES = 3 * Int32Array.BYTES_PER_ELEMENT;

const EMPTY = 0;
const FILLED = 1;
const ENDED = 2;
const FAILED = 3;

export const INPUT_SLOT_BYTES = HEADER_BYTES + INPUT_PART_BYTES;

const { add, load, notify, store } = Atomics;

export class InputSlot {
  readonly #numbers: Int32Array<SharedArrayBuffer>;
  readonly #bytes: Uint8Array;

  /** @param memory of `INPUT_SLOT_BYTES` bytes */
  constructor(memory: SharedArrayBuffer) {
    this.#numbers = new Int32Array(memory, 0, HEADER_BYTES / Int32Array.BYTES_PER_ELEMENT);
    this.#bytes = new Uint8Array(memory, HEADER_BYTES);
  }

  /** Puts an answer there and wakes whoever waits. */
  answer(answer: InputAnswer): void {
    switch (answer.kind) {
      case 'bytes':
        this.#bytes.set(answer.bytes);
        store(this.#numbers, LENGTH, answer.bytes.length);
        store(this.#numbers, STATE, FILLED);
        break;
      case 'end':
        store(this.#numbers, STATE, ENDED);
        break;
      case 'failed':
        store(this.#numbers, STATE, FAILED);
        break;
    }
    this.ring();
  }

  /** Wakes whoever waits, to look around. */
  ring(): void {
    add(this.#numbers, BELL, 1);
    notify(this.#numbers, BELL);
  }

  /** Forgets an answer that nobody has taken. */
  clear(): void {
    store(this.#numbers, STATE, EMPTY);
  }

  /** Takes the answer, or gives null while there is none. The bytes are a copy. */
  take(): InputAnswer | null {
    const state = load(this.#numbers, STATE);
    if (state === EMPTY) return null;
    const length = Math.min(Math.max(load(this.#numbers, LENGTH), 0), INPUT_PART_BYTES);
    const bytes = new Uint8Array(length);
    bytes.set(this.#bytes.subarray(0, length));
    this.clear();
    if (state === FILLED) return { kind: 'bytes', bytes };
    return { kind: state === ENDED ? 'end' : 'failed' };
  }

  /** Blocks until it rings, at most `limitMs`; not at all if it has rung since `heard`. */
  wait(heard: number, limitMs: number, wait: AtomicsWait): void {
    wait(this.#numbers, BELL, heard, limitMs);
  }

  /** How often it has rung. */
  get rung(): number {
    return load(this.#numbers, BELL);
  }
}

/** `Atomics.wait`, which a page's main thread and so the shared code's types do not have. */
export type AtomicsWait = (
  memory: Int32Array<SharedArrayBuffer>,
  index: number,
  value: number,
  limitMs: number,
) => unknown;
