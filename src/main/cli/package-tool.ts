import path from 'node:path';
import process from 'node:process';
import { PackageSettings } from '../../shared/package-settings.ts';
import { dataFolder } from '../data-folder.ts';
import { nodeTransport } from '../packages/node-transport.ts';
import { removeOldStores, type RemovedStores } from '../packages/old-stores.ts';
import { openPackages, type Packages } from '../packages/open-packages.ts';
import { loadPyodideLock } from '../packages/pyodide-lock.ts';
import { builtFiles } from '../runtime-locations.ts';

/** Where packages may come from, beside the store and the official CDN. */
export interface PackagePlaces {
  /** File of an offline pack. */
  readonly pack: string | undefined;
  /** Absolute folder, or address. */
  readonly mirror: string | undefined;
  /** Address of a simple index. */
  readonly index: string | undefined;
  /** Whether only the store, the pack and the mirror are to be asked. */
  readonly offline: boolean;
}

export interface PackageTool extends Packages {
  readonly pyodideVersion: string;
  /** Removes the stores of older versions of Pyodide. */
  removeOld(): Promise<RemovedStores>;
}

/**
 * Packages for the command line, which needs no Electron for them.
 *
 * @param appFolder where package.json lies
 * @throws PackageError
 */
export async function openPackageTool(
  appFolder: string,
  { pack, mirror, index, offline }: PackagePlaces,
): Promise<PackageTool> {
  const { lock, pyodideVersion } = await loadPyodideLock(builtFiles(path.join(appFolder, 'out')).runtime);
  const data = dataFolder();
  const indexUrl = index ?? process.env['VIVARIUM_PACKAGE_INDEX'] ?? '';
  const packages = openPackages({
    dataFolder: data,
    pyodideVersion,
    lock,
    settings: PackageSettings.parse({ mirror: mirror ?? '' }),
    transport: nodeTransport(),
    official: !offline,
    ...(pack === undefined ? {} : { pack }),
    ...(indexUrl === '' || offline ? {} : { indexUrl }),
  });
  return { ...packages, pyodideVersion, removeOld: () => removeOldStores(data, pyodideVersion) };
}
