import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { SetupError } from '../shared/setup-error.ts';
import { checkManifest, writeManifest } from './completion-manifest.ts';
import type { ElectronPin } from './closed-network-pin.ts';
import { requireDiskSpace } from './disk-space.ts';
import { describeDist, type ElectronDist } from './electron-dist.ts';
import type { finishDist } from './finish-dist.ts';
import { electronCacheDir, type Machine } from './machine.ts';
import { createStagingDir, removeStagingDir } from './staging.ts';
import { obtainTarball, tarballPath } from './tarball.ts';
import { unpackElectron } from './unpack.ts';

export function closedNetworkDist(machine: Machine, pin: ElectronPin): string {
  return path.join(electronCacheDir(machine), `closed-network-${pin.electronVersion}-${String(pin.recipe)}`);
}

/** The fall-back that an earlier run prepared, when it is whole. */
export async function cachedClosedNetwork(
  machine: Machine,
  pin: ElectronPin,
  options = { thorough: false },
): Promise<ElectronDist | undefined> {
  const dist = closedNetworkDist(machine, pin);
  const found = describeDist(dist, machine.platform, 'closed-network');
  if (found?.electronVersion !== pin.electronVersion) return undefined;
  const check = await checkManifest(dist, pin, options);
  if (check.sound) return found;
  machine.log(`the Electron in ${dist} cannot be used (${check.reason}): preparing it again`);
  return undefined;
}

/** Prepares the fall-back. The caller holds the lock. */
export async function prepareClosedNetwork(
  machine: Machine,
  pin: ElectronPin,
  finish: typeof finishDist,
): Promise<ElectronDist> {
  const parent = electronCacheDir(machine);
  const downloaded = existsSync(tarballPath(machine, pin)) ? pin.tarballBytes : 0;
  await requireDiskSpace(parent, pin.peakBytes - downloaded);
  const staging = await createStagingDir(parent);
  try {
    const tarball = await obtainTarball(machine, pin, staging);
    const dist = path.join(staging, 'dist');
    await unpackElectron(machine, pin, { tarball, staging, dist });
    await finish(dist, pin);
    await writeManifest(dist, pin);
    const goal = closedNetworkDist(machine, pin);
    // A rename cannot replace a folder that holds something: an unusable one goes into staging, to be removed.
    if (existsSync(goal)) await rename(goal, path.join(staging, 'replaced'));
    await rename(dist, goal);
    await rm(tarballPath(machine, pin), { force: true });
    const ready = describeDist(goal, machine.platform, 'closed-network');
    if (ready === undefined)
      throw new SetupError(`${goal} vanished just after it was prepared. Run this again.`);
    machine.log(`Electron ${pin.electronVersion} is ready in ${goal}`);
    return ready;
  } finally {
    await removeStagingDir(staging);
  }
}
