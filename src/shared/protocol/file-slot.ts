/**
 * The memory through which the control thread gives a worker what is in a file of a package: the guest reads it and
 * blocks the thread, so no message would be seen there. Both sides are ours, but the worker may be in the guest's
 * hands; the control thread only writes here.
 */
import type { AtomicsWait } from './input-slot.ts';

/** Indexes of the Int32 numbers at the beginning. */
const ANSWERED = 0;
const LENGTH = 1;
const HEADER_BYTES = 2 * Int32Array.BYTES_PER_ELEMENT;

/** In the place of a length. */
const FAILED = -1;

/** At once; larger files come in parts. Most files of packages are smaller. */
export const FILE_SLOT_PART_BYTES = 512 * 1024;

export const FILE_SLOT_BYTES = HEADER_BYTES + FILE_SLOT_PART_BYTES;

/** Wishes are numbered from 1 to this, and then from 1 again. */
export const LAST_WISH = 2 ** 31 - 1;

const { load, notify, store } = Atomics;

export class FileSlot {
  readonly #numbers: Int32Array<SharedArrayBuffer>;
  readonly #bytes: Uint8Array;

  /** @param memory of `FILE_SLOT_BYTES` bytes */
  constructor(memory: SharedArrayBuffer) {
    this.#numbers = new Int32Array(memory, 0, HEADER_BYTES / Int32Array.BYTES_PER_ELEMENT);
    this.#bytes = new Uint8Array(memory, HEADER_BYTES);
  }

  /** Answers the wish of that number with a part, of at most `FILE_SLOT_PART_BYTES`, and wakes who waits. */
  fill(wish: number, part: Uint8Array): void {
    this.#bytes.set(part);
    this.#answer(wish, part.length);
  }

  /** There is no such part. */
  fail(wish: number): void {
    this.#answer(wish, FAILED);
  }

  /**
   * Blocks until the wish of that number is answered, at most `limitMs` for each answer: one to an earlier wish, which
   * was given up, may still come.
   *
   * @returns a view of the part, or null when it can't be had
   */
  wait(wish: number, limitMs: number, wait: AtomicsWait): Uint8Array | null {
    for (;;) {
      const answered = load(this.#numbers, ANSWERED);
      if (answered === wish) break;
      if (wait(this.#numbers, ANSWERED, answered, limitMs) === 'timed-out') return null;
    }
    const length = load(this.#numbers, LENGTH);
    return length === FAILED ? null : this.#bytes.subarray(0, length);
  }

  #answer(wish: number, length: number): void {
    store(this.#numbers, LENGTH, length);
    store(this.#numbers, ANSWERED, wish);
    notify(this.#numbers, ANSWERED);
  }
}
