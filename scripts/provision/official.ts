import path from 'node:path';
import type { ElectronDist } from '../../src/main/electron-files/electron-dist.ts';
import {
  declaredVersion,
  electronCacheDir,
  installedOfficial,
} from '../../src/main/electron-files/find-electron.ts';
import { errorMessage, SetupError } from '../shared/setup-error.ts';
import { folderBytes } from './folder-bytes.ts';
import type { Machine } from './machine.ts';
import { startProgress } from './progress.ts';
import { createStagingDir, removeStagingDir } from './staging.ts';

/** A download that brings nothing for this long will not bring anything more. */
const STALLED_MS = 90_000;
const LOOK_EVERY_MS = 1_000;

export type OfficialResult = { electron: ElectronDist } | { failure: string };

export interface InstallLimits {
  stalledMs: number;
  lookEveryMs: number;
}

/** Runs the electron package's own installer; a failure is told, not thrown, for there may be another way. */
export async function installOfficial(
  machine: Machine,
  limits: InstallLimits = { stalledMs: STALLED_MS, lookEveryMs: LOOK_EVERY_MS },
): Promise<OfficialResult> {
  const version = declaredVersion(machine.electronPackageDir);
  if (version === undefined) {
    throw new SetupError(
      `the package "electron" in ${machine.electronPackageDir} has no version. Run "npm ci" again.`,
    );
  }
  machine.log(`downloading Electron ${version} (official) …`);
  // The installer reports no progress to a pipe. Its temporary folder is ours, so its growth can be watched.
  const staging = await createStagingDir(electronCacheDir(machine.cacheDir));
  const dist = path.join(machine.electronPackageDir, 'dist');

  const progress = startProgress(machine, `Electron ${version}`);
  const stop = new AbortController();
  let seenBytes = 0;
  let grownAt = Date.now();
  let looking = false;
  const look = async () => {
    const bytes = (await folderBytes(staging)) + (await folderBytes(dist));
    if (bytes !== seenBytes) grownAt = Date.now();
    seenBytes = bytes;
    progress.bytes(bytes);
    if (Date.now() - grownAt > limits.stalledMs) stop.abort();
  };
  const watch = setInterval(() => {
    if (looking) return;
    looking = true;
    void look().finally(() => {
      looking = false;
    });
  }, limits.lookEveryMs);

  try {
    const script = path.join(machine.electronPackageDir, 'install.js');
    const env = { ...machine.env, TMPDIR: staging, TEMP: staging, TMP: staging };
    const result = await machine.run(process.execPath, [script], { env, signal: stop.signal });
    const electron = installedOfficial(machine);
    if (electron !== undefined) return { electron };
    return { failure: firstLine(result.stderr) ?? `its installer ended with code ${String(result.code)}` };
  } catch (error) {
    if (!stop.signal.aborted) return { failure: errorMessage(error) };
    return { failure: `nothing arrived for ${String(Math.round(limits.stalledMs / 1000))} s` };
  } finally {
    clearInterval(watch);
    progress.stop();
    await removeStagingDir(staging);
  }
}

// The rest of what the installer says is its stack.
function firstLine(text: string): string | undefined {
  return text
    .split('\n')
    .map((line) => line.trim())
    .find((line) => /error|failed/i.test(line));
}
