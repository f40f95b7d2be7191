import type { PackageProgress } from '../../shared/contract/package-progress.ts';
import { autoInstallOff, type AccessRules, type Requester } from './access-rules.ts';
import { PackageError } from './package-error.ts';
import { ProgressSum } from './progress.ts';
import type { PackageCatalog } from './resolve/catalog.ts';
import type { Discovery } from './resolve/discovery.ts';
import type { UserEntry } from './resolve/package-entry.ts';
import { requirementText, type Requirement } from './resolve/requirement.ts';
import { noSuitableVersions, resolve, type Resolution, type UnknownPackage } from './resolve/resolver.ts';
import type { SourceChain } from './sources/source-chain.ts';
import type { UnreachableSources } from './sources/unreachable-sources.ts';
import type { StoreWriter } from './store/store-quota.ts';

/** Most rounds of look-ups: each finds the dependencies of the packages found in the round before. */
const MAX_ROUNDS = 30;

export interface PackageTransactionOptions {
  readonly askedBy: Requester;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: PackageProgress) => void) | undefined;
}

export interface DependencyResolverParts {
  readonly catalog: PackageCatalog;
  readonly rules: AccessRules;
  readonly discovery: Discovery;
  readonly chain: SourceChain;
  readonly silent: UnreachableSources;
  readonly writer: StoreWriter;
  /** Such as `3.14.0`. */
  readonly python: string;
}

/** State of one call of `PackageTransaction.obtain`. */
export interface ObtainContext {
  readonly spelledOut: ReadonlySet<string>;
  readonly present: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
}

/**
 * The resolution of requirements in one transaction, and what sources were asked for it. Nothing is asked twice: what
 * was found is known, and what has failed has failed. Throws PackageError.
 */
export class DependencyResolver {
  readonly #parts: DependencyResolverParts;
  readonly #options: PackageTransactionOptions;
  /** Looked up, by name. */
  readonly #found = new Map<string, UserEntry>();
  /** Look-ups that failed, by what was asked. */
  readonly #failed = new Map<string, PackageError>();

  constructor(parts: DependencyResolverParts, options: PackageTransactionOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  /** Looks up packages that are in no lock, until all dependencies are known. */
  async resolve(
    wanted: readonly Requirement[],
    context: ObtainContext,
  ): Promise<Omit<Resolution, 'unknown'>> {
    const { catalog, python } = this.#parts;
    const found = new Map(this.#found);
    for (const [name, sha256] of context.present) {
      const entry = catalog.withHash(name, sha256);
      if (entry?.origin === 'user') found.set(name, entry as UserEntry);
    }
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const { unknown, ...resolved } = await resolve(wanted, catalog, python, found, context.signal);
      if (unknown.length === 0) return resolved;
      for (const missing of unknown) {
        found.set(missing.requirement.name, await this.#lookUp(missing, context));
      }
    }
    throw noSuitableVersions(wanted);
  }

  async #lookUp(missing: UnknownPackage, context: ObtainContext): Promise<UserEntry> {
    const { requirement } = missing;
    const { rules } = this.#parts;
    const mayAsk = rules.mayLookUp(missing, this.#options.askedBy, context.spelledOut);
    const asked = `${requirementText(requirement)} ${String(mayAsk)}`;
    const before = this.#failed.get(asked);
    if (before !== undefined) throw before;
    try {
      const entry = await this.#discover(missing, mayAsk, context);
      this.#found.set(requirement.name, entry);
      return entry;
    } catch (error) {
      if (error instanceof PackageError && error.code !== 'cancelled') this.#failed.set(asked, error);
      throw error;
    }
  }

  #discover(
    { neededBy, requirement }: UnknownPackage,
    mayAsk: boolean,
    { signal, spelledOut }: ObtainContext,
  ): Promise<UserEntry> {
    const { chain, discovery, writer, rules, silent } = this.#parts;
    const { askedBy, onProgress } = this.#options;
    const { name } = requirement;
    if (!rules.mayFetch(askedBy)) throw autoInstallOff(name);
    const progress = new ProgressSum(1, onProgress ?? (() => undefined));
    return discovery.find(
      {
        requirement,
        neededBy,
        mayAsk,
        isPatient: askedBy === 'user',
        named: neededBy === null && this.isNamed(name, spelledOut),
      },
      { chain, silent, writer, signal, onProgress: (done, total) => progress.moved(name, done, total) },
    );
  }

  /** Names that were requested themselves, not as dependencies. */
  isNamed(name: string, spelledOut: ReadonlySet<string>): boolean {
    return this.#options.askedBy === 'user' || spelledOut.has(name);
  }
}
