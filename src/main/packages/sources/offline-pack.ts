import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { JsonError } from '../../foreign-text/json-reader.ts';
import { systemErrorCode } from '../../base/system-error.ts';
import { chooseWheel } from '../resolve/offered-wheels.ts';
import {
  MAX_MANIFEST_BYTES,
  offersOf,
  PACK_MANIFEST,
  PACK_CAPS,
  packPath,
  parseManifest,
  type PackedFile,
  type PackManifest,
} from '../store/pack-format.ts';
import type { OfferedWheel } from '../resolve/package-entry.ts';
import { PackageError } from '../package-error.ts';
import type { Requirement } from '../resolve/requirement.ts';
import { SourceFailure } from './source-failure.ts';
import { MAX_FILE_BYTES } from '../store/verified-file.ts';
import { entriesOf, readEntry } from '../store/zip-reader.ts';
import type { FetchOptions, PackageSource, SourceFile } from './source.ts';

interface OpenPack {
  readonly zip: ZipFile;
  readonly entries: ReadonlyMap<string, Entry>;
  readonly manifest: PackManifest;
}

/** One file with packages, made by `vivarium packages pack`. */
export class OfflinePack implements PackageSource {
  readonly name = 'the offline pack';
  readonly isLocal = true;
  readonly #file: string;
  readonly #pyodideVersion: string;
  #opening: Promise<OpenPack> | null = null;

  constructor(file: string, pyodideVersion: string) {
    this.#file = file;
    this.#pyodideVersion = pyodideVersion;
  }

  /** What the pack says it holds. @throws PackageError `bad-pack` */
  async contents(): Promise<readonly PackedFile[]> {
    return (await this.#open()).manifest.files;
  }

  async fetch(file: SourceFile, { signal, onProgress }: FetchOptions): Promise<Uint8Array> {
    const { zip, entries } = await this.#open();
    signal.throwIfAborted();
    const entry = entries.get(packPath(file.fileName));
    if (entry === undefined) throw new SourceFailure('absent', 'does not have it');
    try {
      const bytes = await readEntry(zip, entry, MAX_FILE_BYTES);
      onProgress(bytes.byteLength, bytes.byteLength);
      return bytes;
    } catch (error) {
      throw new SourceFailure('broken', `is damaged (${reasonOf(error)})`, error);
    }
  }

  async find(requirement: Requirement, signal: AbortSignal): Promise<OfferedWheel | null> {
    const { manifest } = await this.#open();
    signal.throwIfAborted();
    return chooseWheel(offersOf(manifest), requirement, signal);
  }

  async close(): Promise<void> {
    const pack = await this.#opening?.catch(() => null);
    this.#opening = null;
    pack?.zip.close();
  }

  #open(): Promise<OpenPack> {
    this.#opening ??= this.#read();
    return this.#opening;
  }

  async #read(): Promise<OpenPack> {
    let zip: ZipFile | undefined;
    try {
      zip = await openPromise(this.#file, { autoClose: false });
      const entries = await entriesOf(zip, PACK_CAPS);
      const listed = entries.get(PACK_MANIFEST);
      if (listed === undefined) throw new Error(`it has no ${PACK_MANIFEST}`);
      const manifest = await parseManifest(await readEntry(zip, listed, MAX_MANIFEST_BYTES));
      this.#check(manifest, entries);
      return { zip, entries, manifest };
    } catch (error) {
      zip?.close();
      throw error instanceof PackageError ? error : this.#bad(reasonOf(error), error);
    }
  }

  #check(manifest: PackManifest, entries: ReadonlyMap<string, Entry>): void {
    if (manifest.pyodide !== this.#pyodideVersion) {
      throw new PackageError(
        'bad-pack',
        `the pack ${this.#file} is for Pyodide ${manifest.pyodide}, and this is ${this.#pyodideVersion}; ` +
          'make a new pack with this version of Vivarium',
      );
    }
    const seen = new Set<string>();
    for (const { fileName, bytes } of manifest.files) {
      if (seen.has(fileName)) throw new Error(`it lists ${fileName} twice`);
      seen.add(fileName);
      if (entries.get(packPath(fileName))?.uncompressedSize !== bytes) {
        throw new Error(`it does not hold ${fileName} as it says`);
      }
    }
  }

  #bad(problem: string, cause: unknown): PackageError {
    return new PackageError(
      'bad-pack',
      `${this.#file} can not be used as an offline pack: ${problem}; make it again with "vivarium packages pack"`,
      { cause },
    );
  }
}

const reasonOf = (error: unknown): string => {
  if (systemErrorCode(error) === 'ENOENT') return 'it does not exist';
  if (error instanceof Error && error.name === 'ZodError') return 'its list is not valid';
  if (error instanceof JsonError) return `its list is not JSON of the right form (${error.message})`;
  return error instanceof Error ? error.message : String(error);
};
