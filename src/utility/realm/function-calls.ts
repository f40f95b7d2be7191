import { LIMITS } from '../../shared/limits.ts';
import {
  CALL_FAILED,
  CALL_INTERRUPTED,
  FUNCTION_PART_BYTES,
  MORE_TO_COME,
} from '../../shared/protocol/call-codes.ts';
import type { CallRequest } from '../../shared/protocol/blocking-calls.ts';
import { RealmTextDecoder } from './platform/text-codec.ts';
import { DeviceError } from './pyodide-314/devices.ts';
import { ERRNO } from './pyodide-314/file-errors.ts';

/** Asks the host, see `HostBridge.call`. */
export type CallFunction = (request: CallRequest<'callFunction'>, target: Uint8Array) => number;

/**
 * Python's calls of the app's functions: each is asked for with a write that blocks, and its answer read afterwards, in
 * parts. A part begins with a byte that says whether it is the last.
 */
export class FunctionCalls {
  readonly #callFunction: CallFunction;
  /** Made with the first call: most interpreters never make one. */
  #part: Uint8Array<ArrayBuffer> | undefined;
  /** What was not read yet of the part that came last. */
  #left = new Uint8Array();

  constructor(callFunction: CallFunction) {
    this.#callFunction = callFunction;
  }

  /** A run begins: what the last one has not read is gone. */
  beginRun(): void {
    this.#left = new Uint8Array();
  }

  /** Blocks until the function has answered. @throws DeviceError */
  call(id: number, json: Uint8Array): void {
    if (json.length > LIMITS.callBytes) throw new DeviceError(ERRNO.tooLarge);
    this.#ask({ id, json: new RealmTextDecoder().decode(json) });
  }

  /** Blocks until the next part of the answer is there. @throws DeviceError */
  awaitRest(id: number): void {
    this.#ask({ id, json: null });
  }

  /** Null when there is nothing to be read. */
  read(target: Uint8Array): number | null {
    if (this.#left.length === 0) return null;
    const taken = this.#left.subarray(0, target.length);
    target.set(taken);
    this.#left = this.#left.subarray(taken.length);
    return taken.length;
  }

  #ask(request: CallRequest<'callFunction'>): void {
    this.#left = new Uint8Array();
    const part = (this.#part ??= new Uint8Array(FUNCTION_PART_BYTES));
    const length = this.#callFunction(request, part);
    // Python looks for the interrupt, and asks again with the same number if it is of no concern.
    if (length === CALL_INTERRUPTED) throw new DeviceError(ERRNO.interrupted);
    if (length === CALL_FAILED) throw new DeviceError(ERRNO.io);
    this.#left = length === 0 ? Uint8Array.of(MORE_TO_COME) : part.subarray(0, length);
  }
}
