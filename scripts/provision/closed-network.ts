import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { ElectronPin } from '../../src/main/electron-files/closed-network-pin.ts';
import { describeDist, type ElectronDist } from '../../src/main/electron-files/electron-dist.ts';
import { closedNetworkDist, electronCacheDir } from '../../src/main/electron-files/find-electron.ts';
import { SetupError } from '../shared/setup-error.ts';
import { requireDiskSpace } from './disk-space.ts';
import type { finishDist } from './finish-dist.ts';
import type { Machine } from './machine.ts';
import { createStagingDir, moveIntoPlace, removeStagingDir } from './staging.ts';
import { obtainTarball, tarballPath, type TarballPlace } from './tarball.ts';
import { unpackElectron } from './unpack.ts';
import { writeManifest } from './write-manifest.ts';

/** Prepares the fall-back. The caller holds the lock. */
export async function prepareClosedNetwork(
  machine: Machine,
  pin: ElectronPin,
  finish: typeof finishDist,
): Promise<ElectronDist> {
  const parent = electronCacheDir(machine.cacheDir);
  const kept = tarballPath(parent, pin);
  await requireDiskSpace(parent, pin.peakBytes - (existsSync(kept) ? pin.tarballBytes : 0));
  const staging = await createStagingDir(parent);
  try {
    const place: TarballPlace = { folder: parent, staging, holds: `Electron ${pin.electronVersion}` };
    const tarball = await obtainTarball(machine, pin, place);
    const dist = path.join(staging, 'dist');
    await unpackElectron(machine, pin, { tarball, staging, dist });
    await finish(dist, pin);
    await writeManifest(dist, pin);
    const goal = closedNetworkDist(machine.cacheDir, pin);
    await moveIntoPlace(dist, goal, staging);
    await rm(kept, { force: true });
    const ready = describeDist(goal, machine.platform, 'closed-network');
    if (ready === undefined)
      throw new SetupError(`${goal} vanished just after it was prepared. Run this again.`);
    machine.log(`Electron ${pin.electronVersion} is ready in ${goal}`);
    return ready;
  } finally {
    await removeStagingDir(staging);
  }
}
