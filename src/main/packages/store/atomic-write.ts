import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { systemErrorCode } from '../../base/system-error.ts';

const MODE = 0o600;
const FOLDER_MODE = 0o700;
// A process number can be in use again; nothing here takes a day.
const FORGOTTEN_MS = 24 * 3600 * 1000;

/**
 * Writes a file so that it is seen whole or not at all, also after a crash of the computer. Safe for any
 * number of processes at once: the last one wins.
 *
 * @param temporary folder for unfinished files, on the same disk
 */
export async function writeAtomically(
  target: string,
  bytes: Uint8Array | string,
  temporary: string,
): Promise<void> {
  await mkdir(temporary, { recursive: true, mode: FOLDER_MODE });
  await mkdir(path.dirname(target), { recursive: true, mode: FOLDER_MODE });
  const unfinished = path.join(temporary, `${process.pid}-${randomUUID()}`);
  try {
    const handle = await open(unfinished, 'wx', MODE);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(unfinished, target);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await syncFolder(path.dirname(target));
}

/** Removes what killed processes left unfinished. Returns how many bytes that were. */
export async function removeUnfinished(temporary: string): Promise<number> {
  let bytes = 0;
  for (const name of await namesIn(temporary)) {
    const file = path.join(temporary, name);
    const found = await stat(file).catch(() => null);
    if (found === null || (await isWrittenByLiving(name, file))) continue;
    await rm(file, { recursive: true, force: true });
    bytes += found.size;
  }
  return bytes;
}

/** Whether the process is still at it whose number the name begins with. */
export async function isWrittenByLiving(name: string, file: string): Promise<boolean> {
  const found = await stat(file).catch(() => null);
  return found !== null && isAlive(name) && Date.now() - found.mtimeMs < FORGOTTEN_MS;
}

/** Empty when the folder does not exist. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

function isAlive(name: string): boolean {
  const pid = Number(/^(\d+)-/u.exec(name)?.[1] ?? 0);
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemErrorCode(error) === 'EPERM';
  }
}

/** So that the rename itself survives a power cut. Windows and some file systems can't. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // The file is whole either way.
  }
}
