import { CURATED } from '../../shared/curated-packages.ts';
import type { PackageProvider } from '../sandbox/packages/package-provider.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';

export interface FirstStartOptions {
  /** Makes a sandbox for nothing else, which takes packages from there. */
  readonly open: (packages: PackageProvider) => Sandbox;
  readonly packages: Omit<PackageProvider, 'close'>;
  readonly signal: AbortSignal;
  /** Python has started, and the packages of the base set are imported. */
  readonly onImporting: () => void;
}

/**
 * Does once what later starts are made of: Python is started, and the base set is imported, each in a process for nothing
 * else, which leaves a snapshot. Without the second one the first plot only takes longer.
 *
 * @returns why Python does not start, or null
 */
export const startForTheFirstTime = async ({
  onImporting,
  open,
  packages,
  signal,
}: FirstStartOptions): Promise<string | null> => {
  const sandbox = open({
    begin: (...given) => packages.begin(...given),
    read: (...given) => packages.read(...given),
    // They are not this sandbox's alone.
    close: () => Promise.resolve(),
  });
  try {
    const { error, status } = await sandbox.run({ code: '1' }, { signal });
    if (status !== 'ok') return error?.message ?? status;
    onImporting();
    await sandbox.makeSnapshotFor(CURATED.baseSet, signal).catch(() => undefined);
    return null;
  } finally {
    await sandbox.dispose();
  }
};
