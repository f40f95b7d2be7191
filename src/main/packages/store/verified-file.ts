import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { lstat, open, type FileHandle } from 'node:fs/promises';
import { sha256 } from '../../foreign-text/hash.ts';
import { systemErrorCode } from '../../base/system-error.ts';

/** Nothing that is kept here is larger: the largest package of the lock has a tenth of it. In bytes. */
export const MAX_FILE_BYTES = 512 * 1024 * 1024;

export type VerifiedRead =
  | { readonly state: 'sound'; readonly bytes: Uint8Array }
  | { readonly state: 'absent' }
  /** Something is there, and it is not what it should be. */
  | { readonly state: 'damaged'; readonly reason: string };

/** For what is small; hash.ts is for the rest. */
export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Reads a file and gives its bytes out only when they have the hash. The bytes that are checked are those that
 * are given out: the file is read once.
 *
 * @throws the system's error when the folder of the file can't be looked into
 */
export async function readVerified(file: string, expected: string): Promise<VerifiedRead> {
  let found: Stats;
  try {
    found = await lstat(file);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return { state: 'absent' };
    throw error;
  }
  const problem = problemWith(found, MAX_FILE_BYTES);
  if (problem !== null) return { state: 'damaged', reason: problem };
  try {
    const bytes = await readPlainFile(file, MAX_FILE_BYTES);
    if (typeof bytes === 'string') return { state: 'damaged', reason: bytes };
    const actual = await sha256(bytes);
    if (actual === expected) return { state: 'sound', bytes };
    return { state: 'damaged', reason: `its SHA-256 is ${actual}` };
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return { state: 'absent' };
    return { state: 'damaged', reason: `it can not be read (${systemErrorCode(error) ?? 'unknown reason'})` };
  }
}

/**
 * The bytes of a file, or what is wrong with it. Neither through a link nor waiting at a pipe.
 *
 * @throws the system's error
 */
export async function readPlainFile(file: string, maxBytes: number): Promise<Uint8Array | string> {
  // Windows knows neither flag.
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;
  const handle: FileHandle = await open(file, (O_RDONLY ?? 0) | O_NOFOLLOW | O_NONBLOCK);
  try {
    const problem = problemWith(await handle.stat(), maxBytes);
    return problem ?? (await handle.readFile());
  } finally {
    await handle.close();
  }
}

function problemWith(found: Stats, maxBytes: number): string | null {
  if (found.isSymbolicLink()) return 'it is a symbolic link';
  if (found.isDirectory()) return 'it is a folder';
  if (!found.isFile()) return 'it is not a file';
  return found.size > maxBytes ? `it has ${found.size} bytes` : null;
}
