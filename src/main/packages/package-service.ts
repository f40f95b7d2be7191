import { Turns } from '../foreign-text/turns.ts';
import { CURATED } from '../../shared/curated-packages.ts';
import { DEFAULTS } from '../../shared/limits.ts';
import type { PackageSettings } from '../../shared/packages/package-settings.ts';
import { BASE_SET } from './resolve/base-set.ts';
import { PackageCatalog, type Provider } from './resolve/catalog.ts';
import { Discovery } from './resolve/discovery.ts';
import type { HandMarks } from './store/hand-marks.ts';
import { Holds, PackageUse, type Hold } from './store/holds.ts';
import type { PackageLock } from './resolve/lock-file.ts';
import { markerEnvironment, type MarkerEnvironment } from './resolve/markers.ts';
import { ModuleOwners } from './resolve/module-owners.ts';
import { normalizeName } from '../../shared/packages/package-settings.ts';
import type { PackageEntry, PackageKind, UserEntry } from './resolve/package-entry.ts';
import { PackageError } from './package-error.ts';
import { PackageFiles } from './store/package-files.ts';
import { ProgressSum, type InstallProgress } from './progress.ts';
import { parseRequirement, type Requirement } from './resolve/requirement.ts';
import { noSuitableVersions, resolve, type Resolution, type UnknownPackage } from './resolve/resolver.ts';
import { StoreRoom, type Room } from './store/room.ts';
import { UnreachableSources } from './sources/unreachable-sources.ts';
import { SourceChain } from './sources/source-chain.ts';
import type { PackageSource } from './sources/source.ts';
import type { PackageStore } from './store/store.ts';
import type { UserLock } from './store/user-lock.ts';
import { MIB } from '../../shared/units.ts';

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
  /** Whether the user named it when they installed packages. */
  readonly byHand?: boolean;
  /** Modules at the top that belong to others: files of it that would be in one are not put anywhere. */
  readonly withheld?: readonly string[];
}

export interface PackageServiceOptions {
  readonly lock: PackageLock;
  readonly userLock: UserLock;
  readonly handMarks: HandMarks;
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
  readonly silent?: UnreachableSources;
  /** Hashes of what is in the interpreter already, by name: these versions of what they are, where they will do. */
  readonly present?: ReadonlyMap<string, string>;
  /** What is given out stays in the store until that is released; otherwise until this call is over. */
  readonly use?: PackageUse;
  /** Who wants it. A user may have anything, code what the settings allow. */
  readonly askedBy: 'user' | 'code';
  /**
   * Of what code wants: the packages, normalised, that stand in what was handed in to be run. Names that code makes up
   * as it runs are not looked up on the network, which would be a way to send something out.
   */
  readonly spelledOut?: ReadonlySet<string>;
}

/** One call of `ensure`. */
interface Work {
  readonly chain: SourceChain;
  readonly silent: UnreachableSources;
  readonly room: Room;
  readonly options: EnsureOptions;
  readonly signal: AbortSignal;
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
  readonly #owners: ModuleOwners;
  readonly #holds: Holds;
  readonly #room: StoreRoom;
  #alwaysKept: Promise<ReadonlySet<string>> | undefined;
  /** Made of what the folders held; anew when that has changed. */
  #made: { readonly entries: unknown; readonly marks: unknown; readonly catalog: PackageCatalog } | null =
    null;

  constructor(options: PackageServiceOptions) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#files = new PackageFiles(options.store, this.#limits.parallel);
    this.#environment = markerEnvironment(options.lock.python);
    const { handMarks, lock, settings, store, userLock } = options;
    const { lookUpMs } = this.#limits;
    this.#discovery = new Discovery({ store, environment: this.#environment, lookUpMs });
    this.#allowed = new Set(settings.allow.map(normalizeName));
    this.#owners = new ModuleOwners(lock.entries());
    this.#holds = new Holds(store.folder);
    const capBytes = (settings.cacheMiB ?? DEFAULTS.packageCacheMiB) * MIB;
    const alwaysKept = (): Promise<ReadonlySet<string>> => (this.#alwaysKept ??= this.#baseSet());
    this.#room = new StoreRoom({ store, userLock, handMarks, holds: this.#holds, capBytes, alwaysKept });
  }

  /**
   * Makes sure that packages and all that they need are in the store.
   *
   * @param requirements such as `pandas` or `rich>=13`
   * @returns what to install, each after what it depends on
   */
  async ensure(requirements: readonly string[], options: EnsureOptions): Promise<Wheel[]> {
    return this.#withDeadline(options.signal, async (signal) => {
      const wanted = await this.#requirementsOf(requirements);
      this.#refuseForbidden(wanted, options);
      return this.#whileHeld(options.use, async (hold) => {
        const silent = options.silent ?? new UnreachableSources();
        const chain = new SourceChain(this.#options.sources, silent);
        const work: Work = { chain, silent, options, signal, room: this.#roomFor(options, hold) };
        const entries = await this.#resolve(wanted, work);
        await this.#noteNamed(wanted, entries, work);
        const sizes = await this.#obtainAll(entries, work);
        return entries.map((entry) => ({
          ...wheelOf(entry, sizes.get(entry.sha256) ?? 0),
          ...(entry.origin === 'lock' ? {} : { withheld: this.#owners.withheldFrom(entry.name) }),
        }));
      });
    });
  }

  /**
   * Makes packages the user's own: installed by hand, as opposed to what runs have brought.
   *
   * @param requirements what the user named; everything else came since these need it
   */
  async markByHand(wheels: readonly Wheel[], requirements: readonly string[]): Promise<void> {
    const named = new Set((await this.#requirementsOf(requirements)).map(({ name }) => name));
    await this.#options.handMarks.put(
      wheels.map(({ name, sha256, version }) => ({ sha256, name, version, named: named.has(name) })),
    );
    // Of a package, they have the version that they named last.
    const now = new Map(wheels.map(({ name, sha256 }) => [name, sha256]));
    const marks = [...(await this.#options.handMarks.load()).values()];
    const replaced = marks.filter(({ name, sha256 }) => named.has(name) && now.get(name) !== sha256);
    await this.#options.handMarks.remove(replaced.map(({ sha256 }) => sha256));
  }

  /**
   * Gets the files of packages that were found damaged or missing, as they were. What runs have brought stays what it
   * is: mending it does not make it the user's.
   */
  async mend(names: readonly string[], options: Omit<EnsureOptions, 'askedBy'>): Promise<Wheel[]> {
    const catalog = await this.#catalog();
    const known = catalog.entries().filter(({ name }) => names.includes(name));
    const lost = names.filter((name) => catalog.get(name) === undefined);
    const mended = await this.#withDeadline(options.signal, async (signal) => {
      const chain = new SourceChain(this.#options.sources, options.silent);
      await this.#files.obtainAll(known, chain, signal, options.onProgress ?? (() => undefined));
      const sizes = await Promise.all(known.map(({ sha256 }) => this.#options.store.sizeOf(sha256)));
      return known.map((entry, index) => wheelOf(entry, sizes[index] ?? 0));
    });
    return [...mended, ...(await this.ensure(lost, { ...options, askedBy: 'user' }))];
  }

  /** The bytes of a wheel, checked just now. What is missing or damaged in the store is fetched again. */
  async read(wheel: Wheel, options: { signal?: AbortSignal } = {}): Promise<Uint8Array> {
    return this.#withDeadline(options.signal, async (signal) => {
      // Its hash says what it is, even where its entry is gone meanwhile.
      const entry = (await this.#catalog()).withHash(wheel.name, wheel.sha256) ?? wheel;
      return this.#files.bytesOf(entry, new SourceChain(this.#options.sources), signal);
    });
  }

  /** The packages that imports stand for, by module. What stands for none is left out. */
  async providersOf(modules: Iterable<string>): Promise<ReadonlyMap<string, Provider>> {
    return (await this.#catalog()).providersOf(modules);
  }

  /** What is in the store, by name. Damage in it is not looked for. */
  async installed(): Promise<Wheel[]> {
    const catalog = await this.#catalog();
    const sizes = new Map((await this.#options.store.list()).map(({ bytes, sha256 }) => [sha256, bytes]));
    return catalog.entries().flatMap((entry) => {
      const bytes = sizes.get(entry.sha256);
      if (bytes === undefined) return [];
      return [{ ...wheelOf(entry, bytes), byHand: catalog.isNamedByHand(entry) }];
    });
  }

  /** What is in the store and may be handed on: without what only runs have brought, save for well-known packages. */
  async exportable(): Promise<Wheel[]> {
    const catalog = await this.#catalog();
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
    return new Map([...(await this.#catalog()).entries()].map((entry) => [entry.sha256, entry]));
  }

  /** What installed packages need, and what the user's own lock records, that is not in the store. */
  async missing(): Promise<string[]> {
    const catalog = await this.#catalog();
    const there = new Set((await this.#options.store.list()).map(({ sha256 }) => sha256));
    const ofLock = [...this.#options.lock.entries()].filter(({ sha256 }) => there.has(sha256));
    const roots = [
      ...ofLock.map(({ name }) => ({ name, versions: '' })),
      ...catalog.userEntries().map(({ asked, name }) => ({ name, versions: asked })),
    ];
    return this.#missingOf(roots, catalog, there);
  }

  /** Which of these packages, and of all they need, are not in the store. */
  async missingFor(names: readonly string[]): Promise<string[]> {
    const roots = names.map((name): Requirement => ({ name, versions: '' }));
    const there = new Set((await this.#options.store.list()).map(({ sha256 }) => sha256));
    return this.#missingOf(roots, await this.#catalog(), there);
  }

  /**
   * Removes the files of packages, and their entries in the user's own lock. Returns the bytes that were removed;
   * names that are not installed remove nothing.
   */
  async remove(names: readonly string[]): Promise<number> {
    const { handMarks, store, userLock } = this.#options;
    const normalized = new Set(names.map(normalizeName));
    const entries = (await this.#catalog()).entries().filter(({ name }) => normalized.has(name));
    let bytes = 0;
    for (const { sha256 } of entries) bytes += await store.remove(sha256);
    await handMarks.remove(entries.map(({ sha256 }) => sha256));
    for (const name of new Set(
      entries.filter(({ origin }) => origin === 'user').map((entry) => entry.name),
    )) {
      await userLock.remove(name);
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
      return await resolve([requirement], catalog, this.#options.lock.python);
    } catch (error) {
      if (error instanceof PackageError) return null;
      throw error;
    }
  }

  async #requirementsOf(texts: readonly string[]): Promise<Requirement[]> {
    const turns = new Turns();
    const requirements: Requirement[] = [];
    for (const text of texts) {
      await turns.pause();
      const requirement = parseRequirement(text, this.#environment);
      if (requirement !== null) requirements.push(requirement);
    }
    return requirements;
  }

  #roomFor({ askedBy }: EnsureOptions, hold: Hold): Room {
    switch (askedBy) {
      case 'user':
        return this.#room.forUser(hold);
      case 'code':
        return this.#room.forCode(hold);
    }
  }

  async #whileHeld<T>(use: PackageUse | undefined, work: (hold: Hold) => Promise<T>): Promise<T> {
    if (use !== undefined) return work(use.of(this.#holds));
    const own = new PackageUse();
    try {
      return await work(own.of(this.#holds));
    } finally {
      await own.release();
    }
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

  /** Read once, and anew when something was added or removed. */
  async #catalog(): Promise<PackageCatalog> {
    const { handMarks, lock, userLock } = this.#options;
    const [{ entries }, byHand] = await Promise.all([userLock.load(), handMarks.load()]);
    if (this.#made?.entries !== entries || this.#made.marks !== byHand) {
      const parts = { lock, entries, byHand, owners: this.#owners, allowed: this.#allowed };
      this.#made = { entries, marks: byHand, catalog: new PackageCatalog(parts) };
    }
    return this.#made.catalog;
  }

  /** Hashes of those of Pyodide's lock that are always kept, with all they need. */
  async #baseSet(): Promise<ReadonlySet<string>> {
    const { lock } = this.#options;
    const roots = BASE_SET.map((name): Requirement => ({ name, versions: '' }));
    const catalog = new PackageCatalog({ lock, owners: this.#owners });
    const { entries } = await resolve(roots, catalog, lock.python);
    return new Set(entries.map(({ sha256 }) => sha256));
  }

  /** Looks up what the locks do not know until all is known. */
  async #resolve(wanted: readonly Requirement[], work: Work): Promise<readonly PackageEntry[]> {
    const catalog = await this.#catalog();
    const found = new Map<string, UserEntry>();
    for (const entry of catalog.userEntries()) {
      if (work.options.present?.get(entry.name) === entry.sha256) found.set(entry.name, entry);
    }
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const { entries, unknown } = await resolve(
        wanted,
        catalog,
        this.#options.lock.python,
        found,
        work.signal,
      );
      if (unknown.length === 0) return entries;
      for (const missing of unknown) found.set(missing.requirement.name, await this.#discover(missing, work));
    }
    throw noSuitableVersions(wanted);
  }

  #discover({ neededBy, requirement }: UnknownPackage, { options, ...work }: Work): Promise<UserEntry> {
    const { askedBy, onProgress, spelledOut } = options;
    const { name } = requirement;
    if (askedBy === 'code' && !this.#options.settings.autoInstall) throw autoInstallOff(name);
    // What an allowed package needs is allowed; there is an allow-list only when it is not empty.
    const mayAsk =
      askedBy === 'user' || this.#allowed.has(name) || neededBy !== null || spelledOut?.has(name) === true;
    const progress = new ProgressSum(1, onProgress ?? (() => undefined));
    return this.#discovery.find(
      {
        requirement,
        neededBy,
        mayAsk,
        isPatient: askedBy === 'user',
        named: neededBy === null && isNamed(requirement, options),
      },
      { ...work, onProgress: (done, total) => progress.moved(name, done, total) },
    );
  }

  /** Somebody names now what came along with something else before. */
  async #noteNamed(
    wanted: readonly Requirement[],
    entries: readonly PackageEntry[],
    { options, room }: Work,
  ): Promise<void> {
    const named = new Set(wanted.filter((one) => isNamed(one, options)).map(({ name }) => name));
    const hashes = new Set(entries.filter(({ name }) => named.has(name)).map(({ sha256 }) => sha256));
    if (hashes.size === 0) return;
    for (const entry of (await this.#options.userLock.load()).entries) {
      if (hashes.has(entry.sha256) && !entry.named) await room.record({ ...entry, named: true });
    }
  }

  /** Returns the size of each file by its hash. */
  async #obtainAll(
    entries: readonly PackageEntry[],
    { chain, options, room, signal }: Work,
  ): Promise<ReadonlyMap<string, number>> {
    const { store, settings } = this.#options;
    const hashes = entries.map(({ sha256 }) => sha256);
    await room.hold(hashes);
    await store.touch(hashes);
    const sizes = new Map<string, number>();
    const missing: PackageEntry[] = [];
    for (const entry of entries) {
      const bytes = await store.sizeOf(entry.sha256);
      if (bytes === null) missing.push(entry);
      else sizes.set(entry.sha256, bytes);
    }
    const [first] = missing;
    if (first === undefined) return sizes;
    if (options.askedBy === 'code' && !settings.autoInstall) throw autoInstallOff(first.name);
    const onProgress = options.onProgress ?? (() => undefined);
    await this.#files.obtainAll(missing, chain, signal, onProgress, (sha256, bytes) =>
      room.keep(sha256, bytes),
    );
    for (const { sha256 } of missing) sizes.set(sha256, (await store.sizeOf(sha256)) ?? 0);
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

/** Names that stand for themselves, rather than for what an import or another package needs. */
const isNamed = ({ name }: Requirement, { askedBy, spelledOut }: EnsureOptions): boolean =>
  askedBy === 'user' || spelledOut?.has(name) === true;

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
