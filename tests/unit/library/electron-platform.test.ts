/** Electron is not started: a stand-in of it tells where the app is. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { expect, it, onTestFinished, vi } from 'vitest';
import { electronPlatform } from '../../../src/main/library/electron-platform.ts';
import { findAssets } from '../../../src/main/library/find-assets.ts';
import { temporaryFolder } from '../scripts/support/temporary-folder.ts';

const electron = vi.hoisted(() => ({ app: { getAppPath: vi.fn<() => string>() } }));
vi.mock('electron', () => electron);
vi.mock(import('../../../src/main/library/require-electron.ts'), () => ({
  requireElectron: () => undefined,
}));

/** A folder `vivarium` there, with what would be run. */
const putAssets = (folder: string): string => {
  const assets = path.join(folder, 'vivarium');
  mkdirSync(path.join(assets, 'utility'), { recursive: true });
  writeFileSync(path.join(assets, 'utility', 'runtime.json'), '{}');
  return assets;
};

it('runs nothing that lies beside a document that is opened, or in the working directory', () => {
  const [app, documents, working] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  electron.app.getAppPath.mockReturnValue(app);
  const { argv } = process;
  onTestFinished(() => {
    process.argv = argv;
    vi.restoreAllMocks();
  });
  process.argv = ['/opt/app/app', path.join(documents, 'report.txt')];
  vi.spyOn(process, 'cwd').mockReturnValue(working);
  putAssets(documents);
  putAssets(working);
  const { hints } = electronPlatform(undefined);
  expect(() => findAssets(undefined, hints)).toThrow(expect.objectContaining({ code: 'assets-missing' }));
  const own = putAssets(app);
  expect(findAssets(undefined, hints)).toBe(own);
});
