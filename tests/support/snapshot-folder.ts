import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, onTestFinished } from 'vitest';
import { SnapshotStore } from '../../src/main/sandbox/snapshots/snapshot-store.ts';
import { engineVersion, Snapshots } from '../../src/main/sandbox/snapshots/snapshots.ts';

const newFolder = (): Promise<string> => mkdtemp(path.join(tmpdir(), 'vivarium-snapshot-'));
const discard = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });

/** For one test. */
export const temporaryFolder = async (): Promise<string> => {
  const folder = await newFolder();
  onTestFinished(() => discard(folder));
  return folder;
};

/** For all tests of a file, which share the snapshot that the first of them makes. */
export const useSharedFolder = (): (() => Promise<string>) => {
  let folder: Promise<string> | undefined;
  afterAll(async () => {
    if (folder !== undefined) await discard(await folder);
  });
  return () => (folder ??= newFolder());
};

export const snapshotsIn = (folder: string): Snapshots =>
  new Snapshots(new SnapshotStore(folder), engineVersion());

/** The only snapshot in the folder. */
export const onlySnapshot = async (folder: string): Promise<string> => {
  const names = await readdir(folder);
  expect(names).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.snapshot$/u)]);
  return path.join(folder, names[0] ?? '');
};

/** Short enough to be compared and shown. */
export const hashOf = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
