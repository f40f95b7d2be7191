import type { PackageProgress } from '../../shared/contract/package-progress.ts';

/** Adds up what happens to several files at once. */
export class ProgressSum {
  readonly #report: (progress: PackageProgress) => void;
  readonly #filesTotal: number;
  readonly #files = new Map<string, { done: number; total: number | null }>();
  #filesDone = 0;

  constructor(filesTotal: number, report: (progress: PackageProgress) => void) {
    this.#filesTotal = filesTotal;
    this.#report = report;
  }

  moved(packageName: string, done: number, total: number | null): void {
    this.#files.set(packageName, { done, total });
    this.#tell(packageName);
  }

  finished(packageName: string): void {
    this.#filesDone += 1;
    this.#tell(packageName);
  }

  #tell(packageName: string): void {
    const files = [...this.#files.values()];
    const known = files.filter(({ total }) => total !== null);
    this.#report({
      filesDone: this.#filesDone,
      filesTotal: this.#filesTotal,
      bytesDone: files.reduce((sum, { done }) => sum + done, 0),
      bytesTotal: known.length === 0 ? null : known.reduce((sum, { total }) => sum + (total ?? 0), 0),
      packageName,
    });
  }
}
