import { lstat, mkdir, open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { z } from 'zod';
import { identify, isAlive } from '../../base/process-table.ts';
import { systemErrorCode } from '../../base/system-error.ts';

/** Longer than any snapshot takes to be made, in ms: an older claim was left behind. */
const CLAIM_MS = 5 * 60_000;
/** Longer than a claim takes to be written, in ms: an empty one that is older was left by a process that was killed just then. */
const WRITE_MS = 2000;
const MAX_BYTES = 200;

const Claim = z.strictObject({ pid: z.int().positive(), startedAt: z.string().max(20).nullable() });

/**
 * Lets one process at a time make a snapshot in a folder: ten command lines that begin at once would all make the same one.
 * It saves work and protects nothing: two that make one at once each store a whole file, and one that is killed leaves a
 * claim that the next one does not heed.
 *
 * @returns takes the claim back; null when another process has one. Never rejects
 */
export const claimSnapshotMaking = async (folder: string): Promise<(() => Promise<void>) | null> => {
  const file = path.join(folder, 'making');
  try {
    await mkdir(folder, { recursive: true });
    if ((await put(file)) || ((await isLeft(file)) && (await remove(file)) && (await put(file))))
      return async () => {
        await remove(file);
      };
    return null;
  } catch {
    // A folder that can't be written to keeps no snapshot either.
    return null;
  }
};

/** False when there is one. */
const put = async (file: string): Promise<boolean> => {
  const handle = await open(file, 'wx', 0o600).catch((error: unknown) => {
    if (systemErrorCode(error) === 'EEXIST') return null;
    throw error;
  });
  if (handle === null) return false;
  try {
    await handle.writeFile(JSON.stringify(identify(process.pid)));
  } finally {
    await handle.close();
  }
  return true;
};

const isLeft = async (file: string): Promise<boolean> => {
  const found = await lstat(file);
  if (!found.isFile() || found.size > MAX_BYTES || Date.now() - found.mtimeMs > CLAIM_MS) return true;
  // Most likely a process that is alive has not written it to its end yet.
  if (found.size === 0) return Date.now() - found.mtimeMs > WRITE_MS;
  return !isAlive(Claim.parse(JSON.parse(await readFile(file, 'utf8'))));
};

const remove = async (file: string): Promise<boolean> =>
  rm(file, { recursive: true, force: true }).then(
    () => true,
    () => false,
  );
