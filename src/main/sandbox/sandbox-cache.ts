import path from 'node:path';
import { BytecodeStore } from './packages/bytecode-store.ts';
import { ImportTimes } from './packages/import-times.ts';
import { PackageSnapshotStore } from './snapshots/package-snapshot-store.ts';
import { SnapshotStore } from './snapshots/snapshot-store.ts';
import { engineVersion, Snapshots } from './snapshots/snapshots.ts';

/** What a sandbox keeps on disk, so that later starts and runs are faster. All of it may be gone at any time. */
export interface SandboxCache {
  readonly snapshots: Snapshots;
  readonly packageSnapshots: PackageSnapshotStore;
  readonly bytecode: BytecodeStore;
  readonly importTimes: ImportTimes;
}

/**
 * @param folder holds nothing else; made when it is needed
 * @param shipped folder of snapshots that came with the program
 */
export const openSandboxCache = (folder: string, shipped?: string): SandboxCache => ({
  snapshots: new Snapshots(new SnapshotStore(folder), engineVersion(), shipped),
  packageSnapshots: new PackageSnapshotStore(path.join(folder, 'packages')),
  bytecode: new BytecodeStore(path.join(folder, 'bytecode')),
  importTimes: new ImportTimes(path.join(folder, 'import-times')),
});
