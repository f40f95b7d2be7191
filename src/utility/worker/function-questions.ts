import type { CallRequest } from '../../shared/protocol/blocking-calls.ts';
import { MAX_ANSWER_PARTS, PIECE_BYTES, type RunPiece } from '../../shared/protocol/interpreter.ts';
import { LIMITS } from '../../shared/limits.ts';

/** Sends one run's calls of the app's functions, up to the number and size that main accepts. */
export class FunctionQuestions {
  readonly #send: (piece: RunPiece) => void;
  readonly #encode: (text: string) => Uint8Array;
  #callsLeft: number = LIMITS.functionCalls;
  #bytesLeft: number = LIMITS.totalCallBytes;
  #restsLeft: number = MAX_ANSWER_PARTS;

  constructor(send: (piece: RunPiece) => void, encode: (text: string) => Uint8Array) {
    this.#send = send;
    this.#encode = encode;
  }

  /** False when a limit is exceeded. */
  ask(call: number, { json }: CallRequest<'callFunction'>): boolean {
    return json === null ? this.#askForRest(call) : this.#askFor(call, this.#encode(json));
  }

  #askForRest(call: number): boolean {
    if (this.#restsLeft === 0) return false;
    this.#restsLeft--;
    this.#send({ channel: 'call-rest', call });
    return true;
  }

  #askFor(call: number, bytes: Uint8Array): boolean {
    if (this.#callsLeft === 0 || bytes.length > Math.min(LIMITS.callBytes, this.#bytesLeft)) return false;
    this.#callsLeft--;
    this.#bytesLeft -= bytes.length;
    for (let start = 0; start === 0 || start < bytes.length; start += PIECE_BYTES) {
      const end = start + PIECE_BYTES;
      this.#send({ channel: 'call', call, bytes: bytes.slice(start, end), last: end >= bytes.length });
    }
    return true;
  }
}
