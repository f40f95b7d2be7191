import type { IndexInUse } from '../../../shared/packages/package-index.ts';
import { PackageError } from '../package-error.ts';
import { SourceFailure } from '../sources/source-failure.ts';
import { requireWebAddress } from '../http/web-address.ts';
import { parseIndexAddress, shownIndex, type IndexAddress } from './index-address.ts';
import { indexOfMicropip } from './micropip-index.ts';
import { readPipIndex, type PipEnvironment } from './pip-configuration.ts';

export interface IndexLocatorOptions {
  /** Address from the caller, or undefined. */
  readonly given: string | undefined;
  /** Address from the settings, or ''. */
  readonly setting: string;
  readonly pip: PipEnvironment;
  /** The checked bytes of the lock's micropip. */
  readonly micropip: {
    /** From wherever they can be had. @throws PackageError; the signal's reason */
    fetch(signal: AbortSignal): Promise<Uint8Array>;
    /** null when they are not on this computer. */
    kept(): Promise<Uint8Array | null>;
  };
}

/** The configured index, if any. */
type Said =
  | { readonly kind: 'index'; readonly address: IndexAddress }
  | { readonly kind: 'switched-off'; readonly place: string }
  | { readonly kind: 'unusable'; readonly place: string };

const HELP = 'name one with --index or in the settings (sandbox.packages.index)';

/**
 * Which package index is asked: the one that the caller names, or the settings, or that the user's pip is
 * configured for (a company's, perhaps), or last the one that micropip asks by default.
 */
export class IndexLocator {
  readonly #named: IndexAddress | null;
  readonly #options: IndexLocatorOptions;
  /** Micropip's index, cached once it is known: its wheel never changes. */
  #default: IndexAddress | undefined;

  /** @throws PackageError `bad-settings` when the caller or the settings name something that is no address */
  constructor(options: IndexLocatorOptions) {
    this.#options = options;
    this.#named = namedIn(options);
  }

  /** @throws SourceFailure when there is none; the signal's reason */
  async locate(signal: AbortSignal): Promise<IndexAddress> {
    const said = await this.#said();
    switch (said?.kind) {
      case 'index':
        return said.address;
      case 'switched-off':
        throw new SourceFailure('refused', `is switched off for pip by no-index in ${said.place}; ${HELP}`);
      case 'unusable':
        throw new SourceFailure(
          'refused',
          `of pip, set in ${said.place}, is not an http(s) address; ${HELP}`,
        );
      case undefined:
        return this.#ofMicropip(signal);
    }
  }

  /** Sends nothing outside this computer. */
  async inUse(): Promise<IndexInUse> {
    const said = await this.#said();
    if (said !== null && said.kind !== 'index') return said;
    if (said !== null) return shown(said.address);
    if (this.#default !== undefined) return shown(this.#default);
    const kept = await this.#options.micropip.kept();
    const address = kept === null ? null : await addressIn(kept);
    return address === null
      ? { kind: 'index', origin: 'micropip', address: null, place: null }
      : shown(address);
  }

  async #said(): Promise<Said | null> {
    if (this.#named !== null) return { kind: 'index', address: this.#named };
    const found = await readPipIndex(this.#options.pip);
    switch (found.kind) {
      case 'unset':
        return null;
      case 'none':
        return { kind: 'switched-off', place: found.place };
      case 'index': {
        const address = parseIndexAddress(found.address, 'pip', found.place);
        return address === null ? { kind: 'unusable', place: found.place } : { kind: 'index', address };
      }
    }
  }

  async #ofMicropip(signal: AbortSignal): Promise<IndexAddress> {
    if (this.#default !== undefined) return this.#default;
    let wheel: Uint8Array;
    try {
      wheel = await this.#options.micropip.fetch(signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof PackageError)) throw error;
      throw new SourceFailure(
        'unreachable',
        `is not known: micropip, which names it, could not be obtained; ${HELP}`,
        error,
      );
    }
    const address = await addressIn(wheel);
    if (address === null) {
      throw new SourceFailure('refused', `is not known: this micropip does not name it as expected; ${HELP}`);
    }
    this.#default = address;
    return address;
  }
}

const namedIn = ({ given, setting }: IndexLocatorOptions): IndexAddress | null => {
  const named = given ?? setting;
  if (named === '') return null;
  requireWebAddress(named, 'the package index');
  return parseIndexAddress(named, given === undefined ? 'settings' : 'option', null);
};

const addressIn = async (wheel: Uint8Array): Promise<IndexAddress | null> => {
  const text = await indexOfMicropip(wheel).catch(() => null);
  return text === null ? null : parseIndexAddress(text, 'micropip', null);
};

const shown = (address: IndexAddress): IndexInUse => ({
  kind: 'index',
  origin: address.origin,
  address: shownIndex(address),
  place: address.place,
});
