import { readFile, stat } from 'node:fs/promises';
import type { ZodType } from 'zod';
import { sha256 } from '../foreign-text/hash.ts';
import { systemErrorCode } from '../base/system-error.ts';

/** The message says what is wrong with a file that came with the program, and what to do. */
export class InstalledFileError extends Error {
  override readonly name = 'InstalledFileError';
}

/** Far more than the largest of them has. */
const MAX_BYTES = 256 * 1024 * 1024;

/** What a file was when the program was built. */
export interface Expected {
  readonly sha256: string;
  /** Size, where it was noted. */
  readonly bytes?: number;
}

/**
 * Reads a file that came with the program; with `expected`, its bytes are given out only when they are what they
 * should be. Failures end up in results: they name the file in words, and no path of the host's.
 *
 * @param what the file in words, such as `the runtime file "wasm"`
 * @throws InstalledFileError
 */
export const readInstalled = async (file: string, what: string, expected?: Expected): Promise<Buffer> => {
  const problem = await problemWith(file, what, expected?.bytes);
  if (problem !== null) throw damaged(what, problem);
  const bytes = await readFile(file).catch((error: unknown) => {
    throw unreadable(what, error);
  });
  if (expected === undefined) return bytes;
  const actual = await sha256(bytes);
  if (actual !== expected.sha256) throw damaged(what, `SHA-256 ${actual}`);
  return bytes;
};

/**
 * The same for a file of JSON, held against its schema.
 *
 * @throws InstalledFileError
 */
export const readInstalledJson = async <T>(file: string, what: string, schema: ZodType<T>): Promise<T> => {
  const text = (await readInstalled(file, what)).toString('utf8');
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw damaged(what, 'it is not what the build has written', cause);
  }
};

/** A pipe would be waited at for ever, and something huge would fill the memory. */
const problemWith = async (file: string, what: string, size?: number): Promise<string | null> => {
  const found = await stat(file).catch((error: unknown) => {
    throw unreadable(what, error);
  });
  if (found.isDirectory()) return 'it is a folder';
  if (!found.isFile()) return 'it is not a file';
  const hasRightSize = size === undefined ? found.size <= MAX_BYTES : found.size === size;
  return hasRightSize ? null : `it has ${found.size} bytes`;
};

const damaged = (what: string, problem: string, cause?: unknown): InstalledFileError =>
  new InstalledFileError(`${what} is damaged (${problem}); install Vivarium again`, { cause });

const unreadable = (what: string, cause: unknown): InstalledFileError => {
  const code = systemErrorCode(cause) ?? 'unknown reason';
  return new InstalledFileError(`${what} can not be read (${code}); install Vivarium again`, { cause });
};
