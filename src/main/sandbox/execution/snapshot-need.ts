import { CURATED } from '../../../shared/curated-packages.ts';
import type { Wheel } from '../../packages/wheel.ts';
import { imageKey } from '../snapshots/package-snapshot-store.ts';

/** The packages that a run seems to need in its snapshot. */
export interface SnapshotNeed {
  /** Names of those that it imports itself. */
  readonly roots: readonly string[];
  readonly wheels: readonly Wheel[];
  /** To be imported into the snapshot. */
  readonly modules: readonly string[];
}

/** Key of the snapshot with exactly these packages. */
export const keyOf = ({ wheels }: SnapshotNeed, runtime: string): string =>
  imageKey({ runtime, hashes: wheels.map(({ sha256 }) => sha256) });

/** The modules of a package to import into a snapshot: the same for every run, whatever its code imports. */
export const modulesOf = ({ imports, name }: Wheel, isRoot: boolean): readonly string[] =>
  snapshotModulesOf(name) ?? (isRoot ? imports.filter((module) => !isOdd(module)) : []);

const snapshotModulesOf = (name: string): readonly string[] | undefined =>
  Object.hasOwn(CURATED.snapshotModules, name) ? CURATED.snapshotModules[name] : undefined;

/** Submodules with effects beyond their import: tests, programs. */
const isOdd = (module: string): boolean =>
  module.split('.').some((part) => part.startsWith('_') || /^(?:conftest|testing|tests?)$/u.test(part));
