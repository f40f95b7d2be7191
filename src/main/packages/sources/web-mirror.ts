import type { Downloads } from '../http/downloads.ts';
import { chooseWheel, MAX_OFFER_BYTES, OFFER_FILE, parseOffers } from '../resolve/offered-wheels.ts';
import type { OfferedWheel } from '../resolve/package-entry.ts';
import type { Requirement } from '../resolve/requirement.ts';
import { SourceFailure } from './source-failure.ts';
import { MAX_FILE_BYTES } from '../store/verified-file.ts';
import type { FetchOptions, PackageSource, SourceFile } from './source.ts';

export interface WebMirrorOptions {
  readonly name: string;
  /** Address of the folder. */
  readonly baseUrl: string;
  /** Whether it may redirect to other hosts, over https. */
  readonly otherHosts: boolean;
  /** Whether it may have a list of wheels beyond the lock. */
  readonly offers: boolean;
}

/** The files of the lock below one address: a company's mirror, or the official place itself. */
export class WebMirror implements PackageSource {
  readonly name: string;
  readonly isLocal = false;
  readonly #downloads: Downloads;
  readonly #options: WebMirrorOptions;
  readonly #base: string;

  /** @throws TypeError when the base is not an address */
  constructor(downloads: Downloads, options: WebMirrorOptions) {
    this.name = options.name;
    this.#downloads = downloads;
    this.#options = options;
    const base = new URL(options.baseUrl);
    if (!base.pathname.endsWith('/')) base.pathname += '/';
    this.#base = base.href;
  }

  fetch({ fileName }: SourceFile, options: FetchOptions): Promise<Uint8Array> {
    return this.#get(fileName, { ...options, maxBytes: MAX_FILE_BYTES });
  }

  async find(requirement: Requirement, signal: AbortSignal): Promise<OfferedWheel | null> {
    if (!this.#options.offers) return null;
    try {
      const bytes = await this.#get(OFFER_FILE, { signal, maxBytes: MAX_OFFER_BYTES });
      return await chooseWheel(await parseOffers(bytes), requirement, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof SourceFailure)) {
        throw new SourceFailure('broken', `has a damaged ${OFFER_FILE}`, error);
      }
      if (error.kind === 'absent') return null;
      throw error;
    }
  }

  async close(): Promise<void> {
    // Nothing stays open.
  }

  #get(
    fileName: string,
    options: Partial<FetchOptions> & { signal: AbortSignal; maxBytes: number },
  ): Promise<Uint8Array> {
    const url = new URL(encodeURIComponent(fileName), this.#base).href;
    return this.#downloads.get(url, { ...options, otherHosts: this.#options.otherHosts });
  }
}

/** Where the makers of Pyodide publish the files of its lock. */
export const officialCdn = (downloads: Downloads, pyodideVersion: string): WebMirror =>
  new WebMirror(downloads, {
    name: 'the official CDN',
    baseUrl: `https://cdn.jsdelivr.net/pyodide/v${pyodideVersion}/full/`,
    otherHosts: true,
    offers: false,
  });
