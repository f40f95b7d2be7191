import type { RunPhase } from '../../../shared/contract/run-phase.ts';
import type { Clock } from '../../base/clock.ts';
import { tellListener } from '../../base/tell-listener.ts';

/** No file of a package was read for so long: the code does something else, in ms. */
const QUIET_MS = 1500;
/** What takes less is not worth being told of, in ms. */
const MIN_MS = 500;

export interface ImportWatchParts {
  readonly clock: Clock;
  /** The packages that the run is the first to use. */
  readonly packageNames: readonly string[];
  /** See `RunPhase`. */
  readonly expectedMs: number | null;
  readonly onPhase: ((phase: RunPhase) => void) | undefined;
  /** How long importing has taken, in ms, where it took long. */
  readonly onMeasured: (ms: number) => void;
}

/** Tells by the files that are read that a run imports packages, since the code itself says nothing meanwhile. */
export class ImportWatch {
  readonly #parts: ImportWatchParts;
  readonly #packageNames: ReadonlySet<string>;
  #beganAt = 0;
  #lastAt = 0;
  #isReading = false;
  #cancel: () => void = () => undefined;

  constructor(parts: ImportWatchParts) {
    this.#parts = parts;
    this.#packageNames = new Set(parts.packageNames);
  }

  /** The code runs from now on. */
  begin(): void {
    this.#beganAt = this.#lastAt = this.#parts.clock.now();
  }

  /** @param packageName as the sidecar says; another one than the run's is not heeded */
  saw(packageName: string): void {
    if (!this.#packageNames.has(packageName)) return;
    const { clock, expectedMs } = this.#parts;
    this.#lastAt = clock.now();
    this.#isReading = true;
    this.#tell({ name: 'importing', packageName, expectedMs });
    this.#cancel();
    this.#cancel = clock.after(QUIET_MS, () => this.#rest());
  }

  /** The run has ended. */
  end(): void {
    this.#rest();
    const ms = this.#lastAt - this.#beganAt;
    if (ms >= MIN_MS) this.#parts.onMeasured(ms);
  }

  #rest(): void {
    this.#cancel();
    if (!this.#isReading) return;
    this.#isReading = false;
    this.#tell({ name: 'running' });
  }

  #tell(phase: RunPhase): void {
    tellListener(() => this.#parts.onPhase?.(phase));
  }
}
