import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Lines of our own standard input, for a script that asks. Nothing is read before the first question. */
export class StandardInput {
  readonly #open: () => Readable;
  #reader: Interface | undefined;
  readonly #lines: string[] = [];
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(open: () => Readable) {
    this.#open = open;
  }

  /** The next line without its end; null at the end of the input, or when `signal` aborts. */
  async line(signal: AbortSignal): Promise<string | null> {
    this.#reader ??= this.#start();
    if (this.#lines.length === 0) this.#reader.resume();
    while (this.#lines.length === 0 && !this.#ended && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    return signal.aborted ? null : (this.#lines.shift() ?? null);
  }

  /** Reads no more. */
  close(): void {
    this.#reader?.close();
  }

  #start(): Interface {
    const input = this.#open();
    const reader = createInterface({ input, terminal: false, crlfDelay: Infinity });
    const end = (): void => {
      this.#ended = true;
      this.#wake();
    };
    reader.on('line', (line) => {
      this.#lines.push(line);
      // Not more than is asked for: what feeds the pipe may never end.
      reader.pause();
      this.#wake();
    });
    reader.on('close', end);
    // The reader passes on what goes wrong with its input.
    reader.on('error', end);
    input.on('error', end);
    return reader;
  }
}
