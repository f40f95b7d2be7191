import type { UserInstallMark } from '../store/user-install-marks.ts';
import type { PackageLock } from './lock-file.ts';
import { ModuleOwners, topOf } from './module-owners.ts';
import { normalizeName } from '../../../shared/packages/package-settings.ts';
import type { PackageEntry, UserEntry } from './package-entry.ts';
import { PINNED_WHEELS } from '../../../shared/curated-packages.ts';

/** The package that an import stands for. */
export interface Provider {
  readonly name: string;
  /**
   * Whether it may be fetched for the import alone: it is in Pyodide's lock, curated, allowed by the settings or was
   * installed by hand. What only a run has brought is used as it is here, and not looked for elsewhere.
   */
  readonly isVouchedFor: boolean;
}

export interface CatalogParts {
  readonly lock: PackageLock;
  /** Of that lock. */
  readonly owners?: ModuleOwners;
  /** Beyond the lock. */
  readonly entries?: Iterable<UserEntry>;
  /** What the user installed by hand, by hash. */
  readonly byHand?: ReadonlyMap<string, UserInstallMark>;
  /** Names that the settings let code have; empty for any. */
  readonly allowed?: ReadonlySet<string>;
}

/**
 * All packages whose hashes are known: Pyodide's lock, and the user's own for the rest. What the lock knows
 * can't be replaced by anyone else.
 */
export class PackageCatalog {
  readonly #lock: PackageLock;
  readonly #owners: ModuleOwners;
  readonly #byHand: ReadonlyMap<string, UserInstallMark>;
  readonly #allowed: ReadonlySet<string>;
  /** Beyond the lock, by name; of each, what was installed by hand first. */
  readonly #user = new Map<string, UserEntry[]>();
  /** Packages that the user named when they installed them, by modules at the top that their wheels bring. */
  readonly #claimedByHand = new Map<string, string>();

  constructor({ allowed, byHand, entries = [], lock, owners }: CatalogParts) {
    this.#lock = lock;
    this.#owners = owners ?? new ModuleOwners(lock.entries());
    this.#byHand = byHand ?? new Map();
    this.#allowed = allowed ?? new Set();
    const ofLock = new Set([...lock.entries()].map(({ sha256 }) => sha256));
    for (const entry of entries) {
      if (lock.get(entry.name) !== undefined || ofLock.has(entry.sha256)) continue;
      const others = this.#user.get(entry.name) ?? [];
      if (this.#byHand.has(entry.sha256)) others.unshift(entry);
      else others.push(entry);
      this.#user.set(entry.name, others);
      if (!this.isNamedByHand(entry)) continue;
      for (const module of entry.imports) {
        if (!this.#claimedByHand.has(module)) this.#claimedByHand.set(module, entry.name);
      }
    }
  }

  /** The lock's; otherwise what the user installed by hand, what is had without asking for a version, or another one. */
  get(name: string): PackageEntry | undefined {
    const normalized = normalizeName(name);
    const known = this.#user.get(normalized) ?? [];
    return (
      this.#lock.get(normalized) ??
      known.find((entry) => this.isByHand(entry)) ??
      known.find(({ asked }) => asked === '') ??
      known[0]
    );
  }

  /** The one of that name whose file has that hash. */
  withHash(name: string, sha256: string): PackageEntry | undefined {
    const known = [this.#lock.get(name), ...(this.#user.get(normalizeName(name)) ?? [])];
    return known.find((entry) => entry?.sha256 === sha256);
  }

  /** Of Pyodide's lock. */
  ofLock(name: string): PackageEntry | undefined {
    return this.#lock.get(name);
  }

  /**
   * What is known that may answer one of these questions, the best first: what the user installed by hand, what was found
   * for the same question, and what was found when no version was asked for. Versions that others asked for are not among
   * them: they would decide what this one gets.
   */
  answersTo(name: string, asked: readonly string[]): readonly UserEntry[] {
    const known = this.#user.get(name) ?? [];
    const answers = [...asked, ''].flatMap((versions) =>
      known.filter((entry) => entry.asked === versions && isAsPinned(entry)),
    );
    return [...new Set([...known.filter((entry) => this.isByHand(entry)), ...answers])];
  }

  /** By name; several of a name beyond the lock, where different versions were asked for. */
  entries(): PackageEntry[] {
    const all = [...this.#lock.entries(), ...this.userEntries()];
    return all.sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  /** Each file beyond the lock, whatever it was the answer to. */
  userEntries(): UserEntry[] {
    return [...this.#user.values()].flatMap((entries) => [
      ...new Map(entries.map((entry) => [entry.sha256, entry])).values(),
    ]);
  }

  /** Each entry beyond the lock, as it was recorded. */
  recorded(): UserEntry[] {
    return [...this.#user.values()].flat();
  }

  isByHand({ sha256 }: Pick<PackageEntry, 'sha256'>): boolean {
    return this.#byHand.has(sha256);
  }

  isNamedByHand({ sha256 }: Pick<PackageEntry, 'sha256'>): boolean {
    return this.#byHand.get(sha256)?.named === true;
  }

  /** The packages that imports stand for, by module. What stands for none is left out. */
  providersOf(modules: Iterable<string>): Map<string, Provider> {
    const found = new Map<string, Provider>();
    for (const module of modules) {
      const provider = this.#providerOf(module);
      if (provider !== null) found.set(module, provider);
    }
    return found;
  }

  #providerOf(module: string): Provider | null {
    const owner = this.#owners.ownerOf(module);
    switch (owner.kind) {
      case 'lock':
      case 'curated':
        return { name: owner.name, isVouchedFor: true };
      case 'python':
        return null;
      case 'nobody':
        return this.#ofItsOwnName(topOf(module));
    }
  }

  /** What a wheel states that it brings counts for those only that the user named when they installed them. */
  #ofItsOwnName(top: string): Provider | null {
    const name = normalizeName(top);
    const known = this.#user.get(name) ?? [];
    const isVouchedFor = this.#allowed.has(name) || known.some((entry) => this.isNamedByHand(entry));
    // A dependency was not asked for by name.
    if (isVouchedFor || known.some(({ asked, named }) => asked === '' && named))
      return { name, isVouchedFor };
    const claimant = this.#claimedByHand.get(top);
    return claimant === undefined ? null : { name: claimant, isVouchedFor: true };
  }
}

/** A package that is installed unasked must match its pinned hash, if it has one: see curated-packages.json. */
const isAsPinned = ({ asked, name, sha256 }: UserEntry): boolean => {
  const pin = asked === '' ? PINNED_WHEELS.get(name) : undefined;
  return pin === undefined || pin.sha256 === sha256;
};
