import { lstat } from 'node:fs/promises';
import path from 'node:path';
import type { PackageEntry, UserEntry } from '../resolve/package-entry.ts';
import type { UserInstallMarks } from './user-install-marks.ts';
import type { PackageStore } from './store.ts';

export interface FormerStoreParts {
  readonly store: PackageStore;
  readonly userInstallMarks: UserInstallMarks;
  /** Of Pyodide's lock. */
  readonly lock: Iterable<PackageEntry>;
  /** Of the user's own. */
  readonly entries: readonly UserEntry[];
}

/**
 * Versions before the marks kept what the user had installed and what runs had brought alike. What such a version left
 * stays, as if the user had installed it and named none of it: it is not pushed out, and answers for no import that the
 * locks do not know. Never rejects.
 */
export const markFormerInstalls = async ({
  entries,
  userInstallMarks,
  lock,
  store,
}: FormerStoreParts): Promise<void> => {
  try {
    // Later versions make one of these as soon as anything is fetched, and note what was asked for.
    if (await isThere(path.join(store.folder, 'by-hand'))) return;
    if (await isThere(path.join(store.folder, 'in-use'))) return;
    if (entries.some(({ asked, named }) => asked !== '' || named)) return;
    const there = new Set((await store.list()).map(({ sha256 }) => sha256));
    const kept = [...lock, ...entries].filter(({ sha256 }) => there.has(sha256));
    await userInstallMarks.put(
      kept.map(({ name, sha256, version }) => ({ name, sha256, version, named: false })),
    );
  } catch {
    // Without marks they are what runs have brought, as before.
  }
};

const isThere = async (folder: string): Promise<boolean> => (await lstat(folder).catch(() => null)) !== null;
