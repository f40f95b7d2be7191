import { PACKAGE_LIMITS } from '../../../shared/protocol/package-limits.ts';
import type { WheelRestrictions, PackageKind } from '../../../shared/protocol/package-parts.ts';
import {
  SITE_PACKAGES,
  isDeclaration,
  MAX_DECLARATION_BYTES,
  segmentsOf,
  WheelFiles,
} from './wheel-files.ts';
import type { Codec, ZipEntry } from '../host/codec.ts';

const SHARED_LIBRARIES = '/usr/lib/';

/** Folders of a wheel whose content does not belong beside the package: `x-1.0.data/purelib/…`. */
const DATA_FOLDER = /^[^/]+\.data\/([^/]+)\/(.+)$/u;

interface PlacedEntry {
  readonly path: string;
  readonly entry: ZipEntry;
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

/** Files of a package that an interpreter can be given. */
export type PackageContent = Pick<
  CachedWheel,
  'name' | 'paths' | 'sizes' | 'read' | 'isOfLock' | 'sharedFolders'
>;

/** Most parts of a path, including the folder of packages: more than real packages have. Each part is checked by itself. */
const MAX_DEPTH = 40;

/** Whether a path is in normal form: no `.`, `..` or empty parts. */
const isPlain = (path: string): boolean => segmentsOf(path.slice(1)) !== null;

const declarationsIn = async (wheel: CachedWheel): Promise<number[]> => {
  const found: number[] = [];
  for (const [index, path] of wheel.paths.entries()) {
    if (!path.endsWith('/__init__.py') || (wheel.sizes[index] ?? 0) > MAX_DECLARATION_BYTES) continue;
    // An unreadable file declares nothing.
    const source = await wheel.read(index).catch(() => new Uint8Array());
    if (isDeclaration(new TextDecoder().decode(source))) found.push(index);
  }
  return found;
};

/** A wheel, or the archive of a shared library, whose files are extracted on demand. */
export class CachedWheel {
  readonly name: string;
  /** Of its files, absolute; where they belong in the interpreter. */
  readonly paths: readonly string[];
  /** Of each file, in bytes. */
  readonly sizes: readonly number[];
  /** Of the archive. */
  readonly bytes: number;
  /** Whether it is one of Pyodide's lock, which fit together. */
  readonly isOfLock: boolean;
  /** Numbers of files that do nothing but say that their folder is shared with other packages. */
  readonly sharedFolders: ReadonlySet<number>;
  readonly #entries: readonly ZipEntry[];

  private constructor(
    name: string,
    files: readonly PlacedEntry[],
    { bytes, isOfLock, sharedFolders }: Pick<CachedWheel, 'bytes' | 'isOfLock' | 'sharedFolders'>,
  ) {
    this.name = name;
    this.isOfLock = isOfLock;
    this.sharedFolders = sharedFolders;
    this.bytes = bytes;
    this.paths = files.map(({ path }) => path);
    this.sizes = files.map(({ entry }) => entry.bytes);
    this.#entries = files.map(({ entry }) => entry);
  }

  /**
   * @param bytes checked against their hash; they may still be hostile
   * @param restrictions of a wheel that is beyond Pyodide's lock
   * @throws Error when it is no zip or too large
   */
  static async open(
    codec: Codec,
    name: string,
    kind: PackageKind,
    bytes: Uint8Array,
    restrictions?: WheelRestrictions,
  ): Promise<CachedWheel> {
    const allowed = restrictions === undefined ? null : new WheelFiles(name, restrictions.withheld);
    const files: PlacedEntry[] = [];
    let total = 0;
    let [entries, directoryBytes] = [0, 0];
    for await (const entry of codec.zipEntries(bytes)) {
      if (++entries > PACKAGE_LIMITS.files) throw new Error(`${name} has too many files`);
      directoryBytes += entry.listBytes;
      if (directoryBytes > PACKAGE_LIMITS.zipListBytes)
        throw new Error(`${name} has too large a list of files`);
      const path = entry.name.endsWith('/') ? null : placeOf(entry.name, kind);
      if (path === null || !isPlain(path)) continue;
      if (path.startsWith(SITE_PACKAGES) && allowed?.allows(path.slice(SITE_PACKAGES.length)) === false)
        continue;
      if (path.length > PACKAGE_LIMITS.pathLength) throw new Error(`${name} has a file of too long a name`);
      if (path.split('/', MAX_DEPTH + 1).length > MAX_DEPTH)
        throw new Error(`${name} has folders that are too deep`);
      total += entry.bytes;
      if (total > PACKAGE_LIMITS.unpackedBytes) throw new Error(`${name} is too large`);
      files.push({ path, entry });
    }
    const isOfLock = restrictions === undefined;
    const sharedFolders = new Set<number>();
    const wheel = new CachedWheel(name, files, { bytes: bytes.byteLength, isOfLock, sharedFolders });
    if (!isOfLock) for (const index of await declarationsIn(wheel)) sharedFolders.add(index);
    return wheel;
  }

  /** What is in the file of that index. See `ZipEntry.read`. @throws Error when there is none, or it is damaged */
  async read(index: number): Promise<Uint8Array> {
    const entry = this.#entries[index];
    if (entry === undefined) throw new Error(`${this.name} has no such file`);
    return entry.read();
  }
}
