import type { CallRequest } from '../../shared/protocol/blocking-calls.ts';
import { CALL_FAILED, CALL_INTERRUPTED, INPUT_PART_BYTES } from '../../shared/protocol/call-codes.ts';
import { LIMITS } from '../../shared/limits.ts';
import { ERRNO } from './pyodide-314/file-errors.ts';

/** Asks the host, see `HostBridge.call`. */
export type ReadInput = (request: CallRequest<'readInput'>, target: Uint8Array) => number;

/** Python's standard input: asks the host whenever there is nothing left of what it gave last. */
export class StandardInput {
  readonly isatty = false;
  readonly #readInput: ReadInput;
  readonly #fail: (errno: number) => never;
  readonly #part = new Uint8Array(INPUT_PART_BYTES);
  /** What was not read yet of the part that came last. */
  #left = new Uint8Array();
  #prompt = '';
  #secret = false;

  /** @param fail throws the file system's error of that number */
  constructor(readInput: ReadInput, fail: (errno: number) => never) {
    this.#readInput = readInput;
    this.#fail = fail;
  }

  /** What `input()` asks with; the next question to the host goes with it. */
  announce(prompt: unknown, secret: unknown): void {
    this.#prompt = typeof prompt === 'string' ? prompt.slice(0, LIMITS.promptLength) : '';
    this.#secret = secret === true;
  }

  /** A run begins: what the last one has not read is gone. */
  beginRun(): void {
    this.#left = new Uint8Array();
    this.announce('', false);
  }

  /** Bytes read into the buffer; 0 at the end of the input. @throws the file system's error */
  read(buffer: Uint8Array): number {
    if (this.#left.length === 0) this.#left = this.#ask();
    const taken = this.#left.subarray(0, buffer.length);
    buffer.set(taken);
    this.#left = this.#left.subarray(taken.length);
    return taken.length;
  }

  #ask(): Uint8Array<ArrayBuffer> {
    const length = this.#readInput({ prompt: this.#prompt, secret: this.#secret }, this.#part);
    // Python looks for the interrupt, and asks again if it is of no concern.
    if (length === CALL_INTERRUPTED) return this.#fail(ERRNO.interrupted);
    this.announce('', false);
    return length === CALL_FAILED ? this.#fail(ERRNO.io) : this.#part.subarray(0, length);
  }
}
