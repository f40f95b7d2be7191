/** Interval between requests for a thread's memory, in ms. */
const MEASURE_MS = 50;

export interface ThreadMemoryOptions {
  /** Memory limit of the interpreter in total, in MiB. */
  readonly limitMiB: number;
  /** Has the thread measure its memory, soon. */
  readonly request: () => void;
  /** It uses more than it may. */
  readonly onTooMuch: (detail: string) => void;
}

/**
 * Requests and checks the memory of one thread while it runs code. If a guest prevents its thread from measuring, main
 * still watches the process.
 */
export class ThreadMemory {
  /** See `WorkerStart.used`. */
  readonly #used = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  /** The last measurement before the current run. */
  #usedBefore = 0;
  readonly #options: ThreadMemoryOptions;
  #runs = 0;
  /** It outlasts a short run, as most are: the next one need not start another. */
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ThreadMemoryOptions) {
    this.#options = options;
  }

  /** Where the thread puts what it has measured. */
  get shared(): SharedArrayBuffer {
    return this.#used.buffer;
  }

  /** As it was measured last, in MiB; 0 before that. Written by the thread, hence untrusted. */
  get usedMiB(): number {
    return Math.max(0, Atomics.load(this.#used, 0)) || this.#usedBefore;
  }

  /** A run is about to begin: the reading of an earlier one is outdated. */
  begin(): void {
    this.#usedBefore = this.usedMiB;
    Atomics.store(this.#used, 0, 0);
    this.#runs++;
  }

  /** To be called once the run was begun, since its code runs already while the timer starts. */
  watch(): void {
    this.#timer ??= setInterval(() => this.#look(), MEASURE_MS);
  }

  end(): void {
    this.#runs--;
  }

  #look(): void {
    if (this.#runs === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    const { limitMiB, onTooMuch, request } = this.#options;
    const used = Atomics.load(this.#used, 0);
    if (used <= limitMiB) request();
    else onTooMuch(`the interpreter used ${used} MiB of ${limitMiB} MiB for its data, files and objects`);
  }
}
