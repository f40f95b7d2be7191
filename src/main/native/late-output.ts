import type { RunOutput } from '../../shared/contract/run.ts';

/** Kept of both streams together. */
const MAX_BYTES = 64 * 1024;

interface OutputTaker {
  push(stream: RunOutput['stream'], bytes: Uint8Array): void;
}

/** What a session prints while nothing runs in it, as its threads do: the next run tells of it, or else its end. */
export class LateOutput {
  #pieces: RunOutput[] = [];
  #bytes = 0;
  #dropped = 0;

  push(output: RunOutput): void {
    if (this.#dropped > 0 || this.#bytes + output.bytes.byteLength > MAX_BYTES) {
      this.#dropped += output.bytes.byteLength;
      return;
    }
    this.#bytes += output.bytes.byteLength;
    this.#pieces.push(output);
  }

  passTo(output: OutputTaker): void {
    for (const { stream, bytes } of this.#pieces) output.push(stream, bytes);
    if (this.#dropped > 0) {
      const note = `\n[... ${this.#dropped} bytes left out that were printed between runs ...]\n`;
      output.push('stderr', new TextEncoder().encode(note));
    }
    this.#pieces = [];
    this.#bytes = 0;
    this.#dropped = 0;
  }
}
