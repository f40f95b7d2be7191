import { z } from 'zod';
import { examineStore, installPackages, mendPackages, namesToMend } from '../packages/maintenance.ts';
import type { Packages } from '../packages/open-packages.ts';
import type { PyodideCache } from '../app/pyodide-cache.ts';
import type { InstalledPackage, PackageTaskOptions, SandboxPackages } from './api/api.ts';
import { VivariumError } from './errors.ts';
import { withLibraryErrors } from './library-error.ts';
import { parseOption } from './options.ts';

/** What is opened when the first of it is needed. */
export interface OpenedPackages {
  readonly packages: Packages;
  readonly cache: PyodideCache;
}

/** Of packages. */
const Names = z.array(z.string());
/** @throws VivariumError for one text in the place of a list, which has a name in each of its characters */
const listed = (names: readonly string[]): readonly string[] => parseOption(Names, names, 'names');

const unheard = (): void => undefined;

interface TaskOptions {
  readonly onProgress: NonNullable<PackageTaskOptions['onProgress']>;
  readonly signal: AbortSignal;
}

const taskOptions = ({
  onProgress = unheard,
  signal = new AbortController().signal,
}: PackageTaskOptions): TaskOptions => ({ onProgress, signal });

export class StoredPackages implements SandboxPackages {
  readonly #open: () => Promise<OpenedPackages>;

  constructor(open: () => Promise<OpenedPackages>) {
    this.#open = open;
  }

  async install(names: readonly string[], options: PackageTaskOptions = {}): Promise<InstalledPackage[]> {
    const given = listed(names);
    return this.#with(async ({ packages }) =>
      (await installPackages(packages, given, taskOptions(options))).map(installed),
    );
  }

  installed(): Promise<InstalledPackage[]> {
    return this.#with(async ({ packages }) => (await packages.service.inventory.installed()).map(installed));
  }

  available(): Promise<{ name: string; version: string }[]> {
    return this.#with(async ({ packages }) => {
      const available = await packages.service.inventory.available();
      return available.map(({ name, version }) => ({ name, version }));
    });
  }

  async remove(names: readonly string[]): Promise<number> {
    const given = listed(names);
    return this.#with(({ packages }) => packages.service.byHand.remove(given));
  }

  verify(options: PackageTaskOptions = {}): Promise<string[]> {
    return this.#with(async ({ packages }) => {
      const task = taskOptions(options);
      const names = namesToMend(await examineStore(packages, { signal: task.signal, onProgress: unheard }));
      await mendPackages(packages, names, task);
      return names;
    });
  }

  prepare(options: Parameters<SandboxPackages['prepare']>[0] = {}): Promise<void> {
    return this.#with(({ cache }) =>
      cache.download({ ...taskOptions(options), onPreparing: options.onPreparing ?? unheard }),
    );
  }

  isPrepared(): Promise<boolean> {
    return this.#with(({ cache }) => cache.isCached());
  }

  size(): Promise<number> {
    return this.#with(({ cache }) => cache.size());
  }

  clear(): Promise<number> {
    return this.#with(({ cache }) => cache.clear());
  }

  #with<T>(work: (opened: OpenedPackages) => Promise<T>): Promise<T> {
    return withLibraryErrors(async () => work(await this.#open()));
  }
}

const installed = ({ bytes, name, version }: InstalledPackage): InstalledPackage => ({
  name,
  version,
  bytes,
});

/** Opens nothing: packages were switched off. */
export const noPackages = (): Promise<never> =>
  Promise.reject(
    new VivariumError('packages-off', 'packages are switched off; leave out the option packages: false'),
  );
