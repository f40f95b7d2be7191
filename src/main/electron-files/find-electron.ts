import { readFileSync } from 'node:fs';
import path from 'node:path';
import { closedNetworkPin, type ElectronPin } from './closed-network-pin.ts';
import { checkManifest } from './completion-manifest.ts';
import { describeDist, executableName, isExecutable, type ElectronDist } from './electron-dist.ts';
import { electronChoice } from './electron-choice.ts';

/** Where an Electron may be. */
export interface ElectronLocations {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  /** The folder of Vivarium's own downloads. */
  readonly cacheDir: string;
  /** The folder of the installed `electron` package; null where there is none. */
  readonly electronPackageDir: string | null;
}

export interface FindOptions {
  /** Read and hash every file of the prepared fall-back, instead of looking at sizes and times. */
  readonly thorough?: boolean;
  readonly pin?: ElectronPin;
}

export type ElectronSearch =
  | { readonly kind: 'found'; readonly electron: ElectronDist }
  /** `damaged` says what is wrong with the prepared fall-back, where there is one. */
  | { readonly kind: 'none'; readonly damaged: string | null }
  /** The environment names one that is none. */
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * The Electron that is there already, in the order of preference: the folder that ELECTRON_OVERRIDE_DIST_PATH
 * names, the declared one as its package's installer left it, the fall-back that `npm run provision` prepared.
 * Nothing is fetched.
 */
export async function findElectron(
  places: ElectronLocations,
  { thorough = false, pin = closedNetworkPin }: FindOptions = {},
): Promise<ElectronSearch> {
  const choice = electronChoice(places.env);
  if (choice.kind === 'refused') return choice;
  const named = places.env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (named !== undefined && named !== '') return overrideElectron(named, places.platform);
  const official = choice.electron === 'closed-network' ? undefined : installedOfficial(places);
  if (official !== undefined) return { kind: 'found', electron: official };
  // The prepared fall-back comes before a download: a closed network must not be tried again at each start.
  return choice.electron === 'official'
    ? { kind: 'none', damaged: null }
    : preparedFallback(places, pin, thorough);
}

/** Where the fall-back is prepared. */
export function closedNetworkDist(cacheDir: string, pin: ElectronPin): string {
  return path.join(electronCacheDir(cacheDir), `closed-network-${pin.electronVersion}-${String(pin.recipe)}`);
}

export function electronCacheDir(cacheDir: string): string {
  return path.join(cacheDir, 'electron');
}

/** The declared Electron, when its own installer has finished; the same test as the installer's. */
export function installedOfficial(
  places: Pick<ElectronLocations, 'platform' | 'electronPackageDir'>,
): ElectronDist | undefined {
  const folder = places.electronPackageDir;
  if (folder === null) return undefined;
  const found = describeDist(path.join(folder, 'dist'), places.platform, 'official');
  if (found === undefined || found.electronVersion !== declaredVersion(folder)) return undefined;
  return readText(path.join(folder, 'path.txt')) === executableName(places.platform) ? found : undefined;
}

/** The version of the installed `electron` package. */
export function declaredVersion(electronPackageDir: string): string | undefined {
  try {
    const about: unknown = JSON.parse(readFileSync(path.join(electronPackageDir, 'package.json'), 'utf8'));
    if (typeof about !== 'object' || about === null || !('version' in about)) return undefined;
    return typeof about.version === 'string' ? about.version : undefined;
  } catch {
    return undefined;
  }
}

function overrideElectron(named: string, platform: NodeJS.Platform): ElectronSearch {
  const electron = describeDist(path.resolve(named), platform, 'override');
  if (electron !== undefined && isExecutable(electron.electronPath)) return { kind: 'found', electron };
  return {
    kind: 'refused',
    reason:
      `ELECTRON_OVERRIDE_DIST_PATH is ${named}, but that folder is not an unpacked Electron: it needs the files ` +
      `"version" and an executable "${executableName(platform)}". Correct the path, or unset the variable.`,
  };
}

async function preparedFallback(
  { platform, cacheDir }: ElectronLocations,
  pin: ElectronPin,
  thorough: boolean,
): Promise<ElectronSearch> {
  const dist = closedNetworkDist(cacheDir, pin);
  const electron = describeDist(dist, platform, 'closed-network');
  if (electron?.electronVersion !== pin.electronVersion) return { kind: 'none', damaged: null };
  const check = await checkManifest(dist, pin, { thorough });
  if (!check.sound)
    return { kind: 'none', damaged: `the Electron in ${dist} cannot be used (${check.reason})` };
  if (isExecutable(electron.electronPath)) return { kind: 'found', electron };
  return {
    kind: 'none',
    damaged: `the Electron in ${dist} cannot be used (its program may not be executed)`,
  };
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
