import { readFileSync } from 'node:fs';
import path from 'node:path';
import { errorMessage, SetupError } from '../shared/setup-error.ts';
import { describeDist, executableName, type ElectronDist } from './electron-dist.ts';
import { folderBytes } from './folder-bytes.ts';
import { electronCacheDir, type Machine } from './machine.ts';
import { startProgress } from './progress.ts';
import { createStagingDir, removeStagingDir } from './staging.ts';

/** A download that brings nothing for this long will not bring anything more. */
const STALLED_MS = 90_000;
const LOOK_EVERY_MS = 1_000;

export type OfficialResult = { electron: ElectronDist } | { failure: string };

export function declaredVersion(electronPackageDir: string): string {
  const about: unknown = JSON.parse(readFileSync(path.join(electronPackageDir, 'package.json'), 'utf8'));
  const version =
    typeof about === 'object' && about !== null && 'version' in about ? about.version : undefined;
  if (typeof version === 'string') return version;
  throw new SetupError(`the package "electron" in ${electronPackageDir} has no version. Run "npm ci" again.`);
}

/** The declared Electron, when its own installer has finished; the same test as the installer's. */
export function installedOfficial(machine: Machine): ElectronDist | undefined {
  const folder = machine.electronPackageDir;
  const found = describeDist(path.join(folder, 'dist'), machine.platform, 'official');
  if (found?.electronVersion !== declaredVersion(folder)) return undefined;
  return readPathFile(folder) === executableName(machine.platform) ? found : undefined;
}

function readPathFile(folder: string): string | undefined {
  try {
    return readFileSync(path.join(folder, 'path.txt'), 'utf8');
  } catch {
    return undefined;
  }
}

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
  machine.log(`downloading Electron ${version} (official) …`);
  // The installer reports no progress to a pipe. Its temporary folder is ours, so its growth can be watched.
  const staging = await createStagingDir(electronCacheDir(machine));
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
