import type { SandboxEvent } from '../../shared/contract/sandbox-events.ts';

type MemoryEvent = Extract<SandboxEvent, { type: 'memory' }>;

/** Events other than memory that are kept. */
const MAX_EVENTS = 2000;
/** Memory readings that are kept: ten minutes, and more while nothing runs. */
const MAX_MEMORY_READINGS = 1200;
/** From one memory reading that is passed on to the next, in ms. */
const READING_INTERVAL_MS = 500;
/** As long nothing is passed on that has not changed, in ms: less than what the chart takes for a gap. */
const UNCHANGED_MS = 10_000;
/** A change of so much of the limit is passed on at once. */
const JUMP = 0.05;

/** Log of the sandbox's events: kept for a window that opens later, and passed on live. */
export class Activity {
  readonly #listeners = new Set<(event: SandboxEvent) => void>();
  #events: SandboxEvent[] = [];
  #readings: MemoryEvent[] = [];
  /** The last reading, passed on or not. */
  #memory: MemoryEvent | null = null;

  /** The last reading of that process; null when there is none. */
  memoryOf(pid: number | null): MemoryEvent | null {
    return this.#memory?.pid === pid ? this.#memory : null;
  }

  /** Oldest first. */
  get history(): readonly SandboxEvent[] {
    return [...this.#events, ...this.#readings].sort((one, other) => one.at - other.at);
  }

  /** Calls back for each event, memory less often than it is measured. */
  onEvent(listener: (event: SandboxEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  record(event: SandboxEvent): void {
    if (event.type === 'memory') {
      this.#memory = event;
      if (!this.#isNews(event)) return;
      this.#readings = kept([...this.#readings, event], MAX_MEMORY_READINGS);
    } else {
      this.#events = kept([...this.#events, event], MAX_EVENTS);
    }
    for (const listener of [...this.#listeners]) listener(event);
  }

  #isNews({ at, limitMiB, pid, residentMiB }: MemoryEvent): boolean {
    const last = this.#readings.at(-1);
    if (last?.pid !== pid) return true;
    const change = Math.abs(residentMiB - last.residentMiB);
    if (change >= limitMiB * JUMP) return true;
    return at - last.at >= (change === 0 ? UNCHANGED_MS : READING_INTERVAL_MS);
  }
}

/** The newest ones. */
const kept = <T>(all: T[], most: number): T[] => (all.length > most ? all.slice(-most) : all);
