/** The realm has it; the libraries that TypeScript is told of here have no `wait`. */
const { compareExchange, load, wait } = Atomics;

/** Longest sleep between two looks, in seconds: what wakes it may have come just before. */
const LONGEST_SLICE = 1;

/**
 * How an interrupt reaches Python: Pyodide reads element 0 of its buffer now and then, and stores 0. With
 * plain memory a signal that arrives between those two steps is erased; here that store only takes back what
 * the read has seen.
 */
export class Interrupts {
  /** For Pyodide's `setInterruptBuffer`. */
  readonly buffer: { 0: number };
  readonly #memory: Int32Array<SharedArrayBuffer>;
  #overlook = false;

  /** @param shared a SharedArrayBuffer of one Int32, of the host's realm */
  constructor(shared: object) {
    // It comes from the host's realm: nothing of that may be reached through it.
    const own = Object.setPrototypeOf(shared, SharedArrayBuffer.prototype) as SharedArrayBuffer;
    const memory = new Int32Array(own);
    this.#memory = memory;
    let seen = 0;
    const takeOverlook = (): boolean => {
      const overlook = this.#overlook;
      this.#overlook = false;
      return overlook;
    };
    this.buffer = {
      get 0() {
        seen = takeOverlook() ? 0 : load(memory, 0);
        return seen;
      },
      set 0(value) {
        compareExchange(memory, 0, seen, value);
      },
    };
  }

  /**
   * To be called before a callback of Python's event loop: its first look finds nothing. A KeyboardInterrupt
   * at its very first instruction would come out of the callback instead of being handled in it.
   */
  overlookOnce(): void {
    this.#overlook = true;
  }

  /** Blocks without burning the processor; an interrupt ends it. @param seconds a finite number */
  sleep(seconds: number): void {
    wait(this.#memory, 0, 0, Math.min(seconds, LONGEST_SLICE) * 1000);
  }
}
