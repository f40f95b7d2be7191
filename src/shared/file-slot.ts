/**
 * The memory through which the control thread gives a worker what is in a file of a package: the guest reads it and
 * blocks the thread, so no message would be seen there. Both sides are ours, but the worker may be in the guest's
 * hands; the control thread only writes here.
 */
import type { AtomicsWait } from './input-slot.ts';

/** Indexes of the Int32 numbers at the beginning. */
const STATE = 0;
const LENGTH = 1;
const HEADER_BYTES = 2 * Int32Array.BYTES_PER_ELEMENT;

const ASKED = 0;
const FILLED = 1;
const FAILED = 2;

/** At once; larger files come in parts. Most files of packages are smaller. */
export const FILE_SLOT_PART_BYTES = 512 * 1024;

export const FILE_SLOT_BYTES = HEADER_BYTES + FILE_SLOT_PART_BYTES;

const { load, notify, store } = Atomics;

export class FileSlot {
  readonly #numbers: Int32Array<SharedArrayBuffer>;
  readonly #bytes: Uint8Array;

  /** @param memory of `FILE_SLOT_BYTES` bytes */
  constructor(memory: SharedArrayBuffer) {
    this.#numbers = new Int32Array(memory, 0, HEADER_BYTES / Int32Array.BYTES_PER_ELEMENT);
    this.#bytes = new Uint8Array(memory, HEADER_BYTES);
  }

  /** Puts a part there, of at most `FILE_SLOT_PART_BYTES`, and wakes who waits. */
  fill(part: Uint8Array): void {
    this.#bytes.set(part);
    store(this.#numbers, LENGTH, part.length);
    this.#settle(FILLED);
  }

  /** There is no such part. */
  fail(): void {
    this.#settle(FAILED);
  }

  /** From now on something is asked for. */
  ask(): void {
    store(this.#numbers, STATE, ASKED);
  }

  /** Blocks until what was asked for is there, at most `limitMs`. @returns a view of it, or null when it can't be had */
  wait(limitMs: number, wait: AtomicsWait): Uint8Array | null {
    wait(this.#numbers, STATE, ASKED, limitMs);
    if (load(this.#numbers, STATE) !== FILLED) return null;
    return this.#bytes.subarray(0, load(this.#numbers, LENGTH));
  }

  #settle(state: number): void {
    store(this.#numbers, STATE, state);
    notify(this.#numbers, STATE);
  }
}
