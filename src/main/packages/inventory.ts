import { CURATED } from '../../shared/curated-packages.ts';
import type { CatalogReader } from './catalog-reader.ts';
import { PackageError } from './package-error.ts';
import type { PackageCatalog } from './resolve/catalog.ts';
import type { PackageLock } from './resolve/lock-file.ts';
import type { PackageEntry } from './resolve/package-entry.ts';
import type { Requirement } from './resolve/requirement.ts';
import { resolve, type Resolution } from './resolve/resolver.ts';
import type { PackageStore } from './store/store.ts';
import { wheelOf, type Wheel } from './wheel.ts';

export interface PackageInventoryParts {
  readonly lock: PackageLock;
  readonly store: PackageStore;
  readonly catalog: CatalogReader;
}

/** Lists what is in the store and what is missing. Changes nothing and uses no source. All methods throw PackageError. */
export class PackageInventory {
  readonly #parts: PackageInventoryParts;

  constructor(parts: PackageInventoryParts) {
    this.#parts = parts;
  }

  /** Packages in the store, by name. Their contents are not checked. */
  async installed(): Promise<Wheel[]> {
    const catalog = await this.#parts.catalog.read();
    const sizes = new Map((await this.#parts.store.list()).map(({ bytes, sha256 }) => [sha256, bytes]));
    return catalog.entries().flatMap((entry) => {
      const bytes = sizes.get(entry.sha256);
      if (bytes === undefined) return [];
      return [{ ...wheelOf(entry, bytes), byHand: catalog.isNamedByHand(entry) }];
    });
  }

  /** Packages in the store that may be exported: not those that only runs have brought, except well-known ones. */
  async exportable(): Promise<Wheel[]> {
    const catalog = await this.#parts.catalog.read();
    const installed = await this.installed();
    const roots = installed.filter(
      ({ name, origin, sha256 }) =>
        origin === 'lock' || catalog.isByHand({ sha256 }) || Object.hasOwn(CURATED.packages, name),
    );
    const going = new Set(roots.map(({ sha256 }) => sha256));
    for (const { name, version } of roots) {
      const needed = await this.#neededBy({ name, versions: `==${version}` }, catalog);
      for (const { sha256 } of needed?.entries ?? []) going.add(sha256);
    }
    return installed.filter(({ sha256 }) => going.has(sha256));
  }

  /** All packages whose hashes are known, by hash. */
  async byHash(): Promise<ReadonlyMap<string, Pick<PackageEntry, 'name' | 'fileName'>>> {
    return new Map((await this.#parts.catalog.read()).entries().map((entry) => [entry.sha256, entry]));
  }

  /** Packages missing from the store that installed packages need or the user's own lock records. */
  async missing(): Promise<string[]> {
    const catalog = await this.#parts.catalog.read();
    const there = await this.#hashesThere();
    const ofLock = [...this.#parts.lock.entries()].filter(({ sha256 }) => there.has(sha256));
    const roots = [
      ...ofLock.map(({ name }) => ({ name, versions: '' })),
      ...catalog.userEntries().map(({ asked, name }) => ({ name, versions: asked })),
    ];
    return this.#missingOf(roots, catalog, there);
  }

  /** Names of these packages, and of all they need, that are not in the store. */
  async missingFor(names: readonly string[]): Promise<string[]> {
    const roots = names.map((name): Requirement => ({ name, versions: '' }));
    return this.#missingOf(roots, await this.#parts.catalog.read(), await this.#hashesThere());
  }

  /** All packages whose hashes are known, by name, without those that only hold another one's tests. */
  async available(): Promise<{ name: string; version: string; imports: readonly string[] }[]> {
    const entries = (await this.#parts.catalog.read()).entries().filter(({ kind }) => kind === 'wheel');
    return entries.map(({ imports, name, version }) => ({ name, version, imports }));
  }

  async #hashesThere(): Promise<ReadonlySet<string>> {
    return new Set((await this.#parts.store.list()).map(({ sha256 }) => sha256));
  }

  async #missingOf(
    roots: readonly Requirement[],
    catalog: PackageCatalog,
    there: ReadonlySet<string>,
  ): Promise<string[]> {
    const missing = new Set<string>();
    for (const root of roots) {
      const needed = await this.#neededBy(root, catalog);
      for (const { requirement } of needed?.unknown ?? []) missing.add(requirement.name);
      for (const { name, sha256 } of needed?.entries ?? []) if (!there.has(sha256)) missing.add(name);
    }
    return [...missing];
  }

  /** Null for what can't be installed here: any run may have brought such a package. */
  async #neededBy(requirement: Requirement, catalog: PackageCatalog): Promise<Resolution | null> {
    try {
      return await resolve([requirement], catalog, this.#parts.lock.python);
    } catch (error) {
      if (error instanceof PackageError) return null;
      throw error;
    }
  }
}
