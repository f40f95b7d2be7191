import { RpcError } from '../../../shared/rpc/errors.ts';
import type { Wheel } from '../../packages/wheel.ts';
import { sendPackages, packageTransfersOf } from '../packages/send-packages.ts';
import type { BytecodeStore } from '../packages/bytecode-store.ts';
import type { PackageProvider, RunPackages } from '../packages/package-provider.ts';
import type { SidecarClient } from '../sidecar/sidecar-client.ts';
import {
  imageKey,
  type PackageSnapshotStore,
  type StoredImage,
} from '../snapshots/package-snapshot-store.ts';
import type { SnapshotNeed } from './snapshot-need.ts';

export interface SnapshotTransferParts {
  readonly provider: PackageProvider;
  readonly store: PackageSnapshotStore;
  readonly bytecode: BytecodeStore;
}

/** The process for a run, which may only be starting. */
export interface TargetProcess {
  readonly sidecar: SidecarClient;
  /** Resolves when the process accepts runs. */
  readonly ready: Promise<unknown>;
}

/** What came of making a snapshot. */
export type MakeOutcome = 'made' | 'refused' | 'failed';

/** Brings package snapshots into processes, and has processes make them. */
export class SnapshotTransfer {
  readonly #provider: PackageProvider;
  readonly #store: PackageSnapshotStore;
  readonly #bytecode: BytecodeStore;

  constructor({ bytecode, provider, store }: SnapshotTransferParts) {
    this.#provider = provider;
    this.#store = store;
    this.#bytecode = bytecode;
  }

  /** The wheels of the snapshot once it is loaded; null when it can not be used for this run. */
  async load(
    stored: StoredImage,
    need: SnapshotNeed,
    packages: RunPackages,
    { ready, sidecar }: TargetProcess,
    signal: AbortSignal,
  ): Promise<readonly Wheel[] | null> {
    const has = new Set(stored.hashes);
    if (!need.wheels.every(({ sha256 }) => has.has(sha256))) return null;
    const wheels = await wheelsOf(stored, need, packages);
    if (wheels.length !== stored.hashes.length || !wheels.every(({ sha256 }) => has.has(sha256))) return null;
    if (await sidecar.packageSnapshots.has(stored.key)) {
      await this.#store.used(stored.key);
      return wheels;
    }
    const [isHandedOver] = await Promise.all([
      this.#handOver(stored, sidecar, signal),
      this.bring(wheels, sidecar, signal),
    ]);
    await ready;
    if (!isHandedOver || signal.aborted) return null;
    try {
      await sidecar.packageSnapshots.adopt(stored.key, stored.hashes);
      return wheels;
    } catch (error) {
      // Unless the process is gone, which the snapshot hardly caused.
      if (isRefusal(error)) await this.#store.discard(stored.key);
      return null;
    }
  }

  /**
   * Makes a snapshot in a process in which no guest has been. 'refused': these packages can not be saved, and are not tried
   * again; 'failed': the process ended, took too long, or a guest came in.
   */
  async make(
    need: SnapshotNeed,
    runtime: string,
    sidecar: SidecarClient,
    signal: AbortSignal,
  ): Promise<MakeOutcome> {
    const { roots, wheels, modules } = need;
    await this.bring(wheels, sidecar, signal);
    const content = { runtime, roots: [...roots], hashes: wheels.map(({ sha256 }) => sha256) };
    const making = sidecar.packageSnapshots.make(imageKey(content), content.hashes, modules);
    const [made, isImpossible] = await making.then(
      (image) => [image, false] as const,
      (error: unknown) => [undefined, isRefusal(error)] as const,
    );
    // Another run may have executed guest code in this process meanwhile.
    if (!sidecar.isPristine) return 'failed';
    if (made !== undefined) {
      await this.#bytecode.keep(made.bytecode);
      await this.#store.keep(content, made.image);
      return 'made';
    }
    if (!isImpossible || signal.aborted) return 'failed';
    // No guest code interfered, so it would fail again at the same cost.
    await this.#store.refuse(content);
    return 'refused';
  }

  /** False when the snapshot is missing or damaged. */
  async #handOver({ key }: StoredImage, sidecar: SidecarClient, signal: AbortSignal): Promise<boolean> {
    const bytes = await this.#store.read(key);
    if (bytes !== undefined) await sidecar.packageSnapshots.load(key, bytes, signal);
    return bytes !== undefined;
  }

  /** Sends those packages to a process that it does not have. @throws PackageError, RpcError when one can't be sent */
  async bring(wheels: readonly Wheel[], sidecar: SidecarClient, signal: AbortSignal): Promise<void> {
    const missing = await sidecar.packages.missing(wheels.map(({ sha256 }) => sha256));
    await sendPackages(packageTransfersOf(wheels, this.#provider), missing, sidecar, signal);
  }
}

/** The wheels of a stored snapshot, as the current lock and settings have them. */
const wheelsOf = async (
  { hashes, roots }: StoredImage,
  { wheels }: SnapshotNeed,
  packages: RunPackages,
): Promise<readonly Wheel[]> =>
  hashes.length === wheels.length ? wheels : ((await packages.kept(roots)) ?? []);

/** Whether the snapshot itself was refused, as opposed to a process that ended, lacked a package or took too long. */
const isRefusal = (error: unknown): boolean => RpcError.is(error) && error.code === 'failed';
