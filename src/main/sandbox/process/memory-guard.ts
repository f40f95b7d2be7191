import type { Clock } from '../../base/clock.ts';
import { diedOfMemory, pressureOf, shareOf, type MemoryUse } from './memory-budget.ts';
import { sharedController } from '../../base/stop-signal.ts';

/** How long the memory of a terminated interpreter may take to be released, in ms. */
const MEMORY_SETTLES_MS = 500;

/** Growth that is more than noise, as a share of the limit. */
const GROWS = 0.05;

export interface MemoryGuardOptions {
  readonly clock: Clock;
  /** Evicts the least recently used idle session; false when there is none. */
  readonly evict: () => boolean;
}

/** Reclaims memory in steps: evicts idle sessions first, then ends the runs under way, then the process. */
export class MemoryGuard {
  readonly #options: MemoryGuardOptions;
  #outOfMemory = sharedController();
  /** Time on the clock until which memory that was released may still count as used. */
  #settlesAt = 0;
  /** Share of the limit that was used at the last step. */
  #actedAt = 0;
  #explanation: string | null = null;

  constructor(options: MemoryGuardOptions) {
    this.#options = options;
  }

  /** Aborted when the current runs use too much memory; a run uses the signal that is there when it begins. */
  get outOfMemory(): AbortSignal {
    return this.#outOfMemory.signal;
  }

  /** How much memory the process uses, when that is enough for an interpreter to die of it; otherwise null. */
  get explanation(): string | null {
    return this.#explanation;
  }

  /**
   * Takes a reading and releases memory as far as possible without ending the process.
   *
   * @param detail says how much it uses
   * @returns false when the process must be ended
   */
  measured(use: MemoryUse, detail: string): boolean {
    const { limitBytes, usedBytes } = use;
    const { clock, evict } = this.#options;
    this.#explanation = diedOfMemory(usedBytes, limitBytes) ? detail : null;
    const pressure = pressureOf(usedBytes, limitBytes);
    if (pressure === 'far-over') return false;
    if (pressure === 'none') return true;
    // Memory is released with a delay, so the last step may not show yet; growth is not waited for.
    const settles = clock.now() < this.#settlesAt;
    const grows = pressure === 'over' && shareOf(use) > this.#actedAt + GROWS;
    if (settles && !grows) return true;
    this.#settlesAt = clock.now() + MEMORY_SETTLES_MS;
    this.#actedAt = shareOf(use);
    if (!settles && (evict() || pressure === 'tight')) return true;
    this.#outOfMemory.abort(detail);
    this.#outOfMemory = sharedController();
    return true;
  }
}
