import { z } from 'zod';
import type { Downloads } from '../downloads.ts';
import { chooseWheel } from '../offered-wheels.ts';
import { normalizeName, OfferedWheel, PackageFileName, PackageVersion } from '../package-entry.ts';
import type { Requirement } from '../requirement.ts';
import { SourceFailure } from '../source-failure.ts';
import { MAX_FILE_BYTES } from '../verified-file.ts';
import { isInRange, isPreRelease } from '../versions.ts';
import type { FetchOptions, PackageSource, SourceFile } from './source.ts';

/** The pages of packages with very many releases have some ten MB. */
const MAX_PAGE_BYTES = 64 * 1024 * 1024;
const ACCEPT = 'application/vnd.pypi.simple.v1+json';

/** What is used of a project's page in the JSON form of the simple index (PEP 691). */
const ProjectPage = z.object({
  name: z.string().max(256),
  files: z
    .array(
      z.object({
        filename: z.string().max(512),
        url: z.string().max(2048),
        hashes: z.object({ sha256: z.string().optional() }),
        'requires-python': z.string().max(256).nullish(),
        yanked: z.union([z.boolean(), z.string()]).optional(),
      }),
    )
    .max(200_000),
});
type ListedFile = z.infer<typeof ProjectPage>['files'][number];

export interface PackageIndexOptions {
  /** Address of the simple index, such as the one that pip is configured for. */
  readonly indexUrl: string;
  /** Of the interpreter, such as `3.14.0`. */
  readonly python: string;
  /** Such as `2026_0`. */
  readonly abi: string;
}

/** A Python package index, for wheels that the lock does not know: pure Python, or built for this Pyodide. */
export class PackageIndex implements PackageSource {
  readonly name = 'the package index';
  readonly isLocal = false;
  readonly #downloads: Downloads;
  readonly #options: PackageIndexOptions;
  readonly #base: URL;

  /** @throws TypeError when the address is none */
  constructor(downloads: Downloads, options: PackageIndexOptions) {
    this.#downloads = downloads;
    this.#options = options;
    this.#base = new URL(options.indexUrl);
    if (!this.#base.pathname.endsWith('/')) this.#base.pathname += '/';
  }

  async fetch({ url }: SourceFile, options: FetchOptions): Promise<Uint8Array> {
    if (url === undefined) throw new SourceFailure('absent', 'does not have it');
    if (!this.#isTrusted(url)) throw new SourceFailure('refused', 'has it at an address that is not https');
    return this.#downloads.get(url, { ...options, maxBytes: MAX_FILE_BYTES, otherHosts: true });
  }

  async find(requirement: Requirement, signal: AbortSignal): Promise<OfferedWheel | null> {
    const url = new URL(`${encodeURIComponent(requirement.name)}/`, this.#base).href;
    const page = await this.#page(url, signal);
    if (page === null || normalizeName(page.name) !== requirement.name) return null;
    const wheels = page.files.flatMap((file) => this.#offer(file, url, requirement) ?? []);
    const final = wheels.filter(({ version }) => !isPreRelease(version));
    return chooseWheel(final, requirement) ?? chooseWheel(wheels, requirement);
  }

  async close(): Promise<void> {
    // Nothing stays open.
  }

  async #page(url: string, signal: AbortSignal): Promise<z.infer<typeof ProjectPage> | null> {
    let bytes: Uint8Array;
    try {
      bytes = await this.#downloads.get(url, {
        signal,
        accept: ACCEPT,
        maxBytes: MAX_PAGE_BYTES,
        otherHosts: true,
      });
    } catch (error) {
      if (error instanceof SourceFailure && error.kind === 'absent') return null;
      throw error;
    }
    try {
      return ProjectPage.parse(JSON.parse(new TextDecoder().decode(bytes)));
    } catch (error) {
      throw new SourceFailure('broken', 'answered with something else than a page of packages', error);
    }
  }

  /** The file as an offer; null when it can't be used here. */
  #offer(file: ListedFile, pageUrl: string, requirement: Requirement): OfferedWheel | null {
    if (file.yanked === true || (typeof file.yanked === 'string' && file.yanked !== '')) return null;
    const python = file['requires-python'];
    if (typeof python === 'string' && python !== '' && !isInRange(this.#options.python, python)) return null;
    const version = wheelVersion(file.filename, requirement.name, this.#options);
    if (version === null || !URL.canParse(file.url, pageUrl)) return null;
    const url = new URL(file.url, pageUrl);
    url.hash = '';
    if (!this.#isTrusted(url.href)) return null;
    const offer = OfferedWheel.safeParse({
      name: requirement.name,
      version,
      fileName: file.filename,
      sha256: file.hashes.sha256,
      url: url.href,
    });
    return offer.success ? offer.data : null;
  }

  #isTrusted(url: string): boolean {
    if (!URL.canParse(url)) return false;
    const { protocol, host } = new URL(url);
    return protocol === 'https:' || (protocol === this.#base.protocol && host === this.#base.host);
  }
}

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
