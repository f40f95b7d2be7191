/** Files of the user's that are read and written whole. */
import { constants } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { LIMITS } from '../../shared/limits.ts';
import { describe, replaceFile } from '../base/replace-file.ts';
import { systemErrorCode } from '../base/system-error.ts';
import { sha256 } from '../foreign-text/hash.ts';

/** Says in its message what stands in the way, for a person. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError';
}

export interface ReadFile {
  readonly bytes: Uint8Array;
  readonly version: string;
}

const READ_AT_ONCE_BYTES = 1024 * 1024;
const NEW_FILE_MODE = 0o666;
const PERMISSIONS = 0o7777;

const asDocumentError = (error: unknown): DocumentError => {
  if (error instanceof DocumentError) return error;
  if (systemErrorCode(error) === 'ENOENT') return new DocumentError('it is not there any more');
  return new DocumentError(describe(error), { cause: error });
};

/** @throws DocumentError for what is not a file of a size that can be read */
export const readDocument = async (path: string): Promise<ReadFile> => {
  try {
    // A named pipe would be waited for without end.
    const found = await stat(path);
    if (found.isDirectory()) throw new DocumentError('it is a folder');
    if (!found.isFile()) throw new DocumentError('it is not a file');
    const handle = await open(path, 'r');
    try {
      const bytes = await readWhole(handle, found.size);
      return { bytes, version: await sha256(bytes) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw asDocumentError(error);
  }
};

const readWhole = async (handle: Awaited<ReturnType<typeof open>>, size: number): Promise<Uint8Array> => {
  if (size > LIMITS.documentBytes)
    throw new DocumentError(`it is larger than ${LIMITS.documentBytes / 1024 / 1024} MiB`);
  const whole = new Uint8Array(size);
  let length = 0;
  while (length < size) {
    const most = Math.min(READ_AT_ONCE_BYTES, size - length);
    const { bytesRead } = await handle.read(whole, length, most);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return whole.subarray(0, length);
};

/** Null when there is no such file. @throws DocumentError when there is something else, or it can't be read */
export const versionOf = async (path: string): Promise<string | null> => {
  const found = await stat(path).catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw asDocumentError(error);
  });
  return found === null ? null : (await readDocument(path)).version;
};

/**
 * Replaces a file, or makes it: whole or not at all. The permissions of the one that is there are kept.
 *
 * @returns its version
 * @throws DocumentError; the file is then as it was
 */
export const writeDocument = async (path: string, bytes: Uint8Array): Promise<string> => {
  try {
    const found = await stat(path).catch(() => null);
    // A new file takes the place of the old one, which its user may have protected.
    if (found !== null) await access(path, constants.W_OK);
    await replaceFile(
      path,
      bytes,
      found === null
        ? { mode: NEW_FILE_MODE, isExact: false }
        : { mode: found.mode & PERMISSIONS, isExact: true },
    );
    return await sha256(bytes);
  } catch (error) {
    throw systemErrorCode(error) === 'ENOENT'
      ? new DocumentError('its folder is not there any more')
      : asDocumentError(error);
  }
};
