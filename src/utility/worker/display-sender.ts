import { LIMITS } from '../../shared/limits.ts';
import { PIECE_BYTES, type RunPiece } from '../../shared/protocol/interpreter.ts';

export interface DisplaySenderOptions {
  readonly encode: (text: string) => Uint8Array;
  readonly send: (piece: RunPiece) => void;
}

/** Sends what one run shows, in pieces. What exceeds the caps is dropped: honest Python keeps to them itself. */
export class DisplaySender {
  readonly #options: DisplaySenderOptions;
  #bytesLeft: number = LIMITS.totalDisplayBytes;
  #countLeft: number = LIMITS.displayCount;
  #cut = false;

  constructor(options: DisplaySenderOptions) {
    this.#options = options;
  }

  /** True when something was dropped. */
  get cut(): boolean {
    return this.#cut;
  }

  /** @param json of any form: main looks at it */
  show(json: string): void {
    const room = Math.min(LIMITS.displayBytes, this.#bytesLeft);
    // Not longer in bytes than allowed, which encoding only makes it.
    const bytes = this.#countLeft > 0 && json.length <= room ? this.#options.encode(json) : null;
    if (bytes === null || bytes.length > room) {
      this.#cut = true;
      return;
    }
    this.#countLeft--;
    this.#bytesLeft -= bytes.length;
    for (let start = 0; start === 0 || start < bytes.length; start += PIECE_BYTES) {
      const end = start + PIECE_BYTES;
      this.#options.send({ channel: 'display', bytes: bytes.slice(start, end), last: end >= bytes.length });
    }
  }
}
