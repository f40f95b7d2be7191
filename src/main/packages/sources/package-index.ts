import { Yielder } from '../../foreign-text/yielder.ts';
import type { Credentials, Downloads } from '../http/downloads.ts';
import { shownIndex, type IndexAddress } from '../index/index-address.ts';
import type { IndexLocator } from '../index/index-locator.ts';
import { NewestWheel } from '../resolve/offered-wheels.ts';
import { normalizeName } from '../../../shared/packages/package-settings.ts';
import { OfferedWheel, PackageFileName, PackageVersion } from '../resolve/package-entry.ts';
import type { Requirement } from '../resolve/requirement.ts';
import { SourceFailure } from './source-failure.ts';
import { MAX_FILE_BYTES } from '../store/verified-file.ts';
import { isInRange, isPreRelease } from '../resolve/versions.ts';
import {
  INDEX_PAGE_TYPES,
  MAX_PAGE_BYTES,
  readIndexPage,
  type IndexPage,
  type ListedFile,
} from './index-page.ts';
import type { FetchOptions, PackageSource, SourceFile } from './source.ts';

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
    const bytes = await this.#page(url, index, signal);
    return bytes === null ? null : this.#choose(bytes, url, index, requirement, signal);
  }

  async close(): Promise<void> {
    // Nothing stays open.
  }

  async #locate(signal: AbortSignal): Promise<IndexAddress> {
    this.#asked = null;
    this.#asked = await this.#options.index.locate(signal);
    return this.#asked;
  }

  async #page(url: string, index: IndexAddress, signal: AbortSignal): Promise<Uint8Array | null> {
    try {
      return await this.#downloads.get(url, {
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
  }

  /** The newest release that will do; one that is none yet only when there is no other. */
  async #choose(
    page: Uint8Array,
    pageUrl: string,
    index: IndexAddress,
    requirement: Requirement,
    signal: AbortSignal,
  ): Promise<OfferedWheel | null> {
    const { base, files, name } = await this.#usableFiles(page, requirement, signal);
    if (name !== null && normalizeName(name) !== requirement.name) return null;
    const from = base !== null && URL.canParse(base, pageUrl) ? new URL(base, pageUrl).href : pageUrl;
    const ranges = new Map<string, boolean>();
    const isForOurs = (python: string): boolean => {
      const known = ranges.get(python) ?? isInRange(this.#options.python, python);
      ranges.set(python, known);
      return known;
    };
    const yielder = new Yielder();
    const [final, any] = [new NewestWheel(requirement), new NewestWheel(requirement)];
    for (const file of files) {
      await yielder.pause();
      signal.throwIfAborted();
      if (file.python !== '' && !isForOurs(file.python)) continue;
      const wheel = offerOf(file, from, index, requirement);
      if (wheel === null) continue;
      any.offer(wheel);
      if (!isPreRelease(wheel.version)) final.offer(wheel);
    }
    return final.found ?? any.found;
  }

  /** Those that run here, by their names. */
  async #usableFiles(
    page: Uint8Array,
    { name }: Requirement,
    signal: AbortSignal,
  ): Promise<IndexPage & { readonly files: readonly UsableFile[] }> {
    const files: UsableFile[] = [];
    try {
      const found = await readIndexPage(page, (file) => {
        signal.throwIfAborted();
        if (file.yanked) return;
        const version = wheelVersion(file.fileName, name, this.#options);
        if (version !== null) files.push({ ...file, version });
      });
      return { ...found, files };
    } catch (error) {
      signal.throwIfAborted();
      throw new SourceFailure('broken', 'answered with something else than a page of packages', error);
    }
  }
}

interface UsableFile extends ListedFile {
  readonly version: string;
}

/** The file as an offer; null when it can't be used here. */
function offerOf(
  { fileName, sha256, url: written, version }: UsableFile,
  base: string,
  index: IndexAddress,
  { name }: Requirement,
): OfferedWheel | null {
  if (!URL.canParse(written, base)) return null;
  const url = new URL(written, base);
  url.hash = '';
  // A password comes from pip's configuration, and is not written into the lock.
  url.username = '';
  url.password = '';
  if (!isTrusted(url.href, index)) return null;
  return OfferedWheel.safeParse({ name, version, fileName, sha256, url: url.href }).data ?? null;
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
  if (!fileName.endsWith('.whl')) return null;
  const parts = fileName.slice(0, -'.whl'.length).split('-');
  if (parts.length !== 5 && parts.length !== 6) return null;
  const [name = '', version = ''] = parts;
  const [pythonTags = '', abiTags = '', platformTags = ''] = parts.slice(-3);
  if (normalizeName(name) !== packageName) return null;
  const isOurs = platformTags.split('.').includes(`pyemscripten_${abi}_wasm32`);
  const isPure = platformTags === 'any' && abiTags === 'none';
  if (!isOurs && !isPure) return null;
  const [, minor = ''] = python.split('.');
  const runs = pythonTags.split('.').some((tag) => runsOn(tag, abiTags.split('.'), Number(minor)));
  if (!runs || !PackageFileName.safeParse(fileName).success) return null;
  return PackageVersion.safeParse(version).success ? version : null;
}

function runsOn(tag: string, abis: readonly string[], minor: number): boolean {
  if (tag === 'py3' || tag === `py3${minor}`) return abis.includes('none');
  const [, wanted] = /^cp3(\d+)$/u.exec(tag) ?? [];
  if (wanted === undefined) return false;
  if (abis.includes('abi3')) return Number(wanted) <= minor;
  return Number(wanted) === minor && (abis.includes(`cp3${minor}`) || abis.includes('none'));
}
