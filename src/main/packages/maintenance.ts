/** Work on the store as a whole, for the command line and the window. All of it throws PackageError. */
import type { PackageReport } from '../../shared/ipc/packages.ts';
import type { Packages } from './open-packages.ts';
import { writePack } from './store/pack-writer.ts';
import { PackageError } from './package-error.ts';
import type { Wheel } from './wheel.ts';
import type { PackageProgress } from '../../shared/contract/package-progress.ts';
import type { StoreProgress, StoreSize } from './store/store.ts';

export interface ObtainOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: PackageProgress) => void;
}

/** Reads everything again, so that damaged files in the store are repaired as well. */
export const obtainPackages = async (
  { service }: Pick<Packages, 'service'>,
  names: readonly string[],
  { signal, onProgress }: ObtainOptions,
): Promise<readonly Wheel[]> => {
  const wheels = await service.ensure(names, { askedBy: 'user', signal, onProgress });
  for (const wheel of wheels) await service.read(wheel, { signal });
  return wheels;
};

/** The same for packages that the user installs permanently: see user-install-marks.ts. */
export const installPackages = async (
  packages: Pick<Packages, 'service'>,
  names: readonly string[],
  options: ObtainOptions,
): Promise<readonly Wheel[]> => {
  const wheels = await obtainPackages(packages, names, options);
  await packages.service.byHand.mark(wheels, names);
  return wheels;
};

/** Of what `examineStore` has found. */
export const mendPackages = async (
  { service }: Pick<Packages, 'service'>,
  names: readonly string[],
  { signal, onProgress }: ObtainOptions,
): Promise<void> => {
  for (const wheel of await service.mend(names, { signal, onProgress }))
    await service.read(wheel, { signal });
};

/** Removes all packages and their records. Returns what was removed from the store. */
export const removeAllPackages = async ({
  userInstallMarks,
  store,
  userLock,
}: Pick<Packages, 'userInstallMarks' | 'store' | 'userLock'>): Promise<StoreSize> => {
  const removed = await store.clear();
  await userLock.clear();
  await userInstallMarks.clear();
  return removed;
};

/** Requirements for everything in the offline pack. Empty without one. */
export const namesInPack = async ({ pack }: Pick<Packages, 'pack'>): Promise<string[]> =>
  (await pack?.contents())?.map(({ name, version }) => `${name}==${version}`) ?? [];

export interface StoreDamage extends PackageReport {
  /** Packages whose entries in the user's own lock were damaged. */
  readonly damagedEntries: readonly string[];
}

/** Reads and checks everything. */
export const examineStore = async (
  { service, store, userLock }: Pick<Packages, 'service' | 'store' | 'userLock'>,
  options: { readonly signal: AbortSignal; readonly onProgress: (progress: StoreProgress) => void },
): Promise<StoreDamage> => {
  const known = await service.inventory.byHash();
  const damagedEntries = await userLock.lost();
  const report = await store.verify(options);
  const damaged = report.damaged.map(({ sha256, reason }) => {
    const wheel = known.get(sha256);
    return { name: wheel?.name ?? null, file: wheel?.fileName ?? sha256, reason };
  });
  const told = new Set(namesToMend({ damaged, damagedEntries, missing: [] }));
  const missing = (await service.inventory.missing()).filter((name) => !told.has(name));
  return { files: report.files, bytes: report.bytes, damaged, damagedEntries, missing };
};

/** Packages that must be downloaded again for the store to be complete. */
export const namesToMend = (
  damage: Pick<StoreDamage, 'damaged' | 'damagedEntries' | 'missing'>,
): string[] => [
  ...new Set([
    ...damage.damaged.flatMap(({ name }) => name ?? []),
    ...damage.damagedEntries,
    ...damage.missing,
  ]),
];

export interface PackContents {
  readonly pyodideVersion: string;
  readonly wheels: readonly Wheel[];
  /** Whether an existing file may be replaced. */
  readonly replace: boolean;
  readonly signal: AbortSignal;
}

/** Writes an offline pack. Returns its size in bytes. */
export const packWheels = (
  { service }: Pick<Packages, 'service'>,
  file: string,
  { pyodideVersion, wheels, replace, signal }: PackContents,
): Promise<number> => {
  const byFile = new Map(wheels.map((wheel) => [wheel.fileName, wheel]));
  return writePack(file, {
    pyodideVersion,
    files: wheels.map(({ name, version, fileName, sha256, bytes }) => ({
      name,
      version,
      fileName,
      sha256,
      bytes,
    })),
    read: ({ fileName }) => {
      const wheel = byFile.get(fileName);
      if (wheel === undefined) throw new PackageError('bad-pack', `${fileName} is gone; try again`);
      return service.read(wheel, { signal });
    },
    replace,
  });
};
