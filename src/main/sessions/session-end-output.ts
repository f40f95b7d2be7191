import { HeadTailBuffer } from '../../shared/head-tail-buffer.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { RunPiece } from '../../shared/protocol/interpreter.ts';

const encoder = new TextEncoder();

/** What a session's code prints as it ends, on both streams: at most `LIMITS.endTextBytes`, its beginning and its end. */
export class SessionEndOutput {
  readonly #ends = new HeadTailBuffer(LIMITS.endTextBytes, (text) => encoder.encode(text));
  readonly #decoder = new TextDecoder();
  #text = '';

  push(piece: RunPiece): void {
    if (piece.channel !== 'stdout' && piece.channel !== 'stderr') return;
    this.#text += this.#decoder.decode(this.#ends.push(piece.bytes), { stream: true });
  }

  /** All of it; what comes later is none of it. Asked once. */
  take(): string {
    return this.#text + this.#decoder.decode(this.#ends.end());
  }
}
