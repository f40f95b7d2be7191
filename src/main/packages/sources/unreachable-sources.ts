import type { PackageSource } from './source.ts';

/** The sources that did not answer in one transaction: each is waited for once. */
export class UnreachableSources {
  readonly #reasons = new Map<PackageSource, string>();
  /** When a look-up was given up, by `performance.now()`. */
  #gaveUpAt = -Infinity;

  note(source: PackageSource, reason: string): void {
    this.#reasons.set(source, reason);
  }

  /** Why the source is not asked; undefined for one that may be. */
  reasonOf(source: PackageSource): string | undefined {
    return this.#reasons.get(source);
  }

  /** A look-up took too long. */
  noteGivenUp(): void {
    this.#gaveUpAt = performance.now();
  }

  /** Whether one was given up less than so many ms ago. */
  gaveUpWithin(ms: number): boolean {
    return performance.now() - this.#gaveUpAt < ms;
  }
}
