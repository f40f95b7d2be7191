/** The build's own snapshot, with a program in the place of the command line. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ensureBaselineSnapshot, SHIPPED_SNAPSHOTS } from '../../../scripts/build/baseline-snapshot.ts';
import type { ProgramOptions, ProgramResult } from '../../../scripts/shared/run-program.ts';
import { SUCCESS } from './support/small-electron.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const NAME = `${'a'.repeat(64)}.snapshot`;

const setUp = (outcome: ProgramResult = SUCCESS, keeps = true) => {
  const root = temporaryFolder();
  mkdirSync(path.join(root, 'out'));
  const log: string[] = [];
  const dataFolders: string[] = [];
  const run = (_command: string, _args: readonly string[], { env }: ProgramOptions = {}) => {
    const data = env?.['VIVARIUM_DATA_DIR'] ?? '';
    dataFolders.push(data);
    const folder = path.join(data, 'pyodide-cache', '1.0.0', 'snapshots');
    mkdirSync(folder, { recursive: true });
    if (keeps)
      writeFileSync(path.join(folder, NAME), `made in ${String(dataFolders.length)}`, { mode: 0o600 });
    return Promise.resolve(outcome);
  };
  const ensure = (electronVersion = '33.0.0'): Promise<void> =>
    ensureBaselineSnapshot({
      root,
      electron: {
        electronDist: '/dist',
        electronPath: '/dist/electron',
        electronVersion,
        source: 'official',
      },
      log: (line) => log.push(line),
      run,
    });
  return { folder: path.join(root, SHIPPED_SNAPSHOTS), dataFolders, ensure, log };
};

test('is taken once from a start with an empty data folder, which goes again', async () => {
  const { dataFolders, ensure, folder } = setUp();
  await ensure();
  await ensure();
  expect(dataFolders).toHaveLength(1);
  expect(dataFolders.map((data) => existsSync(data))).toEqual([false]);
  expect(readFileSync(path.join(folder, NAME), 'utf8')).toBe('made in 1');
  expect(statSync(path.join(folder, NAME)).mode & 0o777).toBe(0o644);
});

test('is taken anew for another Electron', async () => {
  const { ensure, folder } = setUp();
  await ensure();
  await ensure('34.0.0');
  expect(readFileSync(path.join(folder, NAME), 'utf8')).toBe('made in 2');
  expect(readdirSync(folder)).toHaveLength(2);
});

test('that can not be taken is told, and stops nothing', async () => {
  const { ensure, folder, log } = setUp({ code: 1, stdout: '', stderr: 'libgtk-3.so.0 is missing\n' });
  await ensure();
  expect(existsSync(folder)).toBe(false);
  expect(log).toEqual([
    'saving a started interpreter …',
    'no started interpreter was saved, the first start makes one: libgtk-3.so.0 is missing',
  ]);
});

test('of a start that has kept none is told, too', async () => {
  const { ensure, log } = setUp(SUCCESS, false);
  await ensure();
  expect(log.at(-1)).toBe(
    'no started interpreter was saved, the first start makes one: the start has kept none',
  );
});
