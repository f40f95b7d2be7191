import { electronCacheDir } from '../../src/main/electron-files/find-electron.ts';
import { findProgram } from '../shared/find-program.ts';
import { withLock } from '../shared/lock.ts';
import { lastWords, type ProgramResult } from '../shared/run-program.ts';
import { SetupError } from '../shared/setup-error.ts';
import path from 'node:path';
import { candidatePackages, choosePackages, parseInstallable } from './debian-packages.ts';
import type { Machine } from './machine.ts';
import { startProgress } from './progress.ts';
import { missingLibraries } from './shared-libraries.ts';

const VIRTUAL_DISPLAY_PROGRAMS = ['Xvfb', 'xvfb-run', 'xauth'];

/** Something of ours that needs programs or libraries of the operating system. */
export interface SystemNeed {
  /** Who needs them, as the beginning of a sentence. */
  readonly who: string;
  /** Names of those that are missing now. */
  readonly missing: () => Promise<readonly string[]>;
}

/** Makes sure that what Electron needs of the operating system is there. */
export async function ensureSystemPackages(
  machine: Machine,
  options: { electronPath: string; window: boolean },
): Promise<void> {
  if (machine.platform !== 'linux') return;
  await ensureNeed(machine, { who: 'Electron', missing: () => missingOfElectron(machine, options) });
}

/** Installs what is missing where that is allowed. @throws SetupError that says what to do where it is not */
export async function ensureNeed(machine: Machine, need: SystemNeed): Promise<void> {
  const missing = await need.missing();
  if (missing.length === 0) return;
  if (findProgram('apt-get', machine.env) === undefined) {
    throw new SetupError(
      `${need.who} needs what this system lacks: ${missing.join(', ')}. Install the packages that provide these ` +
        "with this system's package manager, then run this again.",
    );
  }
  if (!machine.isRoot) throw await askForInstallation(machine, need.who, missing);
  const lock = {
    lockPath: path.join(electronCacheDir(machine.cacheDir), 'apt.lock'),
    purpose: 'installing system packages',
  };
  await withLock({ ...lock, log: machine.log }, async () => {
    const stillMissing = await need.missing();
    if (stillMissing.length === 0) return;
    await install(machine, need.who, stillMissing);
    const left = await need.missing();
    if (left.length === 0) return;
    throw new SetupError(
      `the system packages were installed, but ${need.who} still lacks ${left.join(', ')}. Install the packages ` +
        'that provide these, then run this again.',
    );
  });
}

async function missingOfElectron(
  machine: Machine,
  options: { electronPath: string; window: boolean },
): Promise<string[]> {
  const libraries = await missingLibraries(machine, options.electronPath);
  const hasDisplay = [machine.env['DISPLAY'], machine.env['WAYLAND_DISPLAY']].some(
    (name) => (name ?? '') !== '',
  );
  const programs = options.window && !hasDisplay ? VIRTUAL_DISPLAY_PROGRAMS : [];
  return [...libraries, ...programs.filter((name) => findProgram(name, machine.env) === undefined)];
}

async function askForInstallation(
  machine: Machine,
  who: string,
  missing: readonly string[],
): Promise<SetupError> {
  const packages = await packagesFor(machine, who, missing);
  return new SetupError(
    `${who} needs what this system lacks: ${missing.join(', ')}. Install it with\n` +
      `  sudo apt-get install -y ${packages.join(' ')}\nthen run this again.`,
  );
}

async function install(machine: Machine, who: string, missing: readonly string[]): Promise<void> {
  machine.log(`${who} needs ${missing.join(', ')} of the system: updating the list of packages …`);
  const update = await apt(machine, ['update']);
  const packages = await packagesFor(machine, who, missing);
  machine.log(`installing ${packages.join(' ')} …`);
  const result = await apt(machine, ['install', '-y', '--no-install-recommends', ...packages]);
  if (result.code === 0) return;
  // A failed update is only to blame when the installation failed too.
  const said = [update, result].filter((one) => one.code !== 0).map((one) => lastWords(one));
  throw new SetupError(
    `these system packages could not be installed: ${packages.join(' ')}. Install them by hand, then run this ` +
      `again. apt-get said:\n${said.join('\n')}`,
  );
}

async function apt(machine: Machine, args: readonly string[]): Promise<ProgramResult> {
  const progress = startProgress(machine, `apt-get ${args[0] ?? ''}`);
  // Another installation may be under way: wait for it rather than fail.
  const quietly = ['-q', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Dpkg::Use-Pty=0'];
  const env = { ...machine.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  try {
    return await machine.run('apt-get', [...quietly, ...args], { env });
  } finally {
    progress.stop();
  }
}

async function packagesFor(machine: Machine, who: string, missing: readonly string[]): Promise<string[]> {
  const candidates = missing.map((name) => candidatePackages(name));
  const unknown = missing.filter((_, index) => candidates[index] === undefined);
  if (unknown.length > 0) {
    throw new SetupError(
      `${who} needs ${unknown.join(', ')}, and Vivarium does not know which package holds it. ` +
        '"apt-file search" finds it; install that package, then run this again.',
    );
  }
  const known = candidates.filter((names) => names !== undefined);
  const env = { ...machine.env, LC_ALL: 'C' };
  const policy = await machine.run('apt-cache', ['policy', ...known.flat()], { env });
  return choosePackages(known, parseInstallable(policy.stdout));
}
