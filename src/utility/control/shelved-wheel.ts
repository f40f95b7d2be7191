import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl';
import { PACKAGE_LIMITS, type PackageKind } from '../../shared/package-files.ts';

/** Where packages lie in the interpreter. */
export const SITE_PACKAGES = '/lib/python3.14/site-packages/';
const SHARED_LIBRARIES = '/usr/lib/';

/** Folders of a wheel whose content does not belong beside the package: `x-1.0.data/purelib/…`. */
const DATA_FOLDER = /^[^/]+\.data\/([^/]+)\/(.+)$/u;

const STORED = 0;
const DEFLATED = 8;

const inflate = promisify(inflateRaw);

interface PlacedEntry {
  readonly path: string;
  readonly entry: Entry;
}

/** Where a file of the archive belongs, or null when there is no place for it in the interpreter. */
const placeOf = (name: string, kind: PackageKind): string | null => {
  if (kind === 'library') return SHARED_LIBRARIES + name;
  const [, scheme, rest] = DATA_FOLDER.exec(name) ?? [];
  if (scheme === undefined || rest === undefined) return SITE_PACKAGES + name;
  switch (scheme) {
    case 'purelib':
    case 'platlib':
      return SITE_PACKAGES + rest;
    case 'data':
      // Python's prefix is the root folder.
      return rest.startsWith('share/') || rest.startsWith('etc/') ? `/${rest}` : null;
    default:
      return null;
  }
};

const contentOf = async (archive: Buffer, entry: Entry, start: number): Promise<Uint8Array> => {
  const raw = archive.subarray(start, start + entry.compressedSize);
  switch (entry.compressionMethod) {
    case STORED:
      return raw;
    case DEFLATED:
      // zlib's own limit must be above 0.
      return inflate(raw, { maxOutputLength: Math.max(entry.uncompressedSize, 1) });
    default:
      throw new Error(`"${entry.fileName}" is compressed in an unknown way`);
  }
};

/** Files of a package that an interpreter can be given. */
export type PackageContent = Pick<ShelvedWheel, 'name' | 'paths' | 'sizes' | 'read'>;

/** A wheel, or a shared library's archive, whose files are taken out of it when they are wanted. */
export class ShelvedWheel {
  readonly name: string;
  /** Of its files, absolute; where they belong in the interpreter. */
  readonly paths: readonly string[];
  /** Of each file, in bytes. */
  readonly sizes: readonly number[];
  /** Of the archive. */
  readonly bytes: number;
  readonly #archive: Buffer;
  readonly #zip: ZipFile;
  readonly #entries: readonly Entry[];

  private constructor(name: string, archive: Buffer, zip: ZipFile, files: readonly PlacedEntry[]) {
    this.name = name;
    this.bytes = archive.byteLength;
    this.paths = files.map(({ path }) => path);
    this.sizes = files.map(({ entry }) => entry.uncompressedSize);
    this.#archive = archive;
    this.#zip = zip;
    this.#entries = files.map(({ entry }) => entry);
  }

  /**
   * @param bytes checked against their hash; whoever made them may still mean harm
   * @throws Error when it is no zip or too large
   */
  static async open(name: string, kind: PackageKind, bytes: Uint8Array): Promise<ShelvedWheel> {
    const archive = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // Refuses absolute names, backslashes and `..`.
    const zip = await fromBufferPromise(archive);
    if (zip.entryCount > PACKAGE_LIMITS.files) throw new Error(`${name} has too many files`);
    const files: PlacedEntry[] = [];
    let total = 0;
    for await (const entry of zip.eachEntry()) {
      const path = entry.fileName.endsWith('/') ? null : placeOf(entry.fileName, kind);
      if (path === null) continue;
      if (path.length > PACKAGE_LIMITS.pathLength) throw new Error(`${name} has a file of too long a name`);
      total += entry.uncompressedSize;
      if (total > PACKAGE_LIMITS.unpackedBytes) throw new Error(`${name} is too large`);
      files.push({ path, entry });
    }
    return new ShelvedWheel(name, archive, zip, files);
  }

  /** What is in the file of that index. Off this thread. @throws Error when there is none, or it is damaged */
  async read(index: number): Promise<Uint8Array> {
    const entry = this.#entries[index];
    if (entry === undefined) throw new Error(`${this.name} has no such file`);
    const { fileDataStart } = await this.#zip.readLocalFileHeaderPromise(entry, { minimal: true });
    const content = await contentOf(this.#archive, entry, fileDataStart);
    if (content.byteLength !== entry.uncompressedSize) throw new Error(`${this.name} is damaged`);
    return content;
  }
}
