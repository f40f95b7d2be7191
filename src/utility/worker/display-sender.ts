import { LIMITS } from '../../shared/limits.ts';
import { PIECE_BYTES, type RunPiece } from '../../shared/protocol/interpreter.ts';

/** Sends what one run shows, in pieces. What exceeds the caps is dropped: honest Python keeps to them itself. */
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
   * @param length of it in bytes
   * @param json gives it, in any form: main looks at it. Not asked when it is too large
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
