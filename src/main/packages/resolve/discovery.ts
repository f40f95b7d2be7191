import type { MarkerEnvironment } from './markers.ts';
import { UserEntry, type OfferedWheel } from './package-entry.ts';
import { PackageError } from '../package-error.ts';
import { PINNED_WHEELS } from '../../../shared/curated-packages.ts';
import { whoNeedsIt, type Requirement } from './requirement.ts';
import { askedBy } from './resolver.ts';
import type { StoreWriter } from '../store/store-quota.ts';
import type { UnreachableSources } from '../sources/unreachable-sources.ts';
import type { SourceChain } from '../sources/source-chain.ts';
import type { PackageStore } from '../store/store.ts';
import { entryFromWheel } from './wheel-metadata.ts';

/** After a look-up that took too long, no other one is begun for the same run for so long, in ms. */
const PAUSE_MS = 10_000;

export interface DiscoveryOptions {
  readonly store: PackageStore;
  readonly environment: MarkerEnvironment;
  /** Longest time for one look-up for code, in ms. */
  readonly lookUpMs: number;
}

export interface PendingRequirement {
  readonly requirement: Requirement;
  /** The package that needs it; null when it was asked for itself. */
  readonly neededBy: string | null;
  /** Whether it may be looked up on the network. */
  readonly mayAsk: boolean;
  /** Whether a user waits who requested the package; names in code are often just misspelt. */
  readonly isPatient: boolean;
  /** Whether someone named it, rather than that another package or an import stands for it. */
  readonly named: boolean;
}

export interface DiscoveryWork {
  readonly chain: SourceChain;
  readonly silent: UnreachableSources;
  readonly writer: StoreWriter;
  readonly signal: AbortSignal;
  readonly onProgress: (bytesDone: number, bytesTotal: number | null) => void;
}

/** Finds packages that no lock knows, and writes them into the user's own. */
export class Discovery {
  readonly #options: DiscoveryOptions;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
  }

  /** @throws PackageError; the signal's reason when the caller aborted */
  async find(sought: PendingRequirement, work: DiscoveryWork): Promise<UserEntry> {
    const { name, versions } = sought.requirement;
    const pinned = versions === '' ? PINNED_WHEELS.get(name) : undefined;
    const requirement = pinned === undefined ? sought.requirement : { name, versions: `==${pinned.version}` };
    const offer = await this.#lookUp({ ...sought, requirement }, work);
    if (pinned !== undefined && offer.sha256 !== pinned.sha256) throw otherBytes(offer);
    return this.#adopt(offer, sought, work);
  }

  async #lookUp(sought: PendingRequirement, { chain, signal, silent }: DiscoveryWork): Promise<OfferedWheel> {
    const { isPatient, mayAsk, neededBy, requirement } = sought;
    const { name } = requirement;
    const isPause = !isPatient && silent.gaveUpWithin(PAUSE_MS);
    const localOnly = !mayAsk || isPause;
    const deadline = isPatient ? new AbortController().signal : AbortSignal.timeout(this.#options.lookUpMs);
    try {
      const within = AbortSignal.any([signal, deadline]);
      const offer = await chain.find(requirement, neededBy, { signal: within, localOnly });
      if (offer !== null) return offer;
    } catch (error) {
      if (error instanceof PackageError || signal.aborted || !deadline.aborted) throw error;
      silent.noteGivenUp();
      throw this.#tookTooLong(name);
    }
    throw mayAsk ? this.#tookTooLong(name) : unknownHere(name);
  }

  /** Fetches, keeps and records a wheel beyond the lock. */
  async #adopt(
    offer: OfferedWheel,
    { named, neededBy, requirement }: PendingRequirement,
    { chain, onProgress, writer, signal }: DiscoveryWork,
  ): Promise<UserEntry> {
    const { environment, store } = this.#options;
    await writer.hold([offer.sha256]);
    const kept = await store.read(offer.sha256);
    const bytes =
      kept.state === 'sound'
        ? kept.bytes
        : await chain.fetch(`${offer.name} ${offer.version}${whoNeedsIt(neededBy)}`, offer.name, offer, {
            signal,
            onProgress,
          });
    const entry = UserEntry.parse({
      ...(await entryFromWheel(offer, bytes, environment)),
      asked: askedBy([requirement.versions]),
      named,
    });
    if (kept.state !== 'sound') await writer.keep(offer.sha256, bytes);
    await writer.record(entry);
    return entry;
  }

  #tookTooLong(packageName: string): PackageError {
    return new PackageError(
      'no-source',
      `"${packageName}" is not in the package lock, and looking it up took longer than ` +
        `${this.#options.lookUpMs / 1000} s; check the network, or install it from an offline pack`,
      { packageName },
    );
  }
}

const unknownHere = (packageName: string): PackageError =>
  new PackageError(
    'unknown-package',
    `"${packageName}" is not in the package lock; if it is the right name, install it once with ` +
      `"vivarium packages install ${packageName}", or add it to sandbox.packages.allow`,
    { packageName },
  );

const otherBytes = ({ name, version, sha256 }: OfferedWheel): PackageError =>
  new PackageError(
    'no-source',
    `the ${name} ${version} that was found is not the one that is known here (SHA-256 ${sha256}); check the mirror ` +
      'or the package index',
    { packageName: name },
  );
