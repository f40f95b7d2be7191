import { PackageCatalog } from './resolve/catalog.ts';
import type { PackageLock } from './resolve/lock-file.ts';
import type { ModuleOwners } from './resolve/module-owners.ts';
import type { UserInstallMarks } from './store/user-install-marks.ts';
import { markFormerInstalls } from './store/former-store.ts';
import type { PackageStore } from './store/store.ts';
import type { UserLock } from './store/user-lock.ts';

export interface CatalogReaderOptions {
  readonly lock: PackageLock;
  readonly userLock: UserLock;
  readonly userInstallMarks: UserInstallMarks;
  readonly store: PackageStore;
  /** Of that lock. */
  readonly owners: ModuleOwners;
  /** Names of the packages that the settings allow to code; empty for any. */
  readonly allowed: ReadonlySet<string>;
}

/** Builds the catalogue from the folders; returns the same object until something is added or removed. */
export class CatalogReader {
  readonly #options: CatalogReaderOptions;
  #made: { readonly entries: unknown; readonly marks: unknown; readonly catalog: PackageCatalog } | null =
    null;
  #migrated: Promise<void> | undefined;

  constructor(options: CatalogReaderOptions) {
    this.#options = options;
  }

  /** @throws PackageError `store-unreadable` */
  async read(): Promise<PackageCatalog> {
    const { allowed, userInstallMarks, lock, owners, userLock } = this.#options;
    const migrating = (this.#migrated ??= this.#migrate());
    migrating.catch(() => (this.#migrated = undefined));
    await migrating;
    const [{ entries }, byHand] = await Promise.all([userLock.load(), userInstallMarks.load()]);
    if (this.#made?.entries !== entries || this.#made.marks !== byHand) {
      const catalog = new PackageCatalog({ lock, entries, byHand, owners, allowed });
      this.#made = { entries, marks: byHand, catalog };
    }
    return this.#made.catalog;
  }

  async #migrate(): Promise<void> {
    const { userInstallMarks, lock, store, userLock } = this.#options;
    const { entries } = await userLock.load();
    await markFormerInstalls({ store, userInstallMarks, lock: lock.entries(), entries });
  }
}
