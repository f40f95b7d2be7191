/** The built command without npm around it: which Electron it finds, and what it says when there is none. */
import { appendFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeManifest } from '../../scripts/provision/write-manifest.ts';
import { installedElectron } from '../../src/main/cli/host/electron-command.ts';
import { closedNetworkPin } from '../../src/main/electron-files/closed-network-pin.ts';
import { executableName } from '../../src/main/electron-files/electron-dist.ts';
import { closedNetworkDist } from '../../src/main/electron-files/find-electron.ts';
import { vivarium, type CommandOutcome } from '../support/command.ts';

let cacheDir: string;
let dist: string;

/** The Electron that these tests run with, where and as `npm run provision` leaves the fall-back. */
beforeAll(async () => {
  cacheDir = mkdtempSync(path.join(tmpdir(), 'vivarium-found-'));
  dist = closedNetworkDist(cacheDir, closedNetworkPin);
  const executable = await installedElectron();
  const levels = executableName(process.platform).split('/').length;
  const source = path.resolve(executable, ...Array.from({ length: levels }, () => '..'));
  cpSync(source, dist, { recursive: true, verbatimSymlinks: true });
  writeFileSync(path.join(dist, 'version'), `v${closedNetworkPin.electronVersion}`);
  await writeManifest(dist, closedNetworkPin);
});
afterAll(() => rmSync(cacheDir, { recursive: true, force: true }));

const run = (cache: string): Promise<CommandOutcome> =>
  vivarium(['run', '-c', '6 * 7'], {
    data: path.join(cacheDir, 'data'),
    // The installed one, if there is one, would come first.
    env: { ELECTRON_OVERRIDE_DIST_PATH: '', VIVARIUM_ELECTRON: 'closed-network', VIVARIUM_CACHE_DIR: cache },
  });

it('uses the Electron that provisioning has prepared', async () => {
  const { code, stdout, stderr } = await run(cacheDir);
  expect([code, stdout], stderr).toEqual([0, '42\n']);
});

it('does not use a damaged Electron, and says why and what to run', async () => {
  appendFileSync(path.join(dist, 'resources.pak'), 'x');
  const { code, stdout, stderr } = await run(cacheDir);
  expect([code, stdout]).toEqual([70, '']);
  expect(stderr).toMatch(/cannot be used \(resources\.pak has another size\): run "npm run provision" in /u);
});

it('says what to run when there is no Electron', async () => {
  const { code, stdout, stderr } = await run(path.join(cacheDir, 'empty'));
  expect([code, stdout]).toEqual([70, '']);
  expect(stderr).toMatch(/there is no Electron yet: run "npm run provision" in /u);
});
