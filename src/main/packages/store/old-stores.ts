import { lstat, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { namesIn } from './atomic-write.ts';
import { explainReadError, explainWriteError } from './file-errors.ts';
import { storesFolder } from './store-folder.ts';

const VERSION = /^\d+\.\d+\.\d+$/u;

export interface RemovedStores {
  readonly versions: readonly string[];
  readonly bytes: number;
}

/**
 * Removes the stores of older versions of Pyodide. Newer ones stay: a newer Vivarium may be installed beside
 * this one.
 *
 * @throws PackageError `store-unreadable`, `store-unwritable`
 */
export async function removeOldStores(dataFolder: string, pyodideVersion: string): Promise<RemovedStores> {
  const cache = storesFolder(dataFolder);
  const names = await namesIn(cache).catch((error: unknown) => {
    throw explainReadError(error, cache);
  });
  const versions: string[] = [];
  let bytes = 0;
  for (const name of names.filter((version) => VERSION.test(version) && isOlder(version, pyodideVersion))) {
    const folder = path.join(cache, name);
    try {
      if (!(await lstat(folder)).isDirectory()) continue;
      bytes += await bytesBelow(folder);
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    } catch (error) {
      throw explainWriteError(error, folder);
    }
    versions.push(name);
  }
  return { versions, bytes };
}

function isOlder(version: string, than: string): boolean {
  const [left, right] = [version, than].map((text) => text.split('.').map(Number));
  const at = left?.findIndex((part, index) => part !== right?.[index]) ?? -1;
  return at !== -1 && (left?.[at] ?? 0) < (right?.[at] ?? 0);
}

async function bytesBelow(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += (await lstat(path.join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}
