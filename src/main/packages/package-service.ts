import type { PackageSettings } from '../../shared/package-settings.ts';
import { PackageCatalog } from './catalog.ts';
import { Discovery } from './discovery.ts';
import type { PackageLock } from './lock-file.ts';
import { markerEnvironment, type MarkerEnvironment } from './markers.ts';
import { normalizeName, type PackageEntry, type PackageKind } from './package-entry.ts';
import { PackageError } from './package-error.ts';
import { PackageFiles } from './package-files.ts';
import { ProgressSum, type InstallProgress } from './progress.ts';
import { parseRequirement, requirementText, type Requirement } from './requirement.ts';
import { resolve, type UnknownPackage } from './resolver.ts';
import type { SilentSources } from './silent-sources.ts';
import { SourceChain } from './source-chain.ts';
import type { PackageSource } from './sources/source.ts';
import type { PackageStore } from './store.ts';
import type { UserLock } from './user-lock.ts';

/** A verified file in the store, to be put into an interpreter. */
export interface Wheel {
  readonly name: string;
  readonly version: string;
  readonly fileName: string;
  readonly sha256: string;
  /** Size. */
  readonly bytes: number;
  readonly kind: PackageKind;
  readonly imports: readonly string[];
  readonly origin: 'lock' | 'user';
}

export interface PackageServiceOptions {
  readonly lock: PackageLock;
  readonly userLock: UserLock;
  readonly store: PackageStore;
  /** In the order in which they are tried. */
  readonly sources: readonly PackageSource[];
  readonly settings: PackageSettings;
  readonly limits?: Partial<PackageServiceLimits>;
}

export interface PackageServiceLimits {
  /** Longest time for one `ensure` or `read`, in ms. */
  readonly overallMs: number;
  /** Longest time for looking up what code wants and the lock does not know, in ms: mostly it is a slip of the pen. */
  readonly lookUpMs: number;
  /** Files fetched at once. */
  readonly parallel: number;
}

export interface EnsureOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: InstallProgress) => void;
  /** Of the work that this is a part of; a work of its own otherwise. */
  readonly silent?: SilentSources;
  /** Who wants it. A user may have anything, code what the settings allow. */
  readonly askedBy: 'user' | 'code';
  /**
   * Of what code wants: the packages, normalised, that stand in what was handed in to be run. Names that code makes up
   * as it runs are not looked up on the network, which would be a way to send something out.
   */
  readonly spelledOut?: ReadonlySet<string>;
}

const LIMITS: PackageServiceLimits = { overallMs: 15 * 60_000, lookUpMs: 15_000, parallel: 4 };
/** Rounds of looking up: each one finds the dependencies of what the one before has found. */
const MAX_ROUNDS = 30;

/** Packages for the sandbox: resolved, fetched, verified and kept. All methods throw PackageError. */
export class PackageService {
  readonly #options: PackageServiceOptions;
  readonly #limits: PackageServiceLimits;
  readonly #files: PackageFiles;
  readonly #environment: MarkerEnvironment;
  readonly #allowed: ReadonlySet<string>;
  readonly #discovery: Discovery;

  constructor(options: PackageServiceOptions) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#files = new PackageFiles(options.store, this.#limits.parallel);
    this.#environment = markerEnvironment(options.lock.python);
    const { store, userLock } = options;
    const { lookUpMs } = this.#limits;
    this.#discovery = new Discovery({ store, userLock, environment: this.#environment, lookUpMs });
    this.#allowed = new Set(options.settings.allow.map(normalizeName));
  }

  /**
   * Makes sure that packages and all that they need are in the store.
   *
   * @param requirements such as `pandas` or `rich>=13`
   * @returns what to install, each after what it depends on
   */
  async ensure(requirements: readonly string[], options: EnsureOptions): Promise<Wheel[]> {
    return this.#withDeadline(options.signal, async (signal) => {
      const wanted = requirements
        .map((text) => parseRequirement(text, this.#environment))
        .filter((requirement) => requirement !== null);
      this.#refuseForbidden(wanted, options);
      const chain = new SourceChain(this.#options.sources, options.silent);
      const entries = await this.#resolve(wanted, chain, options, signal);
      const sizes = await this.#obtainAll(entries, chain, options, signal);
      return entries.map((entry) => wheelOf(entry, sizes.get(entry.sha256) ?? 0));
    });
  }

  /** The bytes of a wheel, checked just now. What is missing or damaged in the store is fetched again. */
  async read(wheel: Wheel, options: { signal?: AbortSignal } = {}): Promise<Uint8Array> {
    return this.#withDeadline(options.signal, async (signal) => {
      const entry = (await this.#catalog()).get(wheel.name);
      if (entry?.sha256 !== wheel.sha256) {
        throw new PackageError('unknown-package', `${wheel.name} is not known as it was; ask for it again`, {
          packageName: wheel.name,
        });
      }
      const chain = new SourceChain(this.#options.sources);
      return this.#files.bytesOf(entry, chain, signal);
    });
  }

  /** The packages that provide imported modules. What nothing provides is left out. */
  async packagesForImports(imports: Iterable<string>): Promise<string[]> {
    return (await this.#catalog()).packagesForImports(imports);
  }

  /** What is in the store, by name. Damage in it is not looked for. */
  async installed(): Promise<Wheel[]> {
    const wheels: Wheel[] = [];
    for (const entry of (await this.#catalog()).entries()) {
      const bytes = await this.#options.store.sizeOf(entry.sha256);
      if (bytes !== null) wheels.push(wheelOf(entry, bytes));
    }
    return wheels;
  }

  /** All packages whose hashes are known, by hash. */
  async byHash(): Promise<ReadonlyMap<string, Pick<PackageEntry, 'name' | 'fileName'>>> {
    return new Map([...(await this.#catalog()).entries()].map((entry) => [entry.sha256, entry]));
  }

  /** What installed packages need, and what the user's own lock records, that is not in the store. */
  async missing(): Promise<string[]> {
    const catalog = await this.#catalog();
    const roots: string[] = [];
    for (const { name, origin, sha256 } of catalog.entries()) {
      if (origin === 'user' || (await this.#options.store.has(sha256))) roots.push(name);
    }
    return this.#missingOf(roots, catalog);
  }

  /** Which of these packages, and of all they need, are not in the store. */
  async missingFor(names: readonly string[]): Promise<string[]> {
    return this.#missingOf(names, await this.#catalog());
  }

  /**
   * Removes the files of packages, and their entries in the user's own lock. Returns the bytes that were removed;
   * names that are not installed remove nothing.
   */
  async remove(names: readonly string[]): Promise<number> {
    const { store, userLock } = this.#options;
    const catalog = await this.#catalog();
    let bytes = 0;
    for (const name of names) {
      const entry = catalog.get(name);
      if (entry === undefined) continue;
      bytes += await store.remove(entry.sha256);
      if (entry.origin === 'user') await userLock.remove(entry.name);
    }
    return bytes;
  }

  /** All packages whose hashes are known, by name, without those that only hold another one's tests. */
  async available(): Promise<{ name: string; version: string }[]> {
    const entries = (await this.#catalog()).entries().filter(({ kind }) => kind === 'wheel');
    return entries.map(({ name, version }) => ({ name, version }));
  }

  /** Lets go of open files. */
  async close(): Promise<void> {
    await Promise.all(this.#options.sources.map((source) => source.close()));
  }

  async #missingOf(names: readonly string[], catalog: PackageCatalog): Promise<string[]> {
    const roots = names.map((name): Requirement => ({ name, versions: '' }));
    const { entries, unknown } = await resolve(roots, catalog, this.#options.lock.python);
    const missing = unknown.map(({ requirement }) => requirement.name);
    for (const { name, sha256 } of entries) {
      if (!(await this.#options.store.has(sha256))) missing.push(name);
    }
    return missing;
  }

  #refuseForbidden(requirements: readonly Requirement[], { askedBy }: EnsureOptions): void {
    if (askedBy === 'user' || this.#allowed.size === 0) return;
    for (const { name } of requirements) {
      if (this.#allowed.has(name)) continue;
      throw new PackageError(
        'not-allowed',
        `"${name}" is not among the packages that the settings allow; add it to sandbox.packages.allow`,
        { packageName: name },
      );
    }
  }

  async #catalog(): Promise<PackageCatalog> {
    const { entries } = await this.#options.userLock.load();
    return new PackageCatalog(this.#options.lock, entries);
  }

  /** Looks up what the locks do not know until all is known. */
  async #resolve(
    wanted: readonly Requirement[],
    chain: SourceChain,
    options: EnsureOptions,
    signal: AbortSignal,
  ): Promise<readonly PackageEntry[]> {
    const catalog = await this.#catalog();
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const { entries, unknown } = await resolve(wanted, catalog, this.#options.lock.python);
      if (unknown.length === 0) return entries;
      for (const missing of unknown) catalog.add(await this.#discover(missing, chain, options, signal));
    }
    const names = wanted.map(requirementText).join(', ');
    throw new PackageError(
      'version-unavailable',
      `no versions were found that suit all packages needed for ${names}; ask for fewer, or for other versions`,
    );
  }

  #discover(
    { neededBy, requirement }: UnknownPackage,
    chain: SourceChain,
    { askedBy, onProgress, spelledOut }: EnsureOptions,
    signal: AbortSignal,
  ): Promise<PackageEntry> {
    const { name } = requirement;
    if (askedBy === 'code' && !this.#options.settings.autoInstall) throw autoInstallOff(name);
    // What an allowed package needs is allowed; there is an allow-list only when it is not empty.
    const mayAsk =
      askedBy === 'user' || this.#allowed.has(name) || neededBy !== null || spelledOut?.has(name) === true;
    const progress = new ProgressSum(1, onProgress ?? (() => undefined));
    return this.#discovery.find(
      { requirement, neededBy, mayAsk, isPatient: askedBy === 'user' },
      { chain, signal, onProgress: (done, total) => progress.moved(name, done, total) },
    );
  }

  /** Returns the size of each file by its hash. */
  async #obtainAll(
    entries: readonly PackageEntry[],
    chain: SourceChain,
    options: EnsureOptions,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, number>> {
    const sizes = new Map<string, number>();
    const missing: PackageEntry[] = [];
    for (const entry of entries) {
      const bytes = await this.#options.store.sizeOf(entry.sha256);
      if (bytes === null) missing.push(entry);
      else sizes.set(entry.sha256, bytes);
    }
    const [first] = missing;
    if (first === undefined) return sizes;
    if (options.askedBy === 'code' && !this.#options.settings.autoInstall) throw autoInstallOff(first.name);
    await this.#files.obtainAll(missing, chain, signal, options.onProgress ?? (() => undefined));
    for (const { sha256 } of missing) sizes.set(sha256, (await this.#options.store.sizeOf(sha256)) ?? 0);
    return sizes;
  }

  async #withDeadline<T>(
    caller: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const deadline = AbortSignal.timeout(this.#limits.overallMs);
    const signal = caller === undefined ? deadline : AbortSignal.any([caller, deadline]);
    try {
      return await work(signal);
    } catch (error) {
      if (error instanceof PackageError) throw error;
      if (caller?.aborted === true) {
        throw new PackageError('cancelled', 'installing packages was cancelled; start it again to go on');
      }
      if (deadline.aborted) {
        throw new PackageError(
          'timed-out',
          `packages were not there within ${this.#limits.overallMs / 1000} s; try again, what has arrived is kept`,
        );
      }
      throw error;
    }
  }
}

function autoInstallOff(name: string): PackageError {
  return new PackageError(
    'auto-install-off',
    `"${name}" is not installed, and the settings forbid installing what code asks for; install it with ` +
      `"vivarium packages install ${name}"`,
    { packageName: name },
  );
}

const wheelOf = (entry: PackageEntry, bytes: number): Wheel => ({
  name: entry.name,
  version: entry.version,
  fileName: entry.fileName,
  sha256: entry.sha256,
  bytes,
  kind: entry.kind,
  imports: entry.imports,
  origin: entry.origin,
});
