import type { PackageLock } from './lock-file.ts';
import { normalizeName, type PackageEntry } from './package-entry.ts';

/**
 * All packages whose hashes are known: Pyodide's lock, and the user's own for the rest. What the lock knows
 * can't be replaced by anyone else.
 */
export class PackageCatalog {
  readonly #lock: PackageLock;
  readonly #user = new Map<string, PackageEntry>();

  constructor(lock: PackageLock, userEntries: Iterable<PackageEntry>) {
    this.#lock = lock;
    for (const entry of userEntries) this.add(entry);
  }

  add(entry: PackageEntry): void {
    if (this.#lock.get(entry.name) === undefined) this.#user.set(entry.name, entry);
  }

  get(name: string): PackageEntry | undefined {
    return this.#lock.get(name) ?? this.#user.get(normalizeName(name));
  }

  /** By name. */
  entries(): PackageEntry[] {
    const all = [...this.#lock.entries(), ...this.#user.values()];
    return all.sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  /** The packages that provide imported modules; what none provides is left out, as it may be in the standard library. */
  packagesForImports(imports: Iterable<string>): string[] {
    const ofLock = providersIn(this.#lock.entries());
    // What a wheel says that it brings is its makers' word: `PIL` is Pillow's, whoever else claims it.
    const ofUser = providersIn(this.entries().filter(({ origin }) => origin === 'user'));
    const found = new Set<string>();
    for (const name of imports) {
      const modules = withParents(name);
      const provider = firstIn(ofLock, modules) ?? firstIn(ofUser, modules);
      if (provider !== undefined) found.add(provider);
    }
    return [...found];
  }
}

/** `a.b.c`, `a.b`, `a`. */
function withParents(module: string): string[] {
  const parts = module.split('.').slice(0, 10);
  return parts.map((_part, index) => parts.slice(0, parts.length - index).join('.'));
}

/** Packages by the modules they bring. Of several the one of the module's own name, otherwise the first. */
function providersIn(entries: Iterable<PackageEntry>): ReadonlyMap<string, string> {
  const providers = new Map<string, string>();
  for (const { name, imports } of entries) {
    for (const module of imports) {
      if (!providers.has(module) || name === normalizeName(module)) providers.set(module, name);
    }
  }
  return providers;
}

const firstIn = (providers: ReadonlyMap<string, string>, modules: readonly string[]): string | undefined =>
  modules.map((module) => providers.get(module)).find((provider) => provider !== undefined);
