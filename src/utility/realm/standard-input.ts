/** Emscripten's numbers of these errors. */
const EINTR = 27;
const EIO = 29;

/** Where input comes from; see `HostBridge.readInput`. */
export type ReadInput = (prompt: string, secret: boolean) => string | null | false;

/** Python's standard input: asks the host whenever there is nothing left of what it gave last. */
export class StandardInput {
  readonly isatty = false;
  readonly #readInput: ReadInput;
  readonly #fail: (errno: number) => never;
  #left = '';
  #prompt = '';
  #secret = false;

  /** @param fail throws the file system's error of that number */
  constructor(readInput: ReadInput, fail: (errno: number) => never) {
    this.#readInput = readInput;
    this.#fail = fail;
  }

  /** What `input()` asks with; the next question to the host goes with it. */
  announce(prompt: unknown, secret: unknown): void {
    this.#prompt = typeof prompt === 'string' ? prompt : '';
    this.#secret = secret === true;
  }

  /** A run begins: what the last one has not read is gone. */
  beginRun(): void {
    this.#left = '';
    this.announce('', false);
  }

  /** Bytes read into the buffer; 0 at the end of the input. @throws the file system's error */
  read(buffer: Uint8Array): number {
    if (this.#left === '') this.#left = this.#ask();
    const length = Math.min(buffer.length, this.#left.length);
    for (let index = 0; index < length; index++) buffer[index] = this.#left.charCodeAt(index);
    this.#left = this.#left.slice(length);
    return length;
  }

  #ask(): string {
    const input = this.#readInput(this.#prompt, this.#secret);
    // Python looks for the interrupt, and asks again if it is of no concern.
    if (input === null) return this.#fail(EINTR);
    this.announce('', false);
    return input === false ? this.#fail(EIO) : input;
  }
}
