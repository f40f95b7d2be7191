import type { ProcessEndCause } from '../../../shared/contract/sandbox-events.ts';
import { CrashWindow } from './crash-window.ts';
import type { SidecarClient } from '../sidecar/sidecar-client.ts';
import type { SidecarLife } from './sidecar-life.ts';
import type { SupervisorOptions, SupervisorSettings } from './supervisor-options.ts';

/** Memory that must be free for a process to be started on standby, in bytes. */
const FREE_BYTES = 1.5 * 1024 ** 3;

/** The standby process, if there is one: whether it is wanted, and whether it can take over. */
export class Standby {
  readonly #options: SupervisorOptions;
  readonly #crashes: CrashWindow;
  #isWanted: boolean;
  #life: SidecarLife | undefined;
  /** Standby processes crashed too often: none is started until a restart. */
  #fails = false;
  #isOutdated = false;
  #isImproving = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#isWanted = options.standby;
    this.#crashes = new CrashWindow(options.crashLimit);
  }

  get isEmpty(): boolean {
    return this.#life === undefined;
  }

  /** Process id of the standby process, or null. */
  get pid(): number | null {
    return this.#life?.sidecar?.pid ?? null;
  }

  /** Whether the process could take over now. */
  get isReady(): boolean {
    return this.#life?.isReady ?? false;
  }

  /** Whether the settings and free memory allow a standby process. */
  get isAllowed(): boolean {
    return this.#isWanted && !this.#fails && this.#options.freeMemory() >= FREE_BYTES;
  }

  /** Hands the process over; undefined when there is none, or when it is busy for an unknown time. */
  take(): SidecarLife | undefined {
    if (this.#isImproving) return undefined;
    const life = this.#life;
    this.#life = undefined;
    return life;
  }

  /** Starts a standby process when one is wanted and allowed. */
  fill(begin: () => SidecarLife): void {
    if (this.#isOutdated) void this.end('stopped', 'another one takes its place');
    this.#isOutdated = false;
    if (this.#life === undefined && this.isAllowed) this.#life = begin();
  }

  /** Marks the process to be replaced at the next refill. */
  outdate(): void {
    this.#isOutdated = true;
  }

  configure({ memoryMiB, standby }: SupervisorSettings): void {
    this.#isWanted = standby;
    const life = this.#life;
    if (life === undefined || (standby && life.memoryMiB === memoryMiB)) return;
    void life.end('stopped', 'the settings were changed');
  }

  /** Prepares the process for its first run. */
  async warmUp(sidecar: SidecarClient): Promise<void> {
    this.#isImproving = true;
    try {
      await this.#options.improve?.(sidecar);
    } finally {
      this.#isImproving = false;
    }
    await this.#options.warmUp(sidecar);
  }

  async end(cause: ProcessEndCause, detail: string): Promise<void> {
    await this.#life?.end(cause, detail);
  }

  /** Called when that process is ending. */
  drop(life: SidecarLife): void {
    if (this.#life === life) this.#life = undefined;
  }

  noteCrash(): void {
    this.#fails ||= this.#crashes.note(this.#options.clock.now());
  }

  /** Forgets past crashes. */
  reset(): void {
    this.#crashes.reset();
    this.#fails = false;
  }
}
