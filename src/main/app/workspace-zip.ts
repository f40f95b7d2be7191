import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { LIMITS } from '../../shared/limits.ts';
import { renamePatiently } from '../base/replace-file.ts';

const PIECE_BYTES = 256 * 1024;

export interface WrittenZip {
  readonly files: number;
  /** Why some are not in it, each with its name. */
  readonly leftOut: readonly string[];
}

/** Pieces, so that compressing a large file does not hold up everything else. */
function* piecesOf(bytes: Uint8Array): Generator<Buffer> {
  for (let start = 0; start < bytes.byteLength; start += PIECE_BYTES) {
    const piece = bytes.subarray(start, start + PIECE_BYTES);
    yield Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
  }
}

/**
 * Writes files into a zip, which is there whole or not at all. One file at a time is in memory.
 *
 * @param names relative paths that were checked; any order
 * @param read what is in a file; one that it rejects for is left out
 * @param maxBytes of all files together; one that is too much for it is left out
 * @throws Error of the file system; what was at `target` is then as it was
 */
export const writeZip = async (
  target: string,
  names: readonly string[],
  read: (name: string) => Promise<Uint8Array>,
  maxBytes: number = LIMITS.totalCollectedBytes,
): Promise<WrittenZip> => {
  const unfinished = path.join(path.dirname(target), `.${path.basename(target)}-${randomUUID()}`);
  const zip = new ZipFile();
  const output = new PassThrough();
  zip.outputStream.on('error', (error: Error) => output.destroy(error)).pipe(output);
  const broken = new Promise<never>((_resolve, reject) => void output.once('error', reject));
  // Whoever waits for it hears of it.
  broken.catch(() => undefined);
  const leftOut: string[] = [];
  let bytesLeft = maxBytes;
  const fill = async (): Promise<void> => {
    for (const name of names) {
      const bytes = await read(name).catch((error: unknown) => {
        leftOut.push(`${name}: ${error instanceof Error ? error.message : 'it could not be read'}`);
        return null;
      });
      if (bytes === null) continue;
      if (bytes.byteLength > bytesLeft) {
        leftOut.push(`${name}: together the files are larger than ${maxBytes} bytes`);
        continue;
      }
      const stream = Readable.from(piecesOf(bytes), { objectMode: false });
      const written = new Promise<void>((resolve) => void stream.once('close', resolve));
      try {
        zip.addReadStream(stream, name, { mode: 0o100644 });
      } catch {
        // `a:b` is a path of Windows' to those who unpack it.
        leftOut.push(`${name}: a zip can't have a file of that name`);
        continue;
      }
      bytesLeft -= bytes.byteLength;
      await Promise.race([written, broken]);
    }
    zip.end();
  };
  // Without an end of what is written, its file would stay open.
  const filling = fill().catch((error: unknown) => {
    output.destroy(error instanceof Error ? error : new Error('the zip could not be made'));
    throw error;
  });
  try {
    await Promise.all([pipeline(output, createWriteStream(unfinished, { flags: 'wx' })), filling]);
    await renamePatiently(unfinished, target);
  } finally {
    await rm(unfinished, { force: true });
  }
  return { files: names.length - leftOut.length, leftOut };
};
