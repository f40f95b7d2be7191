import type { ProcessEndCause } from '../../../shared/contract/sandbox-events.ts';
import { CrashWindow } from './crash-window.ts';
import type { SidecarClient } from '../sidecar/sidecar-client.ts';
import type { SidecarLife } from './sidecar-life.ts';
import type { SupervisorOptions, SupervisorSettings } from './supervisor-options.ts';

/** Memory that must be free for a process to be started on standby, in bytes. */
const FREE_BYTES = 1.5 * 1024 ** 3;

/** The process on standby, if there is one: whether it is wanted, and whether it may be taken. */
export class Standby {
  readonly #options: SupervisorOptions;
  readonly #crashes: CrashWindow;
  #isWanted: boolean;
  #life: SidecarLife | undefined;
  /** Nothing is held on standby any more, until a restart: it crashed too often. */
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

  /** Of the process, or null. */
  get pid(): number | null {
    return this.#life?.sidecar?.pid ?? null;
  }

  /** Whether the process could take over this moment. */
  get isReady(): boolean {
    return this.#life?.isReady ?? false;
  }

  /** Whether there may be one, as things are. */
  get isAllowed(): boolean {
    return this.#isWanted && !this.#fails && this.#options.freeMemory() >= FREE_BYTES;
  }

  /** Gives the process away, unless there is none, or one that is busy for an unknown time. */
  take(): SidecarLife | undefined {
    if (this.#isImproving) return undefined;
    const life = this.#life;
    this.#life = undefined;
    return life;
  }

  /** Fills the place when it may be filled. */
  fill(begin: () => SidecarLife): void {
    if (this.#isOutdated) void this.end('stopped', 'another one takes its place');
    this.#isOutdated = false;
    if (this.#life === undefined && this.isAllowed) this.#life = begin();
  }

  /** The process is replaced when the place is filled the next time. */
  outdate(): void {
    this.#isOutdated = true;
  }

  configure({ memoryMiB, standby }: SupervisorSettings): void {
    this.#isWanted = standby;
    const life = this.#life;
    if (life === undefined || (standby && life.memoryMiB === memoryMiB)) return;
    void life.end('stopped', 'the settings were changed');
  }

  /** Does with the process what is to be done before it is ready. */
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

  /** That one is ending. */
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
