import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { fromBufferPromise, type Entry } from 'yauzl';
import { PACKAGE_LIMITS, type PackageKind, type UnpackedPackage } from '../../shared/package-files.ts';

const SITE_PACKAGES = '/lib/python3.14/site-packages/';
const SHARED_LIBRARIES = '/usr/lib/';

/** Folders of a wheel whose content does not belong beside the package: `x-1.0.data/purelib/…`. */
const DATA_FOLDER = /^[^/]+\.data\/([^/]+)\/(.+)$/u;

const STORED = 0;
const DEFLATED = 8;

const inflate = promisify(inflateRaw);

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

/**
 * Takes a wheel, or a shared library's archive, apart. Its bytes were checked against their hash; whoever made
 * it may still mean harm.
 *
 * @throws Error when it is no zip, is damaged or is too large
 */
export const unpackWheel = async (
  name: string,
  kind: PackageKind,
  bytes: Uint8Array,
): Promise<UnpackedPackage> => {
  const archive = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Refuses absolute names, backslashes and `..`.
  const zip = await fromBufferPromise(archive);
  if (zip.entryCount > PACKAGE_LIMITS.files) throw new Error(`${name} has too many files`);
  const files: { readonly path: string; readonly entry: Entry }[] = [];
  let total = 0;
  for await (const entry of zip.eachEntry()) {
    const path = entry.fileName.endsWith('/') ? null : placeOf(entry.fileName, kind);
    if (path === null) continue;
    if (path.length > PACKAGE_LIMITS.pathLength) throw new Error(`${name} has a file of too long a name`);
    total += entry.uncompressedSize;
    if (total > PACKAGE_LIMITS.unpackedBytes) throw new Error(`${name} is too large`);
    files.push({ path, entry });
  }
  const whole = new Uint8Array(total);
  let offset = 0;
  for (const { entry } of files) {
    const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
    const content = await contentOf(archive, entry, fileDataStart);
    if (content.byteLength !== entry.uncompressedSize) throw new Error(`${name} is damaged`);
    whole.set(content, offset);
    offset += content.byteLength;
  }
  return {
    name,
    paths: files.map(({ path }) => path),
    sizes: files.map(({ entry }) => entry.uncompressedSize),
    bytes: whole,
  };
};
