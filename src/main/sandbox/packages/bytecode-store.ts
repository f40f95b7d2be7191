import { createHash } from 'node:crypto';
import { PACKAGE_LIMITS } from '../../../shared/protocol/package-limits.ts';
import type { Wheel } from '../../packages/wheel.ts';
import type { PackageTransfer } from './send-packages.ts';
import { SnapshotStore } from '../snapshots/snapshot-store.ts';

/** Packages whose bytecode is kept. */
const KEPT = 200;

/**
 * Compiled bytecode of packages, in archives like wheels, made together with snapshots. Where no snapshot can be used, it
 * halves the time of imports. A cache, as `SnapshotStore`; no method rejects.
 */
export class BytecodeStore {
  readonly #archives: SnapshotStore;

  /** @param folder holds nothing else; made when it is needed */
  constructor(folder: string) {
    this.#archives = new SnapshotStore(folder, PACKAGE_LIMITS.wheelBytes, KEPT);
  }

  /** @param archives by the hash of the package */
  async keep(archives: ReadonlyMap<string, Uint8Array>): Promise<void> {
    for (const [hash, archive] of archives) await this.#archives.write(keyOf(hash), archive);
  }

  /** The archives for these packages, to be installed into an interpreter with them. */
  async transfersFor(wheels: readonly Wheel[]): Promise<PackageTransfer[]> {
    const transfers = wheels.map(({ name, sha256 }): PackageTransfer => {
      const key = keyOf(sha256);
      return { sha256: key, name, kind: 'wheel', read: () => this.#archives.read(key) };
    });
    const kept = await Promise.all(transfers.map(({ sha256 }) => this.#archives.has(sha256)));
    return transfers.filter((_supply, index) => kept[index]);
  }
}

/** Differs from the hash of the package, since a process keeps both under their keys. */
const keyOf = (hash: string): string => createHash('sha256').update(`bytecode\n${hash}`).digest('hex');
