/** Electron keeps its snapshot in the data folder, and heals it. */
import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { expect, it, onTestFinished } from 'vitest';
import { SHIPPED_SNAPSHOTS } from '../../scripts/build/baseline-snapshot.ts';
import { vivarium } from '../support/command.ts';
import { ElectronSandbox, PROJECT_ROOT } from '../support/electron-sandbox.ts';
import { hashOf, onlySnapshot, temporaryFolder } from '../support/snapshot-folder.ts';

const flipByte = async (file: string): Promise<void> => {
  const bytes = await readFile(file);
  const middle = bytes.length >> 1;
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 0x10, middle);
  await writeFile(file, bytes);
};

it('the very first start takes the snapshot that came with the build', async () => {
  const shipped = path.join(PROJECT_ROOT, SHIPPED_SNAPSHOTS);
  const [name = ''] = (await readdir(shipped)).filter((one) => one.endsWith('.snapshot'));
  const data = await temporaryFolder();
  expect((await vivarium(['run', '--offline', '-c', 'None'], { data })).code).toBe(0);
  const cache = path.join(data, 'pyodide-cache');
  const kept = await onlySnapshot(path.join(cache, (await readdir(cache))[0] ?? '', 'snapshots'));
  // One that had been made here would differ: in its random numbers, its times and its order of pages.
  expect([path.basename(kept), await hashOf(kept)]).toEqual([name, await hashOf(path.join(shipped, name))]);
});

it('in Electron a snapshot is kept, used, and there again once it is damaged', async () => {
  const folder = await temporaryFolder();
  const before = process.env['VIVARIUM_DATA_DIR'];
  process.env['VIVARIUM_DATA_DIR'] = folder;
  onTestFinished(() => {
    process.env['VIVARIUM_DATA_DIR'] = before;
  });
  const start = async (): Promise<void> => {
    const sandbox = await ElectronSandbox.open();
    await sandbox.expectAlive();
    await sandbox.dispose();
  };
  await start();
  const cache = path.join(folder, 'pyodide-cache');
  const file = await onlySnapshot(path.join(cache, (await readdir(cache))[0] ?? '', 'snapshots'));
  const made = await hashOf(file);
  await utimes(file, 1000, 1000);
  await start();
  // Read, and not written again.
  expect((await stat(file)).mtimeMs).toBeGreaterThan(1_000_000);
  expect(await hashOf(file)).toBe(made);
  await flipByte(file);
  const damaged = await hashOf(file);
  await start();
  const repaired = await hashOf(file);
  expect(repaired).not.toBe(damaged);
  await start();
  expect(await hashOf(file)).toBe(repaired);
});
