import { freemem } from 'node:os';
import path from 'node:path';
import { DEFAULTS } from '../shared/limits.ts';
import { dataFolder } from './base/data-folder.ts';
import { openPackages, type OpenPackagesOptions } from './packages/open-packages.ts';
import { storeFolder } from './packages/store/store-folder.ts';
import { loadPyodideLock } from './packages/resolve/pyodide-lock.ts';
import { builtFiles } from './runtime/runtime-locations.ts';
import { systemClock } from './base/clock.ts';
import type { SidecarLauncher } from './sandbox/process/launcher.ts';
import { lockdownOrder } from './runtime/lockdown-binding.ts';
import { LazyPackages, type PackageProvider } from './sandbox/packages/package-provider.ts';
import { loadRuntimeAssets } from './runtime/runtime-assets.ts';
import { Sandbox } from './sandbox/sandbox.ts';
import type { SandboxConfig } from './sandbox/sandbox-config.ts';

/** Where packages may come from, and which code may have. */
export type PackageSources = Pick<
  OpenPackagesOptions,
  'settings' | 'transport' | 'pack' | 'indexUrl' | 'official'
>;

export interface CreateSandboxOptions extends Partial<Omit<SandboxConfig, 'launcher'>> {
  /** The build's folder, `out`. */
  readonly outDir: string;
  /** How processes are started, given the sidecar's script: in Electron, or as plain Node children. */
  readonly launcher: (script: string) => SidecarLauncher;
  /** Instead of `packages`: those of Pyodide's lock, kept in the user's data folder. */
  readonly packageSources?: PackageSources;
}

/** A sandbox as the app has it: locked down, with snapshots kept in the user's data folder. Starts nothing yet. */
export const createSandbox = ({
  outDir,
  launcher,
  packageSources: sources,
  ...config
}: CreateSandboxOptions): Sandbox => {
  const files = builtFiles(outDir);
  const openService = async (from: PackageSources): Promise<PackageProvider> =>
    openPackages({ dataFolder: dataFolder(), ...(await loadPyodideLock(files.runtime)), ...from }).service;
  return new Sandbox({
    launcher: launcher(files.sidecar),
    loadAssets: () => loadRuntimeAssets(files.runtime),
    lockdown: lockdownOrder(files.binding),
    clock: systemClock,
    freeMemory: freemem,
    dataDir: path.join(storeFolder(dataFolder(), files.pyodideVersion), 'snapshots'),
    shippedSnapshots: files.snapshots,
    memoryMiB: DEFAULTS.memoryMiB,
    outputKiB: DEFAULTS.outputKiB,
    ...(sources === undefined ? {} : { packages: new LazyPackages(() => openService(sources)) }),
    ...config,
  });
};
