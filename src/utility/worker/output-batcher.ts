import { MAX_SMALL_PIECES } from '../../shared/protocol/interpreter.ts';

/**
 * Decides when output is sent. A message per write would let a printing loop flood the other processes; a
 * buffer alone would hold back the last words of a guest that then computes for an hour, since nothing runs
 * in this thread meanwhile. So a burst goes out at once, and only a steady stream is gathered.
 */
export interface OutputBatcherOptions {
  /** Milliseconds from a monotonic clock. */
  readonly now: () => number;
  readonly send: (bytes: Uint8Array) => void;
  /** Largest piece sent, in bytes. */
  readonly pieceBytes: number;
  /** Bytes passed on; the rest is dropped. */
  readonly capBytes: number;
}

/** Messages that may leave at once, and how long until another may. */
const BURST = 32;
const REFILL_MS = 2;

export class OutputBatcher {
  readonly #options: OutputBatcherOptions;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #acceptedBytes = 0;
  #tokens = BURST;
  #smallPieces = 0;
  #refilledAt: number;
  #cut = false;

  constructor(options: OutputBatcherOptions) {
    this.#options = options;
    this.#refilledAt = options.now();
  }

  /** True when something was dropped. */
  get cut(): boolean {
    return this.#cut;
  }

  /** Bytes that would still be taken. */
  get room(): number {
    return this.#options.capBytes - this.#acceptedBytes;
  }

  markCut(): void {
    this.#cut = true;
  }

  /** Takes the bytes over; the caller must not change them. */
  write(bytes: Uint8Array): void {
    const taken = bytes.subarray(0, this.room);
    if (taken.length < bytes.length) this.#cut = true;
    if (taken.length === 0) return;
    this.#acceptedBytes += taken.length;
    this.#waiting.push(taken);
    this.#waitingBytes += taken.length;
    if (this.#waitingBytes >= this.#options.pieceBytes || this.#takeToken()) this.flush();
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
