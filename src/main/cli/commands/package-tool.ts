import { rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import type { PackageSettings } from '../../../shared/packages/package-settings.ts';
import { dataFolder } from '../../base/data-folder.ts';
import { nodeTransport } from '../../packages/http/node-transport.ts';
import { removeOldStores, type RemovedStores } from '../../packages/store/old-stores.ts';
import { storeFolder } from '../../packages/store/store-folder.ts';
import { openPackages, type Packages } from '../../packages/open-packages.ts';
import { withExtraCertificates } from '../../packages/http/extra-certificates.ts';
import { loadPyodideLock } from '../../packages/resolve/pyodide-lock.ts';
import { builtFiles } from '../../runtime/runtime-locations.ts';
import { packageSourcesFrom, type PackageSourceOptions } from './package-source-options.ts';

export interface PackageTool extends Packages {
  readonly pyodideVersion: string;
  /** Removes the stores of older versions of Pyodide. */
  removeOld(): Promise<RemovedStores>;
  /** Removes what makes packages start faster; it is made again. */
  removeImages(): Promise<void>;
}

/**
 * Packages for the command line, which needs no Electron for them.
 *
 * @param appFolder where package.json lies
 * @param settings hold where `packageSources` says nothing
 * @throws PackageError
 */
export async function openPackageTool(
  appFolder: string,
  packageSources: PackageSourceOptions,
  settings: PackageSettings,
): Promise<PackageTool> {
  const { lock, pyodideVersion } = await loadPyodideLock(builtFiles(path.join(appFolder, 'out')).runtime);
  const data = dataFolder();
  const packages = openPackages({
    dataFolder: data,
    pyodideVersion,
    lock,
    transport: withExtraCertificates(nodeTransport()),
    ...packageSourcesFrom(packageSources, settings, process.env),
  });
  return {
    ...packages,
    pyodideVersion,
    removeOld: () => removeOldStores(data, pyodideVersion),
    removeImages: () =>
      rm(path.join(storeFolder(data, pyodideVersion), 'snapshots', 'packages'), {
        recursive: true,
        force: true,
      }),
  };
}
