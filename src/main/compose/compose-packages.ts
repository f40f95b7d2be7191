import path from 'node:path';
import type { Config } from '../../shared/config/config.ts';
import { PYODIDE_DOWNLOAD_TASK, type TaskProgress } from '../../shared/ipc/packages.ts';
import type { CreateSandboxOptions } from '../create-sandbox.ts';
import { createSandbox } from '../create-sandbox.ts';
import { storeFolder } from '../packages/store/store-folder.ts';
import { openPackages, type OpenPackagesOptions, type Packages } from '../packages/open-packages.ts';
import type { PyodideLock } from '../packages/resolve/pyodide-lock.ts';
import type { Transport } from '../packages/http/transport.ts';
import { builtFiles } from '../runtime/runtime-locations.ts';
import { loadRuntimeAssets } from '../runtime/runtime-assets.ts';
import { SnapshotStore } from '../sandbox/snapshots/snapshot-store.ts';
import { engineVersion, Snapshots } from '../sandbox/snapshots/snapshots.ts';
import { startForTheFirstTime } from '../app/first-start.ts';
import { LivePackages } from '../app/live-packages.ts';
import { PyodideCache } from '../app/pyodide-cache.ts';
import { sandboxSettings } from '../app/sandbox-settings.ts';
import { Tasks } from '../app/tasks.ts';

export interface AppPackagesOptions {
  /** The build's folder, `out`. */
  readonly outDir: string;
  /** See data-folder.ts. */
  readonly dataFolder: string;
  readonly lock: PyodideLock;
  readonly launcher: CreateSandboxOptions['launcher'];
  readonly transport: Transport;
  /** Asked each time. */
  readonly config: () => Config;
  /** How far a task is; null when there is none any more. */
  readonly onProgress: (progress: TaskProgress | null) => void;
}

/** The package store of the app, and what is done with it. */
export interface AppPackages {
  readonly live: LivePackages;
  readonly cache: PyodideCache;
  readonly tasks: Tasks;
  readonly settings: () => Config['sandbox']['packages'];
  /** The store with an offline pack as a further source. */
  readonly openWithPack: (file: string) => Packages;
  /** Downloads the base set, as a task. Rejects with a message for the user. */
  readonly download: (report: (progress: TaskProgress) => void) => Promise<void>;
}

export const composePackages = (options: AppPackagesOptions): AppPackages => {
  const { config, dataFolder, launcher, lock, outDir, transport } = options;
  const { runtime } = builtFiles(outDir);
  const always: Omit<OpenPackagesOptions, 'settings'> = { dataFolder, transport, ...lock };
  const settings = (): Config['sandbox']['packages'] => config().sandbox.packages;
  const live = new LivePackages(settings, (now) => openPackages({ ...always, settings: now }));
  const snapshotFolder = path.join(storeFolder(dataFolder, lock.pyodideVersion), 'snapshots');
  const cache = new PyodideCache({
    packages: () => live.current,
    loadAssets: () => loadRuntimeAssets(runtime),
    snapshots: new Snapshots(new SnapshotStore(snapshotFolder), engineVersion()),
    snapshotFolder,
    startOnce: (given) =>
      startForTheFirstTime({
        ...given,
        packages: live.provider,
        open: (packages) =>
          createSandbox({ outDir, launcher, packages, ...sandboxSettings(config()), standby: false }),
      }),
  });
  const tasks = new Tasks((count) => {
    if (count === 0) options.onProgress(null);
  });
  return {
    live,
    cache,
    tasks,
    settings,
    openWithPack: (pack) => openPackages({ ...always, settings: settings(), pack }),
    download: async (report) => {
      const taskId = PYODIDE_DOWNLOAD_TASK;
      if (tasks.has(taskId)) throw new Error('the download is under way already');
      await tasks.run(taskId, (signal) =>
        cache.download({
          signal,
          onProgress: (progress) => report({ taskId, type: 'fetching', ...progress }),
          onPreparing: (packageNames) => report({ taskId, type: 'preparing', packageNames }),
        }),
      );
    },
  };
};
