/** Files of the user's that are replaced whole, and moved aside when they can't be understood. */
import { randomUUID } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf, systemErrorCode } from './system-error.ts';

/** Virus scanners and indexers hold files open for moments on Windows. */
const RENAME_ATTEMPTS = 8;
const RENAME_PAUSE_MS = 50;
const HELD_OPEN = new Set(['EACCES', 'EPERM', 'EBUSY']);
const MAX_ASIDE = 1000;
/** For its owner alone. */
const OWN = { mode: 0o600, isExact: true } as const;

export interface Permissions {
  readonly mode: number;
  /** Whether the system's mask for new files leaves it alone. */
  readonly isExact: boolean;
}

/**
 * Writes a file beside its place, flushes it to the disk, then renames it: there is never half a file, also after a
 * crash of the computer.
 *
 * @throws Error of the file system; the file is then as it was
 */
export const replaceFile = async (
  target: string,
  bytes: Uint8Array,
  permissions: Permissions = OWN,
): Promise<void> => {
  const unfinished = `${target}.${randomUUID()}.tmp`;
  try {
    const file = await open(unfinished, 'wx', permissions.mode);
    try {
      if (permissions.isExact) await file.chmod(permissions.mode);
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await renamePatiently(unfinished, target);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(path.dirname(target));
};

/** So that the rename itself survives a power cut. Windows and some file systems can't. */
export const syncFolder = async (folder: string): Promise<void> => {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // The file is whole either way.
  }
};

/** @throws Error of the file system */
export const renamePatiently = async (from: string, to: string): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      const heldOpen = process.platform === 'win32' && HELD_OPEN.has(systemErrorCode(error) ?? '');
      if (!heldOpen || attempt >= RENAME_ATTEMPTS) throw error;
    }
    await delay(RENAME_PAUSE_MS * attempt);
  }
};

/**
 * `settings.json` becomes `settings.damaged-1.json`, or the next number that is free.
 *
 * @returns its new path
 * @throws Error of the file system; the file is then where it was
 */
export const moveAside = async (file: string): Promise<string> => {
  const { dir, name, ext } = path.parse(file);
  for (let number = 1; number <= MAX_ASIDE; number += 1) {
    const free = path.join(dir, `${name}.damaged-${number}${ext}`);
    try {
      await stat(free);
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw error;
      await renamePatiently(file, free);
      return free;
    }
  }
  throw new Error('there are too many damaged files beside it');
};

/** A failed file operation, for a notice. */
export const describe = (error: unknown): string => {
  switch (systemErrorCode(error)) {
    case 'EISDIR':
      return 'it is a folder';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'you have no permission for it';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full';
    default:
      return messageOf(error);
  }
};
