import type { Clock } from '../../base/clock.ts';
import type { ProcessEnd } from '../../run/verdict.ts';
import type { SidecarLife } from './sidecar-life.ts';
import type { Standby } from './standby.ts';

/** Nothing runs for so long before a process is started for a snapshot, in ms. */
const QUIET_MS = 2000;
/** For such a process, from its start to its end, in ms. */
const PROCESS_LIMIT_MS = 170_000;

export interface SnapshotMakingParts {
  readonly clock: Clock;
  readonly standby: Standby;
  readonly begin: (limitMs: number) => SidecarLife;
  /** Whether nothing runs. */
  readonly isQuiet: () => boolean;
}

/** When snapshots are made where no process is on standby: once nothing runs, each in a process of its own. */
export class SnapshotMaking {
  readonly #parts: SnapshotMakingParts;
  #cancel: () => void = () => undefined;

  constructor(parts: SnapshotMakingParts) {
    this.#parts = parts;
  }

  /** Nothing runs from now on. */
  arm(): void {
    this.disarm();
    const { clock, isQuiet, standby } = this.#parts;
    if (!standby.isMakerDue) return;
    this.#cancel = clock.after(QUIET_MS, () => {
      void this.#makeOne(new AbortController().signal, false).then((end) => {
        if (end !== null && isDone(end) && isQuiet()) this.arm();
      });
    });
  }

  /** Something runs, or nothing is to be started any more; one that is being made goes on. */
  disarm(): void {
    this.#cancel();
    this.#cancel = () => undefined;
  }

  /**
   * Makes all that are due, one after the other. Resolves when none is left that can be made, or `signal` has aborted.
   *
   * @param isAwaited whether someone waits for it
   */
  async makeAll(signal: AbortSignal, isAwaited: boolean): Promise<void> {
    for (;;) {
      const end = signal.aborted ? null : await this.#makeOne(signal, isAwaited);
      if (end === null || !isDone(end)) return;
    }
  }

  /** Null when none is due. */
  async #makeOne(signal: AbortSignal, isAwaited: boolean): Promise<ProcessEnd | null> {
    const { begin, standby } = this.#parts;
    const life = standby.make(() => begin(PROCESS_LIMIT_MS), isAwaited);
    if (life === undefined) return null;
    const giveUp = (): void => void life.end('stopped', 'there was no more time for it');
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await life.gone;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }
}

/** As opposed to a process that could not be started, or died: the next one would, too. */
const isDone = ({ cause }: ProcessEnd): boolean => cause === 'stopped';
