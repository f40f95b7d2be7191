import type { RunPiece } from '../../shared/interpreter.ts';
import type { RunOutput } from '../../shared/sandbox.ts';

/** Passes on a process's output up to a cap per stream; the rest is read and dropped. */
export class CappedOutput {
  /** Cap of each stream. */
  readonly maxBytes: number;
  readonly #pass: (piece: RunPiece) => void;
  readonly #left: Record<RunOutput['stream'], number>;
  #cut = false;
  #closed = false;

  constructor(maxBytes: number, pass: (piece: RunPiece) => void) {
    this.maxBytes = maxBytes;
    this.#pass = pass;
    this.#left = { stdout: maxBytes, stderr: maxBytes };
  }

  /** Whether anything was dropped. */
  get cut(): boolean {
    return this.#cut;
  }

  push(stream: RunOutput['stream'], bytes: Uint8Array): void {
    if (this.#closed) return;
    const kept = bytes.subarray(0, this.#left[stream]);
    if (kept.byteLength < bytes.byteLength) this.#cut = true;
    if (kept.byteLength === 0) return;
    this.#left[stream] -= kept.byteLength;
    this.#pass({ channel: stream, bytes: kept });
  }

  /** The result is made: what comes later is not part of it. */
  close(): void {
    this.#closed = true;
  }
}
