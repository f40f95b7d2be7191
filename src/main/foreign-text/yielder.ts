import { setImmediate as nextTurn } from 'node:timers/promises';

/** Longest stretch of work before others have their turn, in ms. */
const STRETCH_MS = 10;

/** Small enough for any work on one of them to be short, in bytes. */
export const PIECE_BYTES = 16 * 1024;

/** Lets long work give way: main serves windows, processes and time limits with the same thread. */
export class Yielder {
  #begunAt = performance.now();

  /** To be awaited between steps that are short by themselves. Mostly it costs no more than a look at the clock. */
  async pause(): Promise<void> {
    if (performance.now() - this.#begunAt < STRETCH_MS) return;
    await nextTurn();
    this.#begunAt = performance.now();
  }
}

/** Hands bytes over in pieces, with pauses in between. */
export const inPieces = async (
  bytes: Uint8Array,
  take: (piece: Uint8Array) => void,
  pieceBytes = PIECE_BYTES,
): Promise<void> => {
  const yielder = new Yielder();
  for (let start = 0; start < bytes.byteLength; start += pieceBytes) {
    take(bytes.subarray(start, start + pieceBytes));
    await yielder.pause();
  }
};

/** Bytes that came in pieces, as one. Pieces that are small by themselves: each is copied at once. */
export const joined = async (pieces: Iterable<Uint8Array>, length: number): Promise<Uint8Array> => {
  const yielder = new Yielder();
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
    await yielder.pause();
  }
  return whole;
};
