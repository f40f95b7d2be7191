import { CURATED, CURATED_MODULES, LOCK_MODULES } from '../../../shared/curated-packages.ts';
import { STANDARD_MODULES } from '../../../shared/standard-library.ts';
import { normalizeName } from '../../../shared/packages/package-settings.ts';
import type { PackageEntry } from './package-entry.ts';

/** The owner of a module, regardless of what wheels claim to bring. */
export type ModuleOwner =
  /** A package of Pyodide's lock. */
  | { readonly kind: 'lock'; readonly name: string }
  /** A well-known package beyond it. */
  | { readonly kind: 'curated'; readonly name: string }
  /** Python itself, even where its build for WebAssembly lacks the module. */
  | { readonly kind: 'python' }
  | { readonly kind: 'nobody' };

/** Longer names are looked at no further. */
const MAX_PARTS = 10;

/** The module at the top: `a` of `a.b.c`. */
export const topOf = (module: string): string => module.split('.', 1)[0] ?? module;

/** Determines the owners of modules from Pyodide's lock, the curated packages and Python's own list only. */
export class ModuleOwners {
  readonly #ofLock: ReadonlyMap<string, string>;
  /** Of each package of the lock, the module at the top that one thinks of first. */
  readonly #mainModules: ReadonlyMap<string, string>;
  /** Modules at the top that no package beyond the lock may bring. */
  readonly #reserved: ReadonlySet<string>;

  /** @param lock the entries of Pyodide's lock */
  constructor(lock: Iterable<PackageEntry>) {
    const entries = [...lock];
    this.#ofLock = providersIn(entries);
    this.#mainModules = new Map(entries.flatMap(({ imports, name }) => mainModule(name, imports)));
    const tops = [...this.#ofLock.keys()].map(topOf);
    const reserved = new Set([...tops, ...LOCK_MODULES.keys(), ...STANDARD_MODULES]);
    for (const shared of CURATED.sharedFolders) reserved.delete(shared);
    this.#reserved = reserved;
  }

  isInLock(packageName: string): boolean {
    return this.#mainModules.has(packageName);
  }

  /** The module at the top that a package of the lock is imported by; undefined for others. */
  moduleInLock(packageName: string): string | undefined {
    return this.#mainModules.get(packageName);
  }

  /** Of packages of the lock. */
  topsInLock(): Iterable<string> {
    return new Set(this.#mainModules.values());
  }

  ownerOf(module: string): ModuleOwner {
    const top = topOf(module);
    const name = firstOf(this.#ofLock, module) ?? LOCK_MODULES.get(top);
    if (name !== undefined) return { kind: 'lock', name };
    if (STANDARD_MODULES.has(top)) return { kind: 'python' };
    const curated = CURATED_MODULES.get(top);
    return curated === undefined ? { kind: 'nobody' } : { kind: 'curated', name: curated };
  }

  /**
   * Modules at the top that belong to others than this package beyond the lock: its wheel may have such files, but they
   * are not put anywhere. What bears its own name is its own, unless it is the lock's or Python's.
   *
   * @param released modules of well-known packages that it may bring all the same
   */
  withheldFrom(packageName: string, released: ReadonlySet<string> = new Set()): string[] {
    const others = [...CURATED_MODULES]
      .filter(([module, owner]) => owner !== packageName && normalizeName(module) !== packageName)
      .map(([module]) => module)
      .filter((module) => !CURATED.sharedFolders.includes(module) && !this.#reserved.has(module))
      .filter((module) => !released.has(module));
    return [...this.#reserved, ...others];
  }
}

const mainModule = (name: string, imports: readonly string[]): [string, string][] => {
  const tops = imports.map(topOf).filter((top) => !top.startsWith('_'));
  const own = tops.find((top) => normalizeName(top) === name) ?? tops[0];
  return own === undefined ? [] : [[name, own]];
};

/** Packages by the modules they bring. Of several the one of the module's own name, otherwise the first. */
const providersIn = (entries: Iterable<PackageEntry>): ReadonlyMap<string, string> => {
  const providers = new Map<string, string>();
  for (const { name, imports } of entries) {
    for (const module of imports) {
      if (!providers.has(module) || name === normalizeName(module)) providers.set(module, name);
    }
  }
  return providers;
};

/** Of `a.b.c`, `a.b`, `a`, the first that is known. */
const firstOf = (providers: ReadonlyMap<string, string>, module: string): string | undefined => {
  const parts = module.split('.').slice(0, MAX_PARTS);
  for (let length = parts.length; length > 0; length--) {
    const provider = providers.get(parts.slice(0, length).join('.'));
    if (provider !== undefined) return provider;
  }
  return undefined;
};
