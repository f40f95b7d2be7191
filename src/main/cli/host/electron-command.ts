import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { cacheFolder } from '../../electron-files/cache-folder.ts';
import { findElectron, type ElectronLocations } from '../../electron-files/find-electron.ts';
import { findVivariumPackage } from './vivarium-package.ts';

/** Finds the Electron executable, fetching it first if need be. @throws Error saying what to do */
export type ProvideElectron = () => Promise<string>;

/**
 * The Electron that is on this computer already; nothing is fetched here, which takes minutes and says much.
 *
 * @throws Error saying what to run
 */
export const installedElectron = async (places = thesePlaces()): Promise<string> => {
  const search = await findElectron(places);
  switch (search.kind) {
    case 'found':
      return search.electron.electronPath;
    case 'refused':
      throw new Error(search.reason);
    case 'none':
      throw new Error(`${search.damaged ?? 'there is no Electron yet'}: run ${obtainingCommand()}`);
  }
};

const thesePlaces = (): ElectronLocations => ({
  platform: process.platform,
  env: process.env,
  cacheDir: cacheFolder(process.env),
  electronPackageDir: electronPackageDir(),
});

const electronPackageDir = (): string | null => {
  try {
    return path.dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  } catch {
    return null;
  }
};

/** In a clone of the project, where its scripts are, or where only its package is installed. */
const obtainingCommand = (): string => {
  const { folder } = findVivariumPackage(import.meta.dirname);
  return existsSync(path.join(folder, 'scripts', 'provision.ts'))
    ? `"npm run provision" in ${folder}`
    : '"npm install electron && npx install-electron"';
};

/** As root, Chromium refuses to start with its own sandbox on. */
export const isRoot = (): boolean => process.getuid?.() === 0;

export const sandboxSwitches = (): string[] => (isRoot() ? ['--no-sandbox'] : []);

/** The environment for Electron: what would turn it into Node, or into something else, is left out. */
export const electronEnvironment = (): NodeJS.ProcessEnv => {
  const environment = { ...process.env };
  for (const name of ['ELECTRON_RUN_AS_NODE', 'NODE_OPTIONS', 'NODE_CHANNEL_FD']) {
    Reflect.deleteProperty(environment, name);
  }
  return environment;
};
