/** Which of the Electrons on a computer is used, and that nothing unfinished or damaged is. */
import { chmodSync, mkdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { obtainElectron } from '../../../scripts/provision/obtain-electron.ts';
import { installedElectron } from '../../../src/main/cli/host/electron-command.ts';
import { closedNetworkDist, findElectron } from '../../../src/main/electron-files/find-electron.ts';
import { placeOfficial, smallElectron, type SmallElectron } from '../scripts/support/small-electron.ts';
import { temporaryFolder } from '../scripts/support/temporary-folder.ts';

let small: SmallElectron;
beforeEach(() => {
  small = smallElectron();
});

const search = (env: NodeJS.ProcessEnv = {}) =>
  findElectron({ ...small.machine, env }, { pin: small.pin, thorough: false });

/** As `npm run provision` does it. */
const prepareFallback = () => obtainElectron(small.machine, { thorough: false }, small);

const overrideFolder = (): string => {
  const folder = temporaryFolder();
  placeOfficial(folder, '40.0.0');
  return path.join(folder, 'dist');
};

describe('the order', () => {
  it('is a named folder, the installed one, the prepared fall-back, none', async () => {
    expect(await search()).toEqual({ kind: 'none', damaged: null });
    await prepareFallback();
    expect(await search()).toMatchObject({ kind: 'found', electron: { source: 'closed-network' } });
    placeOfficial(small.machine.electronPackageDir);
    expect(await search()).toMatchObject({ kind: 'found', electron: { source: 'official' } });
    const dist = overrideFolder();
    expect(await search({ ELECTRON_OVERRIDE_DIST_PATH: dist })).toMatchObject({
      kind: 'found',
      electron: { source: 'override', electronPath: path.join(dist, 'electron') },
    });
  });

  it('is changed by VIVARIUM_ELECTRON, except that a named folder stays first', async () => {
    await prepareFallback();
    expect(await search({ VIVARIUM_ELECTRON: 'official' })).toEqual({ kind: 'none', damaged: null });
    placeOfficial(small.machine.electronPackageDir);
    expect(await search({ VIVARIUM_ELECTRON: 'closed-network' })).toMatchObject({
      electron: { source: 'closed-network' },
    });
    expect(
      await search({ VIVARIUM_ELECTRON: 'closed-network', ELECTRON_OVERRIDE_DIST_PATH: overrideFolder() }),
    ).toMatchObject({ electron: { source: 'override' } });
  });

  it('continues where the electron package is not installed', async () => {
    const places = { ...small.machine, env: {}, electronPackageDir: null };
    expect(await findElectron(places, { pin: small.pin })).toEqual({ kind: 'none', damaged: null });
    await prepareFallback();
    expect(await findElectron(places, { pin: small.pin })).toMatchObject({ kind: 'found' });
  });

  it.each([
    ['without its package file', (folder: string) => rmSync(path.join(folder, 'package.json'))],
    [
      'without path.txt, which its installer writes last',
      (folder: string) => rmSync(path.join(folder, 'path.txt')),
    ],
    ['of another version', (folder: string) => writeFileSync(path.join(folder, 'dist', 'version'), '44.0.0')],
    ['without its program', (folder: string) => rmSync(path.join(folder, 'dist', 'electron'))],
  ])('skips an installed one that is %s', async (_what, damage) => {
    await prepareFallback();
    placeOfficial(small.machine.electronPackageDir);
    damage(small.machine.electronPackageDir);
    expect(await search()).toMatchObject({ electron: { source: 'closed-network' } });
  });
});

describe('a prepared fall-back is not used when', () => {
  it.each([
    ['a file is missing', (dist: string) => rmSync(path.join(dist, 'icudtl.dat')), 'icudtl.dat is missing'],
    [
      'a file is cut off',
      (dist: string) => truncateSync(path.join(dist, 'locales', 'de.pak'), 1),
      'de.pak has another size',
    ],
    [
      'a file has other contents',
      (dist: string) => {
        writeFileSync(path.join(dist, 'icudtl.dat'), 'date');
        utimesSync(path.join(dist, 'icudtl.dat'), 1000, 1000);
      },
      'icudtl.dat has other contents',
    ],
    [
      'it was not finished',
      (dist: string) => rmSync(path.join(dist, 'vivarium-manifest.json')),
      'it is not complete',
    ],
    [
      'its manifest is cut off',
      (dist: string) => truncateSync(path.join(dist, 'vivarium-manifest.json'), 40),
      'it is not complete',
    ],
    [
      'its program may not be executed',
      (dist: string) => chmodSync(path.join(dist, 'electron'), 0o644),
      'may not be executed',
    ],
  ])('%s', async (_what, damage, reason) => {
    const { electronDist } = await prepareFallback();
    damage(electronDist);
    const found = await search();
    expect(found).toMatchObject({ kind: 'none' });
    expect(found.kind === 'none' ? found.damaged : '').toContain(reason);
  });

  it('it holds another Electron than the pinned one', async () => {
    const { electronDist } = await prepareFallback();
    writeFileSync(path.join(electronDist, 'version'), 'v32.0.0');
    expect(await search()).toEqual({ kind: 'none', damaged: null });
  });
});

describe('the command line', () => {
  const places = () => ({ ...small.machine, env: {} });

  it('gets the path of the executable', async () => {
    placeOfficial(small.machine.electronPackageDir);
    expect(await installedElectron(places())).toBe(
      path.join(small.machine.electronPackageDir, 'dist', 'electron'),
    );
  });

  it('says what to run when there is no Electron', async () => {
    await expect(installedElectron(places())).rejects.toThrow(
      /^there is no Electron yet: run "npm run provision" in \S+$/u,
    );
    // Half of what the product's own fall-back would be.
    const dist = closedNetworkDist(small.machine.cacheDir, {
      ...small.pin,
      electronVersion: '33.2.1',
    });
    mkdirSync(dist, { recursive: true });
    writeFileSync(path.join(dist, 'version'), 'v33.2.1');
    writeFileSync(path.join(dist, 'electron'), 'half of the program', { mode: 0o755 });
    await expect(installedElectron(places())).rejects.toThrow(
      /cannot be used \(it is not complete\): run "npm run provision" in \S+$/u,
    );
  });

  it.each([
    ['ELECTRON_OVERRIDE_DIST_PATH', '/nowhere/at/all', 'not an unpacked Electron'],
    ['VIVARIUM_ELECTRON', 'offical', 'official or closed-network'],
  ])('refuses a wrong %s rather than use another Electron', async (name, value, message) => {
    placeOfficial(small.machine.electronPackageDir);
    await expect(installedElectron({ ...places(), env: { [name]: value } })).rejects.toThrow(message);
  });
});
