import type { Credentials, Downloads } from '../downloads.ts';
import { shownIndex, type IndexAddress } from '../index/index-address.ts';
import type { IndexLocator } from '../index/index-locator.ts';
import { chooseWheel } from '../offered-wheels.ts';
import { normalizeName, OfferedWheel, PackageFileName, PackageVersion } from '../package-entry.ts';
import type { Requirement } from '../requirement.ts';
import { SourceFailure } from '../source-failure.ts';
import { MAX_FILE_BYTES } from '../verified-file.ts';
import { isInRange, isPreRelease } from '../versions.ts';
import { INDEX_PAGE_TYPES, parseIndexPage, type IndexPage, type ListedFile } from './index-page.ts';
import type { FetchOptions, PackageSource, SourceFile } from './source.ts';

/** The pages of packages with very many releases have some ten MB. */
const MAX_PAGE_BYTES = 64 * 1024 * 1024;

export interface PackageIndexOptions {
  /** Which index it is. */
  readonly index: Pick<IndexLocator, 'locate'>;
  /** Of the interpreter, such as `3.14.0`. */
  readonly python: string;
  /** Such as `2026_0`. */
  readonly abi: string;
}

/** A Python package index, for wheels that the lock does not know: pure Python, or built for this Pyodide. */
export class PackageIndex implements PackageSource {
  readonly isLocal = false;
  readonly #downloads: Downloads;
  readonly #options: PackageIndexOptions;
  /** The one that was asked last. */
  #asked: IndexAddress | null = null;

  constructor(downloads: Downloads, options: PackageIndexOptions) {
    this.#downloads = downloads;
    this.#options = options;
  }

  get name(): string {
    return this.#asked === null ? 'the package index' : `the package index ${shownIndex(this.#asked)}`;
  }

  async fetch({ url }: SourceFile, options: FetchOptions): Promise<Uint8Array> {
    if (url === undefined) throw new SourceFailure('not-asked', 'is for what the lock does not know');
    const index = await this.#locate(options.signal);
    if (!isTrusted(url, index)) throw new SourceFailure('refused', 'has it at an address that is not https');
    const credentials = credentialsOf(index);
    return this.#downloads.get(url, { ...options, credentials, maxBytes: MAX_FILE_BYTES, otherHosts: true });
  }

  async find(requirement: Requirement, signal: AbortSignal): Promise<OfferedWheel | null> {
    const index = await this.#locate(signal);
    const url = new URL(`${encodeURIComponent(requirement.name)}/`, index.url).href;
    const page = await this.#page(url, index, signal);
    if (page === null || (page.name !== null && normalizeName(page.name) !== requirement.name)) return null;
    const base = page.base !== null && URL.canParse(page.base, url) ? new URL(page.base, url).href : url;
    const wheels = page.files.flatMap((file) => this.#offer(file, base, index, requirement) ?? []);
    const final = wheels.filter(({ version }) => !isPreRelease(version));
    return chooseWheel(final, requirement) ?? chooseWheel(wheels, requirement);
  }

  async close(): Promise<void> {
    // Nothing stays open.
  }

  async #locate(signal: AbortSignal): Promise<IndexAddress> {
    this.#asked = null;
    this.#asked = await this.#options.index.locate(signal);
    return this.#asked;
  }

  async #page(url: string, index: IndexAddress, signal: AbortSignal): Promise<IndexPage | null> {
    let bytes: Uint8Array;
    try {
      bytes = await this.#downloads.get(url, {
        signal,
        accept: INDEX_PAGE_TYPES,
        credentials: credentialsOf(index),
        maxBytes: MAX_PAGE_BYTES,
        otherHosts: true,
      });
    } catch (error) {
      if (error instanceof SourceFailure && error.kind === 'absent') return null;
      throw error;
    }
    try {
      return parseIndexPage(bytes);
    } catch (error) {
      throw new SourceFailure('broken', 'answered with something else than a page of packages', error);
    }
  }

  /** The file as an offer; null when it can't be used here. */
  #offer(
    { fileName, python, sha256, url: written, yanked }: ListedFile,
    base: string,
    index: IndexAddress,
    { name }: Requirement,
  ): OfferedWheel | null {
    if (yanked || (python !== '' && !isInRange(this.#options.python, python))) return null;
    const version = wheelVersion(fileName, name, this.#options);
    if (version === null || !URL.canParse(written, base)) return null;
    const url = new URL(written, base);
    url.hash = '';
    // A password comes from pip's configuration, and is not written into the lock.
    url.username = '';
    url.password = '';
    if (!isTrusted(url.href, index)) return null;
    return OfferedWheel.safeParse({ name, version, fileName, sha256, url: url.href }).data ?? null;
  }
}

const isTrusted = (url: string, index: IndexAddress): boolean =>
  URL.canParse(url) && (url.startsWith('https:') || new URL(url).origin === new URL(index.url).origin);

const credentialsOf = ({ authorization, url }: IndexAddress): Credentials | null =>
  authorization === null ? null : { origin: new URL(url).origin, authorization };

/** The version in a wheel's name when the wheel is of that package and runs here; otherwise null. */
export function wheelVersion(
  fileName: string,
  packageName: string,
  { python, abi }: Pick<PackageIndexOptions, 'python' | 'abi'>,
): string | null {
  if (!PackageFileName.safeParse(fileName).success || !fileName.endsWith('.whl')) return null;
  const parts = fileName.slice(0, -'.whl'.length).split('-');
  if (parts.length !== 5 && parts.length !== 6) return null;
  const [name = '', version = ''] = parts;
  const [pythonTags = '', abiTags = '', platformTags = ''] = parts.slice(-3);
  if (normalizeName(name) !== packageName || !PackageVersion.safeParse(version).success) return null;
  const isOurs = platformTags.split('.').includes(`pyemscripten_${abi}_wasm32`);
  const isPure = platformTags === 'any' && abiTags === 'none';
  if (!isOurs && !isPure) return null;
  const [, minor = ''] = python.split('.');
  const runs = pythonTags.split('.').some((tag) => runsOn(tag, abiTags.split('.'), Number(minor)));
  return runs ? version : null;
}

function runsOn(tag: string, abis: readonly string[], minor: number): boolean {
  if (tag === 'py3' || tag === `py3${minor}`) return abis.includes('none');
  const [, wanted] = /^cp3(\d+)$/u.exec(tag) ?? [];
  if (wanted === undefined) return false;
  if (abis.includes('abi3')) return Number(wanted) <= minor;
  return Number(wanted) === minor && (abis.includes(`cp3${minor}`) || abis.includes('none'));
}
