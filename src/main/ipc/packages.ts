import { EVENTS } from '../../shared/ipc/channels.ts';
import type { InstalledPackage, PackageReport, TaskProgress } from '../../shared/ipc/packages.ts';
import type { Tasks } from '../app/tasks.ts';
import type { FileDialogs } from '../app/file-dialogs.ts';
import {
  examineStore,
  installPackages,
  mendPackages,
  namesInPack,
  namesToMend,
  obtainPackages,
  packWheels,
  type ObtainOptions,
  type StoreDamage,
} from '../packages/maintenance.ts';
import type { Packages } from '../packages/open-packages.ts';
import { PackageError } from '../packages/package-error.ts';
import type { Wheel } from '../packages/wheel.ts';
import { ApiFailure } from './api-failure.ts';
import type { Caller, HandlersOf } from './route.ts';

export interface PackagesDeps {
  /** The store, opened with the current settings. */
  readonly packages: () => Packages;
  /** The store with an offline pack as a further source. */
  readonly openWithPack: (file: string) => Packages;
  readonly pyodideVersion: string;
  readonly cache: { size(): Promise<number>; clear(): Promise<number> };
  readonly tasks: Tasks;
  readonly dialogs: FileDialogs;
  /** Progress of a task, also shown outside the page (task bar). */
  readonly onProgress: (progress: TaskProgress) => void;
}

const PACK_NAME = 'python-packages.vivarium-pack';

const shown = ({ bytes, kind, name, origin, version }: Wheel): InstalledPackage => ({
  name,
  version,
  bytes,
  origin,
  kind,
});

const reportOf = ({ bytes, damaged, damagedEntries, files, missing }: StoreDamage): PackageReport => ({
  files,
  bytes,
  damaged: [
    ...damaged,
    ...damagedEntries.map((name) => ({ name, file: name, reason: 'its entry in your own lock is damaged' })),
  ],
  missing,
});

export const packagesHandlers = (deps: PackagesDeps): HandlersOf<'packages'> => {
  const { cache, dialogs, openWithPack, packages, pyodideVersion, tasks } = deps;

  /** A piece of work that the page follows by its id. */
  const task = async <T>(
    taskId: string,
    caller: Caller,
    work: (signal: AbortSignal, report: (progress: TaskProgress) => void) => Promise<T>,
  ): Promise<T> => {
    if (tasks.has(taskId)) throw new ApiFailure('duplicate-id', `a task "${taskId}" is under way already`);
    return tasks.run(taskId, (signal) =>
      work(signal, (progress) => {
        deps.onProgress(progress);
        caller.send(EVENTS.packages.onProgress, progress);
      }),
    );
  };

  const fetching = (
    taskId: string,
    signal: AbortSignal,
    report: (progress: TaskProgress) => void,
  ): ObtainOptions => ({
    signal,
    onProgress: (progress) => report({ taskId, type: 'fetching', ...progress }),
  });

  const examine = (
    taskId: string,
    signal: AbortSignal,
    report: (progress: TaskProgress) => void,
  ): Promise<StoreDamage> =>
    examineStore(packages(), {
      signal,
      onProgress: (progress) => report({ taskId, type: 'checking', ...progress }),
    });

  return {
    list: async () => ({
      packages: (await packages().service.inventory.installed()).map(shown),
      totalBytes: await cache.size(),
    }),
    available: async () => {
      const { service } = packages();
      const installed = new Set((await service.inventory.installed()).map(({ name }) => name));
      return (await service.inventory.available()).map(({ imports, name, version }) => ({
        name,
        imports,
        version,
        installed: installed.has(name),
      }));
    },
    sources: () => packages().sources(),
    install: ([names, { taskId }], caller) =>
      task(taskId, caller, async (signal, report) =>
        (await installPackages(packages(), names, fetching(taskId, signal, report))).map(shown),
      ),
    verify: ([{ taskId }], caller) =>
      task(taskId, caller, async (signal, report) => reportOf(await examine(taskId, signal, report))),
    repair: ([{ taskId }], caller) =>
      task(taskId, caller, async (signal, report) => {
        const damage = await examine(taskId, signal, report);
        await mendPackages(packages(), namesToMend(damage), fetching(taskId, signal, report));
        return reportOf(damage);
      }),
    remove: async ([names]) => ({ bytes: await packages().service.byHand.remove(names) }),
    clear: async () => ({ bytes: await cache.clear() }),
    exportPack: async ([names, { taskId }], caller) => {
      const file = await dialogs.saveAs({ name: PACK_NAME });
      if (file === null) return null;
      return task(taskId, caller, async (signal, report) => {
        const wheels =
          names === null
            ? await packages().service.inventory.exportable()
            : await obtainPackages(packages(), names, fetching(taskId, signal, report));
        if (wheels.length === 0) {
          throw new PackageError('bad-pack', 'no package is installed; install some first');
        }
        const options = { pyodideVersion, wheels, replace: true, signal };
        return { file, bytes: await packWheels(packages(), file, options) };
      });
    },
    importPack: async ([{ taskId }], caller) => {
      const file = await dialogs.pick({});
      if (file === null) return null;
      return task(taskId, caller, async (signal, report) => {
        const opened = openWithPack(file);
        try {
          const names = await namesInPack(opened);
          return (await installPackages(opened, names, fetching(taskId, signal, report))).map(shown);
        } finally {
          await opened.service.close();
        }
      });
    },
    cancel: ([taskId]) => tasks.cancel(taskId),
  };
};
