import { LIMITS } from '../../shared/limits.ts';
import { PIECE_BYTES, type RunPiece } from '../../shared/protocol/interpreter.ts';

/** Sends the displays of one run, in pieces. Drops what exceeds the caps, which our Python code enforces as well. */
export class DisplaySender {
  readonly #send: (piece: RunPiece) => void;
  #bytesLeft: number = LIMITS.totalDisplayBytes;
  #countLeft: number = LIMITS.displayCount;
  #cut = false;

  constructor(send: (piece: RunPiece) => void) {
    this.#send = send;
  }

  /** True when something was dropped. */
  get cut(): boolean {
    return this.#cut;
  }

  /**
   * @param length length of the JSON in bytes
   * @param json returns the JSON, which main validates; not called when it is too large
   */
  show(length: number, json: () => Uint8Array): void {
    if (this.#countLeft === 0 || length > Math.min(LIMITS.displayBytes, this.#bytesLeft)) {
      this.#cut = true;
      return;
    }
    this.#countLeft--;
    this.#bytesLeft -= length;
    const bytes = json();
    for (let start = 0; start === 0 || start < bytes.length; start += PIECE_BYTES) {
      const end = start + PIECE_BYTES;
      this.#send({ channel: 'display', bytes: bytes.slice(start, end), last: end >= bytes.length });
    }
  }
}
