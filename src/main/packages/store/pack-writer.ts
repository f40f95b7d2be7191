import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { link, lstat, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { systemErrorCode } from '../../base/system-error.ts';
import { explainWriteError } from './file-errors.ts';
import { PACK_MANIFEST, packPath, type PackedFile, type PackManifest } from './pack-format.ts';
import { PackageError } from '../package-error.ts';

/** The same contents give the same bytes. */
const MTIME = new Date(Date.UTC(2000, 0, 1));
const ENTRY_OPTIONS = { mtime: MTIME, mode: 0o100644, forceDosTimestamp: true } as const;

const PIECE_BYTES = 256 * 1024;

export interface PackOptions {
  readonly pyodideVersion: string;
  readonly files: readonly PackedFile[];
  /** Gives the checked bytes of one file. */
  readonly read: (file: PackedFile) => Promise<Uint8Array>;
  /** Whether an existing file may be replaced. */
  readonly replace: boolean;
  readonly onProgress?: (filesDone: number) => void;
}

/**
 * Writes an offline pack, which is there whole or not at all. Returns its size in bytes.
 *
 * @throws PackageError `store-full`, `store-unwritable`, and what `read` throws
 */
export async function writePack(target: string, options: PackOptions): Promise<number> {
  const unfinished = path.join(path.dirname(target), `.${path.basename(target)}-${randomUUID()}`);
  try {
    if (!options.replace && (await exists(target))) throw inTheWay(target);
    await pipeline(packOf(options), createWriteStream(unfinished, { flags: 'wx' }));
    const bytes = await flush(unfinished);
    await publish(unfinished, target, options.replace);
    return bytes;
  } catch (error) {
    throw explainWriteError(error, path.dirname(target));
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** The pack as it is written, byte by byte. */
function packOf({ pyodideVersion, files, read, onProgress }: PackOptions): Readable {
  const sorted = [...files].sort((left, right) => (left.fileName < right.fileName ? -1 : 1));
  const manifest: PackManifest = {
    format: 'vivarium-pack',
    formatVersion: 1,
    pyodide: pyodideVersion,
    files: sorted,
  };
  const zip = new ZipFile();
  const output = new PassThrough();
  zip.outputStream.on('error', (error: Error) => output.destroy(error)).pipe(output);
  zip.addBuffer(Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`), PACK_MANIFEST, ENTRY_OPTIONS);
  let done = 0;
  for (const file of sorted) {
    // One at a time is in memory. Wheels are compressed already.
    const options = { ...ENTRY_OPTIONS, compress: false, size: file.bytes };
    zip.addReadStreamLazy(packPath(file.fileName), options, (give) => {
      read(file).then(
        (bytes) => {
          onProgress?.(++done);
          give(null, Readable.from(piecesOf(bytes)));
        },
        (error: unknown) => {
          // yazl would only emit it, and its output would never end.
          output.destroy(error instanceof Error ? error : new Error(String(error)));
        },
      );
    });
  }
  zip.end();
  return output;
}

/** Each has its checksum taken in one go. */
function* piecesOf(bytes: Uint8Array): Generator<Buffer> {
  for (let start = 0; start < bytes.byteLength; start += PIECE_BYTES) {
    const piece = bytes.subarray(start, start + PIECE_BYTES);
    yield Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
  }
}

async function flush(file: string): Promise<number> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

/** A link fails when something has appeared there meanwhile; a rename would replace it. */
async function publish(unfinished: string, target: string, replace: boolean): Promise<void> {
  if (replace) return rename(unfinished, target);
  try {
    await link(unfinished, target);
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') throw inTheWay(target);
    // Some file systems know no links.
    await rename(unfinished, target);
  }
}

const exists = (file: string): Promise<boolean> =>
  lstat(file).then(
    () => true,
    () => false,
  );

const inTheWay = (target: string): PackageError =>
  new PackageError('store-unwritable', `${target} exists already; give another name, or --force`);
