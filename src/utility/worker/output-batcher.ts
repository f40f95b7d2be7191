import { HeadTailBuffer } from '../../shared/head-tail-buffer.ts';
import { MAX_SMALL_PIECES } from '../../shared/protocol/interpreter.ts';

/**
 * Decides when output is sent. A message per write would let a printing loop flood the other processes; a
 * buffer alone would hold back the last output of a guest that then computes for an hour, since nothing runs
 * in this thread meanwhile. So a burst goes out at once, and only a steady stream is gathered.
 */
export interface OutputBatcherOptions {
  /** Milliseconds from a monotonic clock. */
  readonly now: () => number;
  readonly send: (bytes: Uint8Array) => void;
  /** Largest piece sent, in bytes. */
  readonly pieceBytes: number;
  /** Most bytes that are sent: of longer output, the beginning and the end. */
  readonly capBytes: number;
  readonly encode: (text: string) => Uint8Array;
}

/** Messages that may leave at once, and how long until another may. */
const BURST = 32;
const REFILL_MS = 2;

export class OutputBatcher {
  readonly #options: OutputBatcherOptions;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  readonly #ends: HeadTailBuffer;
  #tokens = BURST;
  #smallPieces = 0;
  #refilledAt: number;

  constructor(options: OutputBatcherOptions) {
    this.#options = options;
    this.#refilledAt = options.now();
    this.#ends = new HeadTailBuffer(options.capBytes, options.encode);
  }

  /** True when something was dropped. */
  get cut(): boolean {
    return this.#ends.cut;
  }

  /** Copies what it keeps of the bytes. */
  write(bytes: Uint8Array): void {
    this.#add(this.#ends.push(bytes).slice());
  }

  /** The run is over: sends the kept end of its output. */
  end(): void {
    this.#add(this.#ends.end());
    this.flush();
  }

  /** Sends buffered output, unless the rate limit is reached. @returns false where some may be sent a little later */
  sendIfDue(): boolean {
    if (this.#waitingBytes > 0 && this.#takeToken()) this.flush();
    return this.#waitingBytes === 0 || this.#smallPieces === MAX_SMALL_PIECES;
  }

  flush(): void {
    if (this.#waitingBytes === 0) return;
    const all = new Uint8Array(this.#waitingBytes);
    let offset = 0;
    for (const part of this.#waiting) {
      all.set(part, offset);
      offset += part.length;
    }
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (let start = 0; start < all.length; start += this.#options.pieceBytes) {
      this.#options.send(all.slice(start, start + this.#options.pieceBytes));
    }
  }

  #add(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= this.#options.pieceBytes || this.#takeToken()) this.flush();
  }

  #takeToken(): boolean {
    const now = this.#options.now();
    const gained = Math.floor((now - this.#refilledAt) / REFILL_MS);
    if (gained > 0) {
      this.#tokens = Math.min(BURST, this.#tokens + gained);
      this.#refilledAt = now;
    }
    if (this.#tokens === 0 || this.#smallPieces === MAX_SMALL_PIECES) return false;
    this.#tokens--;
    this.#smallPieces++;
    return true;
  }
}
