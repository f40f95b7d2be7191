import type { CallRequest } from '../../shared/protocol/blocking-calls.ts';
import { CALL_FAILED, CALL_INTERRUPTED, INPUT_PART_BYTES } from '../../shared/protocol/call-codes.ts';
import { DeviceError, type Device } from './pyodide-314/devices.ts';
import { ERRNO } from './pyodide-314/file-errors.ts';

/** Asks the host, see `HostBridge.call`. */
export type ReadInput = (request: CallRequest<'readInput'>, target: Uint8Array) => number;

const NO_PROMPT: CallRequest<'readInput'> = { prompt: '', secret: false };

/** Python's standard input: asks the host whenever there is nothing left of what it gave last. */
export class StandardInput implements Device {
  readonly #readInput: ReadInput;
  readonly #part = new Uint8Array(INPUT_PART_BYTES);
  /** What was not read yet of the part that came last. */
  #left = new Uint8Array();
  #prompt = NO_PROMPT;

  constructor(readInput: ReadInput) {
    this.#readInput = readInput;
  }

  /** What `input()` asks with; the next question to the host goes with it. */
  announce(prompt: CallRequest<'readInput'>): void {
    this.#prompt = prompt;
  }

  /** A run begins: what the last one has not read is gone. */
  beginRun(): void {
    this.#left = new Uint8Array();
    this.#prompt = NO_PROMPT;
  }

  /** Bytes read into the target; 0 at the end of the input. @throws DeviceError */
  read(target: Uint8Array): number {
    if (this.#left.length === 0) this.#left = this.#ask();
    const taken = this.#left.subarray(0, target.length);
    target.set(taken);
    this.#left = this.#left.subarray(taken.length);
    return taken.length;
  }

  #ask(): Uint8Array<ArrayBuffer> {
    const length = this.#readInput(this.#prompt, this.#part);
    // Python looks for the interrupt, and asks again if it is of no concern.
    if (length === CALL_INTERRUPTED) throw new DeviceError(ERRNO.interrupted);
    this.#prompt = NO_PROMPT;
    if (length === CALL_FAILED) throw new DeviceError(ERRNO.io);
    return this.#part.subarray(0, length);
  }
}
