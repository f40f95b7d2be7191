/** Electron keeps its snapshot in the data folder, and heals it. */
import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { expect, it, onTestFinished } from 'vitest';
import { ElectronSandbox } from '../support/electron-sandbox.ts';
import { hashOf, onlySnapshot, temporaryFolder } from '../support/snapshot-folder.ts';

const flipByte = async (file: string): Promise<void> => {
  const bytes = await readFile(file);
  const middle = bytes.length >> 1;
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 0x10, middle);
  await writeFile(file, bytes);
};

it('in Electron a snapshot is made, used, and made again once it is damaged', async () => {
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
