import { autoInstallOff } from './access-rules.ts';
import {
  DependencyResolver,
  type DependencyResolverParts,
  type PackageTransactionOptions,
  type ObtainContext,
} from './dependency-resolver.ts';
import { PackageError } from './package-error.ts';
import type { Provider } from './resolve/catalog.ts';
import type { MarkerEnvironment } from './resolve/markers.ts';
import { topOf, type ModuleOwners } from './resolve/module-owners.ts';
import type { PackageEntry } from './resolve/package-entry.ts';
import { parseRequirement, type Requirement } from './resolve/requirement.ts';
import { resolve, type Resolution } from './resolve/resolver.ts';
import type { PackageFiles } from './store/package-files.ts';
import type { PackageStore } from './store/store.ts';
import { Yielder } from '../foreign-text/yielder.ts';
import { withDeadline } from './with-deadline.ts';
import { wheelOf, type Wheel } from './wheel.ts';

/** An optional package: the transaction goes on without it. */
export interface OptionalPackage {
  /** Such as `pandas` or `rich>=13`. */
  readonly requirement: string;
  /** What it is wanted for. */
  readonly modules: readonly string[];
  /** Whether what is to be run names it, rather than that an import stands for it. */
  readonly named: boolean;
}

export interface WantedPackages {
  /** Without one of these, the transaction fails. */
  readonly required: readonly string[];
  readonly optional?: readonly OptionalPackage[];
  /**
   * Of what code wants: the packages, normalised, that stand in what was handed in to be run. Names that code makes up
   * as it runs are not looked up on the network, which would be a way to send something out.
   */
  readonly spelledOut?: ReadonlySet<string>;
  /** Hashes of packages in the interpreter already, by name: these versions are preferred where they satisfy the requirements. */
  readonly present?: ReadonlyMap<string, string>;
}

export interface ObtainedPackages {
  /** Wheels in the store, each after those it depends on. */
  readonly wheels: readonly Wheel[];
  /** Why optional ones are not among them, by requirement. */
  readonly refused: ReadonlyMap<string, PackageError>;
}

export interface PackageTransactionParts extends DependencyResolverParts {
  readonly owners: ModuleOwners;
  readonly files: PackageFiles;
  readonly store: PackageStore;
  readonly environment: MarkerEnvironment;
  readonly overallMs: number;
  /** Releases the files that the transaction uses. */
  readonly release: () => Promise<void>;
}

/**
 * The packages of one run or one installation: the catalogue as it was when that began, and all that
 * was looked up and fetched since. Nothing is asked twice: neither the store's records nor a source, and what has failed
 * has failed. All that it gives out stays in the store until it is released. All methods throw PackageError.
 */
export class PackageTransaction {
  readonly #parts: PackageTransactionParts;
  readonly #options: PackageTransactionOptions;
  readonly #resolver: DependencyResolver;
  /** Sizes of the files that are in the store and held, by hash. */
  readonly #sizes = new Map<string, number>();
  readonly #recorded = new Set<string>();

  constructor(parts: PackageTransactionParts, options: PackageTransactionOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#resolver = new DependencyResolver(parts, options);
  }

  /** The packages that provide imported modules, by module. Modules without a package are left out. */
  providersOf(modules: Iterable<string>): ReadonlyMap<string, Provider> {
    return this.#parts.catalog.providersOf(modules);
  }

  /** The owners of modules. */
  get modules(): ModuleOwners {
    return this.#parts.owners;
  }

  /** Makes sure that packages and all that they need are in the store. */
  obtain({ required, optional = [], spelledOut, present }: WantedPackages): Promise<ObtainedPackages> {
    return withDeadline(this.#parts.overallMs, this.#options.signal, async (signal) => {
      const context: ObtainContext = {
        spelledOut: spelledOut ?? new Set(),
        present: present ?? new Map(),
        signal,
      };
      const musts = await this.#requirementsOf(required);
      const refused = new Map<string, PackageError>();
      const options = await this.#optionsOf(optional, refused);
      const named = [...musts, ...options.filter(({ named: isNamed }) => isNamed).map(only)];
      const claimed = await this.#claimedBy(named, context);
      const wanted = options.filter((option) => !isClaimed(option, claimed, this.#parts.owners));
      const { accepted, entries } = await this.#entriesOf(musts, wanted, refused, context);
      await this.#noteNamed([...musts, ...accepted], entries, context);
      const there = new Set(entries.map(({ name }) => name));
      const released = releasedIn(options, wanted, there);
      const wheels = entries.map((entry): Wheel => {
        const wheel = wheelOf(entry, this.#sizes.get(entry.sha256) ?? 0);
        if (entry.origin === 'lock') return wheel;
        const { owners } = this.#parts;
        const own = new Set([...released].filter((module) => claimed.get(module) === entry.name));
        const withheld = owners.withheldFrom(entry.name, own);
        return own.size === 0 ? { ...wheel, withheld } : { ...wheel, withheld, isNamed: true };
      });
      return { wheels, refused };
    });
  }

  /**
   * Packages and all that they need, if all of that is in the store and allowed. Asks no source.
   *
   * @param names of packages of Pyodide's lock
   */
  async kept(names: readonly string[]): Promise<readonly Wheel[] | null> {
    try {
      return await withDeadline(this.#parts.overallMs, this.#options.signal, async () => {
        const wanted = await this.#requirementsOf(names);
        const { entries, unknown } = await resolve(wanted, this.#parts.catalog, this.#parts.python);
        if (unknown.length > 0 || entries.some(({ origin }) => origin !== 'lock')) return null;
        await this.#hold(entries);
        if (!entries.every(({ sha256 }) => this.#sizes.has(sha256))) return null;
        return entries.map((entry) => wheelOf(entry, this.#sizes.get(entry.sha256) ?? 0));
      });
    } catch (error) {
      if (error instanceof PackageError && error.code !== 'cancelled') return null;
      throw error;
    }
  }

  /** Never rejects. */
  release(): Promise<void> {
    return this.#parts.release();
  }

  async #requirementsOf(texts: readonly string[]): Promise<Requirement[]> {
    const yielder = new Yielder();
    const requirements: Requirement[] = [];
    for (const text of texts) {
      await yielder.pause();
      const requirement = this.#requirementOf(text);
      if (requirement !== null) requirements.push(requirement);
    }
    return requirements;
  }

  /** Null for what does not apply here. @throws PackageError for what can't be read or is not allowed */
  #requirementOf(text: string): Requirement | null {
    const requirement = parseRequirement(text, this.#parts.environment);
    if (requirement !== null) this.#parts.rules.refuseForbidden(requirement.name, this.#options.askedBy);
    return requirement;
  }

  async #optionsOf(
    optional: readonly OptionalPackage[],
    refused: Map<string, PackageError>,
  ): Promise<readonly Option[]> {
    const yielder = new Yielder();
    const options: Option[] = [];
    for (const { modules, named, requirement: text } of optional) {
      await yielder.pause();
      try {
        const requirement = this.#requirementOf(text);
        if (requirement !== null) options.push({ requirement, text, modules, named });
      } catch (error) {
        refused.set(text, asRefusal(error));
      }
    }
    return options;
  }

  /** Modules at the top that packages beyond the lock bring, of those that were named; by module, the package. */
  async #claimedBy(
    named: readonly Requirement[],
    context: ObtainContext,
  ): Promise<ReadonlyMap<string, string>> {
    const claimed = new Map<string, string>();
    for (const requirement of named) {
      const { name } = requirement;
      if (this.#parts.catalog.ofLock(name) !== undefined) continue;
      // Errors are reported by the resolution that follows.
      const resolved = await this.#resolver.resolve([requirement], context).catch(refusedToNothing);
      const own = resolved?.entries.find((entry) => entry.name === name && entry.origin === 'user');
      for (const module of own?.imports ?? []) claimed.set(topOf(module), name);
    }
    return claimed;
  }

  /** Of optional ones as many as can be had. */
  async #entriesOf(
    musts: readonly Requirement[],
    options: readonly Option[],
    refused: Map<string, PackageError>,
    context: ObtainContext,
  ): Promise<{ entries: readonly PackageEntry[]; accepted: readonly Requirement[] }> {
    const obtain = async (more: readonly Option[]): Promise<readonly PackageEntry[]> => {
      const resolved = await this.#resolver.resolve([...musts, ...more.map(only)], context);
      await this.#fetch(resolved, context.signal);
      return resolved.entries;
    };
    try {
      return { entries: await obtain(options), accepted: options.map(only) };
    } catch (error) {
      if (options.length === 0) throw error;
      asRefusal(error);
    }
    let entries = await obtain([]);
    const possible: Option[] = [];
    for (const option of options) {
      try {
        await obtain([option]);
        possible.push(option);
      } catch (error) {
        refused.set(option.text, asRefusal(error));
      }
    }
    try {
      entries = await obtain(possible);
      return { entries, accepted: possible.map(only) };
    } catch (error) {
      asRefusal(error);
    }
    // Each is available, but they conflict: earlier ones take precedence.
    const accepted: Option[] = [];
    for (const option of possible) {
      try {
        entries = await obtain([...accepted, option]);
        accepted.push(option);
      } catch (error) {
        refused.set(option.text, asRefusal(error));
      }
    }
    return { entries, accepted: accepted.map(only) };
  }

  /** Marks a package as named that was installed as a dependency before. */
  async #noteNamed(
    wanted: readonly Requirement[],
    entries: readonly PackageEntry[],
    { spelledOut }: ObtainContext,
  ): Promise<void> {
    const { catalog, writer } = this.#parts;
    const named = new Set(
      wanted.map(({ name }) => name).filter((name) => this.#resolver.isNamed(name, spelledOut)),
    );
    const hashes = new Set(entries.filter(({ name }) => named.has(name)).map(({ sha256 }) => sha256));
    if (hashes.size === 0) return;
    for (const entry of catalog.recorded()) {
      if (!hashes.has(entry.sha256) || entry.named || this.#recorded.has(entry.sha256)) continue;
      await writer.record({ ...entry, named: true });
    }
    for (const hash of hashes) this.#recorded.add(hash);
  }

  async #fetch({ entries, neededBy }: Omit<Resolution, 'unknown'>, signal: AbortSignal): Promise<void> {
    const { chain, files, writer, rules, store } = this.#parts;
    await this.#hold(entries);
    const missing = entries.filter(({ sha256 }) => !this.#sizes.has(sha256));
    const [first] = missing;
    if (first === undefined) return;
    if (!rules.mayFetch(this.#options.askedBy)) throw autoInstallOff(first.name);
    const onProgress = this.#options.onProgress ?? (() => undefined);
    const named = missing.map((entry) => ({ ...entry, neededBy: neededBy.get(entry.name) }));
    await files.obtainAll(named, chain, signal, onProgress, (sha256, bytes) => writer.keep(sha256, bytes));
    for (const { sha256 } of missing) this.#sizes.set(sha256, (await store.sizeOf(sha256)) ?? 0);
  }

  /** What of it is there stays there. */
  async #hold(entries: readonly PackageEntry[]): Promise<void> {
    const { writer, store } = this.#parts;
    const hashes = entries.map(({ sha256 }) => sha256).filter((sha256) => !this.#sizes.has(sha256));
    if (hashes.length === 0) return;
    await writer.hold(hashes);
    await store.touch(hashes);
    for (const sha256 of hashes) {
      const bytes = await store.sizeOf(sha256);
      if (bytes !== null) this.#sizes.set(sha256, bytes);
    }
  }
}

/** An optional want that could be read. */
interface Option {
  readonly requirement: Requirement;
  readonly text: string;
  readonly modules: readonly string[];
  readonly named: boolean;
}

const only = ({ requirement }: Option): Requirement => requirement;

/**
 * Whether a well-known package is wanted for nothing but modules that a package brings which was named: whoever names
 * awesome-slugify does not want python-slugify for `import slugify`.
 */
const isClaimed = (
  { modules, named }: Option,
  claimed: ReadonlyMap<string, string>,
  owners: ModuleOwners,
): boolean =>
  !named &&
  modules.length > 0 &&
  modules.every((module) => claimed.has(topOf(module)) && owners.ownerOf(module).kind === 'curated');

/** Modules that well-known packages would have been wanted for, and that do not come with them. */
const releasedIn = (
  options: readonly Option[],
  wanted: readonly Option[],
  there: ReadonlySet<string>,
): ReadonlySet<string> => {
  const left = options.filter((option) => !wanted.includes(option) && !there.has(option.requirement.name));
  return new Set(left.flatMap(({ modules }) => modules.map(topOf)));
};

/** @throws what is no refusal: then all is over */
const asRefusal = (error: unknown): PackageError => {
  if (error instanceof PackageError && error.code !== 'cancelled') return error;
  throw error;
};

const refusedToNothing = (error: unknown): null => {
  asRefusal(error);
  return null;
};
