import { HeadTailBuffer } from '../../shared/head-tail-buffer.ts';
import { inPieces, Yielder } from '../foreign-text/yielder.ts';
import type { RunPiece } from '../../shared/protocol/interpreter.ts';
import type { RunOutput } from '../../shared/contract/run.ts';
import { RunProtocolError, ReportError } from '../run/run-collector.ts';

const LINE_END = 10;

/** Passes on a process's output, of too much of it the beginning and the end, and what it shows. */
export class CappedOutput {
  /** Cap of each stream. */
  readonly maxBytes: number;
  readonly #pass: (piece: RunPiece) => void;
  readonly #ends: Readonly<Record<RunOutput['stream'], HeadTailBuffer>>;
  #cut = false;
  #closed = false;

  constructor(maxBytes: number, pass: (piece: RunPiece) => void) {
    this.maxBytes = maxBytes;
    this.#pass = pass;
    const encoder = new TextEncoder();
    const ends = (): HeadTailBuffer => new HeadTailBuffer(maxBytes, (text) => encoder.encode(text));
    this.#ends = { stdout: ends(), stderr: ends() };
  }

  /** Whether anything was dropped. */
  get cut(): boolean {
    return this.#cut || this.#ends.stdout.cut || this.#ends.stderr.cut;
  }

  push(stream: RunOutput['stream'], bytes: Uint8Array): void {
    if (this.#closed) return;
    const kept = this.#ends[stream].push(bytes);
    if (kept.byteLength > 0) this.#pass({ channel: stream, bytes: kept });
  }

  /** The process has ended: passes on what was kept of the end. */
  async end(): Promise<void> {
    for (const stream of ['stdout', 'stderr'] as const) {
      await inPieces(this.#ends[stream].end(), (bytes) => this.#pass({ channel: stream, bytes }));
    }
  }

  /** Takes what was shown, a line of JSON each; null when that is more than a run may show. */
  async show(lines: Uint8Array | null): Promise<void> {
    if (lines === null) {
      this.#cut = true;
      return;
    }
    const yielder = new Yielder();
    try {
      let start = 0;
      // A process that was killed may have left half a line.
      for (let end; (end = lines.indexOf(LINE_END, start)) !== -1; start = end + 1) {
        await inPieces(lines.subarray(start, end), (bytes) => {
          this.#pass({ channel: 'display', bytes, last: false });
        });
        this.#pass({ channel: 'display', bytes: new Uint8Array(), last: true });
        await yielder.pause();
      }
    } catch (error) {
      if (!(error instanceof ReportError || error instanceof RunProtocolError)) throw error;
      this.#cut = true;
    }
  }

  /** The result is final: later output is not part of it. */
  close(): void {
    this.#closed = true;
  }
}
