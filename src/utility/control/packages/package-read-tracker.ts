import { MAX_PACKAGE_READS } from '../../../shared/protocol/interpreter.ts';

/** Between two notes of the same package, in ms. */
const INTERVAL_MS = 250;

/** Tells which packages are read: not of each file, and not without end. */
export class PackageReadTracker {
  readonly #tell: (packageName: string) => void;
  #packageName = '';
  #toldAt = -Infinity;
  #left = MAX_PACKAGE_READS;

  constructor(tell: (packageName: string) => void) {
    this.#tell = tell;
  }

  saw(packageName: string): void {
    const now = performance.now();
    if (this.#left === 0 || (packageName === this.#packageName && now - this.#toldAt < INTERVAL_MS)) return;
    this.#left--;
    this.#packageName = packageName;
    this.#toldAt = now;
    this.#tell(packageName);
  }
}
