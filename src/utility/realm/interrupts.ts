import { CONTROL_WORDS } from '../../shared/protocol/control-words.ts';
import { setPrototypeOf } from './platform/seal-realm.ts';

/** The realm has it; the libraries that TypeScript is told of here have no `wait`. */
const { compareExchange, exchange, load, wait } = Atomics;

const { interrupt, measure: measureWord } = CONTROL_WORDS;

/** Longest sleep between two looks, in seconds: what wakes it may have come just before. */
const LONGEST_SLICE = 1;

/**
 * How an interrupt reaches Python: it reads element 0 of its buffer now and then, and stores 0. With plain memory a
 * signal that arrives between those two steps is erased; here that store only takes back what the read has seen.
 */
export class Interrupts {
  /** For `setInterruptBuffer`. */
  readonly buffer: { 0: number };
  readonly #memory: Int32Array<SharedArrayBuffer>;

  /**
   * @param shared see `WorkerStart.interrupts`; of the host's realm
   * @param measure has the memory measured; asked for at a look, so while Python runs
   */
  constructor(shared: object, measure: () => void = () => undefined) {
    // It comes from the host's realm: nothing of that may be reached through it.
    const own = setPrototypeOf(shared, SharedArrayBuffer.prototype) as SharedArrayBuffer;
    const memory = new Int32Array(own);
    this.#memory = memory;
    let seen = 0;
    const obeyMeasuring = (): void => {
      if (memory.length <= measureWord) return;
      if (load(memory, measureWord) === 0 || exchange(memory, measureWord, 0) === 0) return;
      try {
        measure();
      } catch {
        // Near the end of the stack; there will be another wish.
      }
    };
    this.buffer = {
      get 0() {
        obeyMeasuring();
        seen = load(memory, interrupt);
        return seen;
      },
      set 0(value) {
        compareExchange(memory, interrupt, seen, value);
      },
    };
  }

  /** Blocks without burning the processor; an interrupt ends it. @param seconds a finite number */
  sleep(seconds: number): void {
    wait(this.#memory, interrupt, 0, Math.min(seconds, LONGEST_SLICE) * 1000);
  }
}
