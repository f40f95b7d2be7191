import { createInterface, type Interface } from 'node:readline';
import { Writable, type Readable } from 'node:stream';

/** What a terminal has kept comes at once; without a line for so long, in ms, there is none. */
const QUIET_MS = 100;

/** Lines of our own standard input, for a script that asks. Nothing is read before the first question. */
export class StandardInput {
  readonly #open: () => Readable;
  readonly #interrupt: () => void;
  #input: Readable | undefined;
  #reader: Interface | undefined;
  /** Whether the reader keeps what is typed from being seen. */
  #hides = false;
  readonly #lines: string[] = [];
  #ended = false;
  #wake: () => void = () => undefined;

  /** @param interrupt told of Ctrl-C where the terminal leaves it to us: while a secret is typed */
  constructor(open: () => Readable, interrupt: () => void) {
    this.#open = open;
    this.#interrupt = interrupt;
  }

  /**
   * The next line without its end; null at the end of the input, or when `signal` aborts. A secret one is not seen on
   * the terminal.
   */
  async line(signal: AbortSignal, secret: boolean): Promise<string | null> {
    this.#attend(secret);
    while (this.#lines.length === 0 && !this.#ended && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    // The terminal shows again what is typed.
    if (this.#hides) this.#release();
    return signal.aborted ? null : (this.#lines.shift() ?? null);
  }

  /** Lines that were typed before, also such as the terminal still keeps, are no answer to what is asked next. */
  async forget(signal: AbortSignal): Promise<void> {
    for (let isQuiet = false; !isQuiet && !this.#ended && !signal.aborted;) {
      this.#lines.length = 0;
      const quiet = new AbortController();
      const timer = setTimeout(() => quiet.abort(), QUIET_MS);
      isQuiet = (await this.line(AbortSignal.any([signal, quiet.signal]), false)) === null;
      clearTimeout(timer);
    }
    this.#lines.length = 0;
  }

  /** Reads no more. */
  close(): void {
    this.#ended = this.#reader !== undefined;
    this.#release();
    this.#wake();
  }

  #attend(secret: boolean): void {
    if (this.#lines.length > 0 || this.#ended) return;
    this.#input ??= this.#start();
    const hides = secret && isTerminal(this.#input);
    if (hides !== this.#hides) this.#release();
    this.#hides = hides;
    this.#reader ??= this.#read(this.#input);
    this.#reader.resume();
  }

  #release(): void {
    const reader = this.#reader;
    this.#reader = undefined;
    this.#hides = false;
    reader?.close();
  }

  #start(): Readable {
    const input = this.#open();
    input.on('error', () => this.#end());
    return input;
  }

  #read(input: Readable): Interface {
    const reader = this.#hides
      ? createInterface({ input, output: nowhere(), terminal: true, historySize: 0 })
      : createInterface({ input, terminal: false, crlfDelay: Infinity });
    reader.on('line', (line) => {
      this.#lines.push(line);
      // Not more than is asked for: what feeds the pipe may never end.
      reader.pause();
      this.#wake();
    });
    reader.on('SIGINT', this.#interrupt);
    reader.on('close', () => {
      if (this.#reader === reader) this.#end();
    });
    // The reader passes on what goes wrong with its input.
    reader.on('error', () => this.#end());
    return reader;
  }

  #end(): void {
    this.#ended = true;
    this.#wake();
  }
}

export const isTerminal = (input: Readable): boolean => 'isTTY' in input && input.isTTY === true;

/** Where readline echoes a secret. */
const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });
