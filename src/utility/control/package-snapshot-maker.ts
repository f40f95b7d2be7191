import { RpcError } from '../../shared/rpc/errors.ts';
import { MAX_PACKAGE_SNAPSHOT_BYTES } from '../../shared/protocol/snapshot-image.ts';
import { archiveBytecode, bytecodePaths } from './packages/bytecode.ts';
import { compress } from './snapshots/compressed-blocks.ts';
import { InterpreterThread } from './interpreters/interpreter-thread.ts';
import type { PackageSnapshot, PackageSnapshots } from './snapshots/package-snapshots.ts';
import type { StartContext } from './interpreters/start-context.ts';
import type { CachedWheel } from './packages/cached-wheel.ts';
import { withTimeout } from './interpreters/with-timeout.ts';

/** Limit for one interpreter to import packages and test them, in ms. */
const TRY_LIMIT_MS = 90_000;
/** Limit for starting an interpreter from a snapshot and testing its packages, in ms. */
const CHECK_LIMIT_MS = 45_000;

/** A compressed package snapshot. */
export interface MadePackageSnapshot {
  readonly image: Uint8Array;
  /** Bytecode of what was imported, as an archive of each package, in their order; null for one without. */
  readonly bytecode: readonly (Uint8Array | null)[];
}

/** What a snapshot is made of. */
export interface PackageSnapshotOrder {
  readonly key: string;
  readonly packages: readonly CachedWheel[];
  /** Modules to import into it; invalid names are skipped. */
  readonly modules: readonly string[];
}

/**
 * Imports packages in a dedicated interpreter, saves its memory, and starts another one from that. The snapshot is accepted
 * only when the packages work the same in both. To be called before any guest code has run in this process.
 *
 * @throws RpcError when no snapshot can be made
 */
export const makePackageSnapshot = async (
  context: StartContext,
  snapshots: PackageSnapshots,
  { key, packages, modules }: PackageSnapshotOrder,
): Promise<MadePackageSnapshot> => {
  const { bytecode, bytes, said } = await withThread(
    new InterpreterThread(context, 'for-package-snapshot'),
    (thread) => withTimeout(TRY_LIMIT_MS, importAndTake(thread, packages, modules)),
  );
  const image = await snapshots.put(key, bytes, packages);
  // Compressed on another thread while the restored interpreter is tested.
  const compressing = Promise.all([
    compress(context.codec, bytes),
    Promise.all(packages.map((wheel) => archiveBytecode(context.codec, wheel, bytecode))),
  ]);
  compressing.catch(() => undefined);
  try {
    const again = await withThread(context.threads.take(), (thread) =>
      withTimeout(CHECK_LIMIT_MS, bootAndTry(thread, image)),
    );
    if (again !== said) throw new RpcError('failed', 'packages work differently in an image of them');
  } catch (error) {
    snapshots.drop(key);
    throw error;
  }
  const [compressed, archives] = await compressing;
  return { image: compressed, bytecode: archives };
};

const withThread = async <T>(
  thread: InterpreterThread,
  work: (thread: InterpreterThread) => Promise<T>,
): Promise<T> => {
  try {
    return await work(thread);
  } finally {
    await thread.terminate();
  }
};

const boot = async (thread: InterpreterThread, image?: PackageSnapshot): Promise<void> => {
  const checks = await thread.boot(image);
  if (!checks.every((check) => check.holds)) throw new RpcError('failed', 'a self-check failed');
};

interface Taken {
  readonly bytes: Uint8Array;
  /** By path. */
  readonly bytecode: ReadonlyMap<string, Uint8Array>;
  readonly said: string;
}

const importAndTake = async (
  thread: InterpreterThread,
  packages: readonly CachedWheel[],
  modules: readonly string[],
): Promise<Taken> => {
  await boot(thread);
  const conflict = await thread.installPackages(packages);
  if (conflict !== null)
    throw new RpcError('failed', `${conflict.name} and ${conflict.other} do not go together`);
  const said = await thread.tryPackages(modules);
  const bytecode = await thread.takeFiles(packages.flatMap(({ paths }) => bytecodePaths(paths)));
  return { said, bytecode, bytes: await thread.takeSnapshot(MAX_PACKAGE_SNAPSHOT_BYTES) };
};

const bootAndTry = async (thread: InterpreterThread, image: PackageSnapshot): Promise<string> => {
  await boot(thread, image);
  return thread.tryPackages([]);
};
