import { CURATED } from '../../shared/curated-packages.ts';
import { DEFAULTS } from '../../shared/limits.ts';
import type { PackageSettings } from '../../shared/packages/package-settings.ts';
import { MIB } from '../../shared/units.ts';
import { AccessRules, type Requester } from './access-rules.ts';
import { CatalogReader } from './catalog-reader.ts';
import { UserInstalls } from './user-installs.ts';
import { PackageInventory } from './inventory.ts';
import { PACKAGE_SERVICE_LIMITS, type PackageServiceLimits } from './package-service-limits.ts';
import type { PackageTransactionOptions } from './dependency-resolver.ts';
import { PackageTransaction, type WantedPackages } from './package-transaction.ts';
import type { PackageProgress } from '../../shared/contract/package-progress.ts';
import { PackageCatalog } from './resolve/catalog.ts';
import { Discovery } from './resolve/discovery.ts';
import type { PackageLock } from './resolve/lock-file.ts';
import { markerEnvironment, type MarkerEnvironment } from './resolve/markers.ts';
import { ModuleOwners } from './resolve/module-owners.ts';
import type { Requirement } from './resolve/requirement.ts';
import { resolve } from './resolve/resolver.ts';
import { SourceChain } from './sources/source-chain.ts';
import type { PackageSource } from './sources/source.ts';
import { UnreachableSources } from './sources/unreachable-sources.ts';
import type { UserInstallMarks } from './store/user-install-marks.ts';
import { Holds, type Hold } from './store/holds.ts';
import { PackageFiles } from './store/package-files.ts';
import { StoreQuota, type StoreWriter } from './store/store-quota.ts';
import type { PackageStore } from './store/store.ts';
import type { UserLock } from './store/user-lock.ts';
import { wheelOf, type Wheel } from './wheel.ts';
import { withDeadline } from './with-deadline.ts';

export interface PackageServiceOptions {
  readonly lock: PackageLock;
  readonly userLock: UserLock;
  readonly userInstallMarks: UserInstallMarks;
  readonly store: PackageStore;
  /** In the order in which they are tried. */
  readonly sources: readonly PackageSource[];
  readonly settings: PackageSettings;
  readonly limits?: Partial<PackageServiceLimits>;
}

/** Of one installation. */
export type EnsureOptions = PackageTransactionOptions & Pick<WantedPackages, 'spelledOut' | 'present'>;

export interface MendOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: PackageProgress) => void;
}

/** Packages for the sandbox: resolved, fetched, verified and kept. All methods throw PackageError. */
export class PackageService {
  readonly inventory: PackageInventory;
  readonly byHand: UserInstalls;
  readonly #options: PackageServiceOptions;
  readonly #limits: PackageServiceLimits;
  readonly #files: PackageFiles;
  readonly #environment: MarkerEnvironment;
  readonly #rules: AccessRules;
  readonly #discovery: Discovery;
  readonly #owners: ModuleOwners;
  readonly #catalog: CatalogReader;
  readonly #holds: Holds;
  readonly #quota: StoreQuota;
  #alwaysKept: Promise<ReadonlySet<string>> | undefined;

  constructor(options: PackageServiceOptions) {
    const { userInstallMarks, lock, settings, store, userLock } = options;
    this.#options = options;
    this.#limits = { ...PACKAGE_SERVICE_LIMITS, ...options.limits };
    this.#files = new PackageFiles(store, this.#limits.parallel);
    this.#environment = markerEnvironment(lock.python);
    this.#rules = new AccessRules(settings);
    const { lookUpMs } = this.#limits;
    this.#discovery = new Discovery({ store, environment: this.#environment, lookUpMs });
    this.#owners = new ModuleOwners(lock.entries());
    const { allowed } = this.#rules;
    this.#catalog = new CatalogReader({
      lock,
      userLock,
      userInstallMarks,
      store,
      owners: this.#owners,
      allowed,
    });
    this.#holds = new Holds(store.folder);
    const capBytes = (settings.cacheMiB ?? DEFAULTS.packageCacheMiB) * MIB;
    const alwaysKept = (): Promise<ReadonlySet<string>> => (this.#alwaysKept ??= this.#baseSet());
    this.#quota = new StoreQuota({
      store,
      userLock,
      userInstallMarks,
      holds: this.#holds,
      capBytes,
      alwaysKept,
    });
    this.inventory = new PackageInventory({ lock, store, catalog: this.#catalog });
    const parts = {
      store,
      userLock,
      userInstallMarks,
      catalog: this.#catalog,
      environment: this.#environment,
    };
    this.byHand = new UserInstalls(parts);
  }

  /** Begins an operation on packages, for a run or an installation. The caller must release it. */
  async begin(options: PackageTransactionOptions): Promise<PackageTransaction> {
    const { lock, sources, store } = this.#options;
    const hold = this.#holds.open();
    const silent = new UnreachableSources();
    const parts = {
      catalog: await this.#catalog.read(),
      owners: this.#owners,
      rules: this.#rules,
      discovery: this.#discovery,
      files: this.#files,
      store,
      silent,
      chain: new SourceChain(sources, silent),
      writer: this.#writerFor(options.askedBy, hold),
      environment: this.#environment,
      python: lock.python,
      overallMs: this.#limits.overallMs,
      release: () => hold.release(),
    };
    return new PackageTransaction(parts, options);
  }

  /**
   * Makes sure that packages and all that they need are in the store, in a transaction of its own.
   *
   * @param requirements such as `pandas` or `rich>=13`
   * @returns what to install, each after what it depends on
   */
  async ensure(requirements: readonly string[], options: EnsureOptions): Promise<readonly Wheel[]> {
    const { present, spelledOut, ...begin } = options;
    const transaction = await this.begin(begin);
    try {
      const wants: WantedPackages = {
        required: requirements,
        ...(present === undefined ? {} : { present }),
        ...(spelledOut === undefined ? {} : { spelledOut }),
      };
      return (await transaction.obtain(wants)).wheels;
    } finally {
      await transaction.release();
    }
  }

  /**
   * Gets the files of packages that were found damaged or missing, as they were. What runs have brought stays what it
   * is: mending it does not make it the user's.
   */
  async mend(names: readonly string[], { onProgress, signal: caller }: MendOptions): Promise<Wheel[]> {
    const { sources, store } = this.#options;
    const catalog = await this.#catalog.read();
    const known = catalog.entries().filter(({ name }) => names.includes(name));
    const lost = names.filter((name) => catalog.get(name) === undefined);
    const mended = await withDeadline(this.#limits.overallMs, caller, async (signal) => {
      await this.#files.obtainAll(known, new SourceChain(sources), signal, onProgress ?? (() => undefined));
      const sizes = await Promise.all(known.map(({ sha256 }) => store.sizeOf(sha256)));
      return known.map((entry, index) => wheelOf(entry, sizes[index] ?? 0));
    });
    return [...mended, ...(await this.ensure(lost, { askedBy: 'user', signal: caller, onProgress }))];
  }

  /** The verified bytes of a wheel. Downloads it again if it is missing or damaged in the store. */
  async read(wheel: Wheel, options: { signal?: AbortSignal } = {}): Promise<Uint8Array> {
    return withDeadline(this.#limits.overallMs, options.signal, (signal) =>
      this.#files.bytesOf(wheel, new SourceChain(this.#options.sources), signal),
    );
  }

  /** Closes open files. */
  async close(): Promise<void> {
    await Promise.all(this.#options.sources.map((source) => source.close()));
  }

  #writerFor(asker: Requester, hold: Hold): StoreWriter {
    switch (asker) {
      case 'user':
        return this.#quota.forUser(hold);
      case 'code':
        return this.#quota.forCode(hold);
    }
  }

  /** Hashes of those of Pyodide's lock that are always kept, with all they need. */
  async #baseSet(): Promise<ReadonlySet<string>> {
    const { lock } = this.#options;
    const roots = CURATED.baseSet.map((name): Requirement => ({ name, versions: '' }));
    const catalog = new PackageCatalog({ lock, owners: this.#owners });
    const { entries } = await resolve(roots, catalog, lock.python);
    return new Set(entries.map(({ sha256 }) => sha256));
  }
}
