import { setPriority } from 'node:os';
import type { ProcessEndCause } from '../../../shared/contract/sandbox-events.ts';
import { CrashWindow } from './crash-window.ts';
import type { SidecarClient } from '../sidecar/sidecar-client.ts';
import type { SidecarLife } from './sidecar-life.ts';
import type { SupervisorOptions, SupervisorSettings } from './supervisor-options.ts';

/** Memory that must be free for a process to be started on standby, in bytes. */
const FREE_BYTES = 1.5 * 1024 ** 3;

/** Priority of a process that makes snapshots that nobody waits for, as `nice` has it: whatever else goes on comes first. */
const MAKER_PRIORITY = 5;
/** For one snapshot to be made, in ms: a process on standby must become available again, and before its start takes too long. */
const STANDBY_LIMIT_MS = 40_000;
/** The same in a process for nothing else, which may be slow on a busy machine. */
const MAKER_LIMIT_MS = 150_000;

/**
 * The standby process, if there is one: whether it is wanted, and whether it can take over. Where none is wanted, one is
 * started for as long as there are snapshots to be made.
 */
export class Standby {
  readonly #options: SupervisorOptions;
  readonly #crashes: CrashWindow;
  #isWanted: boolean;
  #life: SidecarLife | undefined;
  /** Standby processes crashed too often: none is started until a restart. */
  #fails = false;
  #isOutdated = false;
  #isImproving = false;
  #isAwaited = false;

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
    return this.#isWanted && this.#hasRoom;
  }

  /** Whether a process would be started for nothing but snapshots that are to be made. */
  get isMakerDue(): boolean {
    // Asked after each run: the memory, which takes a call of the system's, comes last.
    return !this.#isWanted && this.isEmpty && (this.#options.improvement?.isDue() ?? false) && this.#hasRoom;
  }

  get #hasRoom(): boolean {
    return !this.#fails && this.#options.freeMemory() >= FREE_BYTES;
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

  /**
   * Starts a process that makes one snapshot and ends; undefined when none is due.
   *
   * @param isAwaited whether someone waits for it
   */
  make(begin: () => SidecarLife, isAwaited: boolean): SidecarLife | undefined {
    if (!this.isMakerDue) return undefined;
    this.#isAwaited = isAwaited;
    this.#life = begin();
    return this.#life;
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
    if (!this.#isWanted && !this.#isAwaited) yieldTo(sidecar.pid);
    try {
      await this.#options.improvement?.make(sidecar, this.#isWanted ? STANDBY_LIMIT_MS : MAKER_LIMIT_MS);
    } finally {
      this.#isImproving = false;
    }
    if (this.#isWanted) await this.#options.warmUp(sidecar);
    else void this.end('stopped', 'what it was started for is done');
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

const yieldTo = (pid: number): void => {
  try {
    setPriority(pid, MAKER_PRIORITY);
  } catch {
    // It is gone, or the system does not let it.
  }
};
