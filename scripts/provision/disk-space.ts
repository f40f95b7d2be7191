import { mkdir, statfs } from 'node:fs/promises';
import { errorCode, SetupError } from '../shared/setup-error.ts';

const MEGABYTE = 1_000_000;

/** Better said before a long download than after it. */
export async function requireDiskSpace(folder: string, bytes: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const disk = await statfs(folder);
  const free = disk.bavail * disk.bsize;
  if (free < bytes)
    throw diskFull(folder, `${megabytes(free)} MB are free, ${megabytes(bytes)} MB are needed`);
}

/** Turns what the file system refused in the cache folder into words; other errors pass unchanged. */
export function explainCacheError(error: unknown, folder: string): unknown {
  switch (errorCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(folder, 'the disk ran full');
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
    case 'EEXIST':
      return new SetupError(
        `Vivarium cannot write to its cache folder ${folder} (${String(errorCode(error))}). Make it a writable folder, or ` +
          'set VIVARIUM_CACHE_DIR to one.',
      );
    default:
      return error;
  }
}

function diskFull(folder: string, detail: string): SetupError {
  return new SetupError(
    `there is not enough room in ${folder}: ${detail}. Free some space, or set ` +
      'VIVARIUM_CACHE_DIR to a folder on a larger disk, and run this again.',
  );
}

function megabytes(bytes: number): string {
  return String(Math.round(bytes / MEGABYTE));
}
