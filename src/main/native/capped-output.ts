import { inPieces, Turns } from '../foreign-text/turns.ts';
import type { RunPiece } from '../../shared/protocol/interpreter.ts';
import type { RunOutput } from '../../shared/contract/sandbox.ts';
import { MisbehaviourError, ReportError } from '../run/run-collector.ts';

const LINE_END = 10;

/** Passes on a process's output up to a cap per stream, and what it shows; the rest is read and dropped. */
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

  /** Takes what was shown, a line of JSON each; null when that is more than a run may show. */
  async show(lines: Uint8Array | null): Promise<void> {
    if (lines === null) {
      this.#cut = true;
      return;
    }
    const turns = new Turns();
    try {
      let start = 0;
      // A process that was killed may have left half a line.
      for (let end; (end = lines.indexOf(LINE_END, start)) !== -1; start = end + 1) {
        await inPieces(lines.subarray(start, end), (bytes) => {
          this.#pass({ channel: 'display', bytes, last: false });
        });
        this.#pass({ channel: 'display', bytes: new Uint8Array(), last: true });
        await turns.pause();
      }
    } catch (error) {
      if (!(error instanceof ReportError || error instanceof MisbehaviourError)) throw error;
      this.#cut = true;
    }
  }

  /** The result is made: what comes later is not part of it. */
  close(): void {
    this.#closed = true;
  }
}
