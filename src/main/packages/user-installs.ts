import { normalizeName } from '../../shared/packages/package-settings.ts';
import type { CatalogReader } from './catalog-reader.ts';
import type { MarkerEnvironment } from './resolve/markers.ts';
import { parseRequirement } from './resolve/requirement.ts';
import type { UserInstallMarks } from './store/user-install-marks.ts';
import type { PackageStore } from './store/store.ts';
import type { UserLock } from './store/user-lock.ts';
import type { Wheel } from './wheel.ts';

export interface UserInstallsParts {
  readonly store: PackageStore;
  readonly userLock: UserLock;
  readonly userInstallMarks: UserInstallMarks;
  readonly catalog: CatalogReader;
  readonly environment: MarkerEnvironment;
}

/** What the user has installed by hand, as opposed to what runs have brought. All methods throw PackageError. */
export class UserInstalls {
  readonly #parts: UserInstallsParts;

  constructor(parts: UserInstallsParts) {
    this.#parts = parts;
  }

  /**
   * Makes packages the user's own.
   *
   * @param requirements what the user named; everything else came since these need it
   */
  async mark(wheels: readonly Wheel[], requirements: readonly string[]): Promise<void> {
    const { environment, userInstallMarks } = this.#parts;
    const named = new Set(requirements.flatMap((text) => parseRequirement(text, environment)?.name ?? []));
    await userInstallMarks.put(
      wheels.map(({ name, sha256, version }) => ({ sha256, name, version, named: named.has(name) })),
    );
    // The user has the version of a package that they named last.
    const now = new Map(wheels.map(({ name, sha256 }) => [name, sha256]));
    const marks = [...(await userInstallMarks.load()).values()];
    const replaced = marks.filter(({ name, sha256 }) => named.has(name) && now.get(name) !== sha256);
    await userInstallMarks.remove(replaced.map(({ sha256 }) => sha256));
  }

  /**
   * Removes the files of packages, and their entries in the user's own lock. Returns the bytes that were removed;
   * names that are not installed remove nothing.
   */
  async remove(names: readonly string[]): Promise<number> {
    const { catalog, userInstallMarks, store, userLock } = this.#parts;
    const normalized = new Set(names.map(normalizeName));
    const entries = (await catalog.read()).entries().filter(({ name }) => normalized.has(name));
    let bytes = 0;
    for (const { sha256 } of entries) bytes += await store.remove(sha256);
    await userInstallMarks.remove(entries.map(({ sha256 }) => sha256));
    const beyond = entries.filter(({ origin }) => origin === 'user').map(({ name }) => name);
    for (const name of new Set(beyond)) await userLock.remove(name);
    return bytes;
  }
}
