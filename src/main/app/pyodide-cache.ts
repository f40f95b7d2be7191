import { rm } from 'node:fs/promises';
import { CURATED } from '../../shared/curated-packages.ts';
import type { PackageProgress } from '../../shared/contract/package-progress.ts';
import { obtainPackages, removeAllPackages } from '../packages/maintenance.ts';
import type { Packages } from '../packages/open-packages.ts';
import type { Asset } from '../runtime/runtime-assets.ts';
import type { Snapshots } from '../sandbox/snapshots/snapshots.ts';
import type { FirstStartOptions } from './first-start.ts';
import { bytesBelow } from './folder-size.ts';

export interface PyodideCacheOptions {
  readonly packages: () => Packages;
  /** Reads and checks the runtime, which comes with the app. */
  readonly loadAssets: () => Promise<readonly Asset[]>;
  readonly snapshots: Pick<Snapshots, 'has'>;
  /** See `startForTheFirstTime`. */
  readonly startOnce: (options: Pick<FirstStartOptions, 'signal' | 'onImporting'>) => Promise<string | null>;
  /** Where the snapshots are; nothing else is in there. */
  readonly snapshotFolder: string;
}

export interface DownloadOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: PackageProgress) => void;
  /**
   * Everything is fetched. Python is started once, and then these packages are imported once.
   *
   * @param packages none while Python starts
   */
  readonly onPreparing: (packages: readonly string[]) => void;
}

/** All that makes the embedded Python ready at once and without a network: the base set, and snapshots. */
export class PyodideCache {
  readonly #options: PyodideCacheOptions;

  constructor(options: PyodideCacheOptions) {
    this.#options = options;
  }

  /** What is there is kept and checked. @throws Error that says what to do */
  async download({ onPreparing, onProgress, signal }: DownloadOptions): Promise<void> {
    const { loadAssets, packages, startOnce } = this.#options;
    await loadAssets();
    await obtainPackages(packages(), CURATED.baseSet, { signal, onProgress });
    onPreparing([]);
    const problem = await startOnce({ signal, onImporting: () => onPreparing(CURATED.baseSet) });
    if (problem !== null) throw new Error(problem);
  }

  /** Whether all of it is there. Damage is found when it is used. */
  async isCached(): Promise<boolean> {
    const { loadAssets, packages, snapshots } = this.#options;
    if ((await packages().service.inventory.missingFor(CURATED.baseSet)).length > 0) return false;
    return snapshots.has(await loadAssets());
  }

  /** Returns the bytes that were removed. @throws PackageError */
  async clear(): Promise<number> {
    const { packages, snapshotFolder } = this.#options;
    const bytes = await bytesBelow(snapshotFolder);
    const removed = await removeAllPackages(packages());
    await rm(snapshotFolder, { recursive: true, force: true, maxRetries: 3 });
    return bytes + removed.bytes;
  }

  /** Everything on disk, in bytes. */
  async size(): Promise<number> {
    const { packages, snapshotFolder } = this.#options;
    return (await packages().store.sizes()).bytes + (await bytesBelow(snapshotFolder));
  }
}
