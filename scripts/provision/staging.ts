import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

const PREFIX = '.staging-';
// A process number can be in use again; nothing here takes a day.
const FORGOTTEN_MS = 24 * 3600 * 1000;

/** A new folder beside the goal, so that the last step is one rename. Its name says which process made it. */
export async function createStagingDir(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true });
  return mkdtemp(path.join(parent, `${PREFIX}${String(process.pid)}-`));
}

export async function removeStagingDir(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** The last step. A rename cannot replace a folder that holds something: it goes into staging, to be removed. */
export async function moveIntoPlace(folder: string, goal: string, staging: string): Promise<void> {
  if (existsSync(goal)) await rename(goal, path.join(staging, 'replaced'));
  await rename(folder, goal);
}

/** Removes what killed runs left behind. Call it only while holding the lock. */
export async function removeDeadStagingDirs(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(PREFIX))) {
    const folder = path.join(parent, name);
    const pid = Number.parseInt(name.slice(PREFIX.length), 10);
    if (!isAlive(pid) || (await ageMs(folder)) > FORGOTTEN_MS) await removeStagingDir(folder);
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, but belongs to someone else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function ageMs(folder: string): Promise<number> {
  const found = await stat(folder).catch(() => undefined);
  return found === undefined ? 0 : Date.now() - found.mtimeMs;
}
