import { createHash } from 'node:crypto';
import process from 'node:process';
import { SNAPSHOT_FORMAT } from '../../../shared/protocol/snapshot-image.ts';
import type { Asset } from '../../runtime/runtime-assets.ts';
import type { SnapshotStore } from './snapshot-store.ts';

/** Engine on which a snapshot depends, beside the assets: its function tables are part of the snapshot. */
export const engineVersion = (): string =>
  ['electron', 'node', 'v8'].map((name) => `${name} ${process.versions[name] ?? '-'}`).join(', ') +
  `, ${process.platform} ${process.arch}`;

/** Snapshots of started interpreters, each for one runtime in one engine. No method rejects. */
export class Snapshots {
  readonly #store: SnapshotStore;
  readonly #engine: string;
  readonly #shipped: string | undefined;

  /**
   * @param engine as `engineVersion()` says
   * @param shipped folder of snapshots that came with the program, copied into the store where that has none
   */
  constructor(store: SnapshotStore, engine: string, shipped?: string) {
    this.#store = store;
    this.#engine = engine;
    this.#shipped = shipped;
  }

  /** The snapshot made from exactly these assets, or undefined. */
  async find(assets: readonly Asset[]): Promise<Uint8Array | undefined> {
    const key = this.keyOf(assets);
    const kept = await this.#store.read(key);
    if (kept !== undefined || this.#shipped === undefined) return kept;
    return (await this.#store.copyFrom(this.#shipped, key))
      ? this.#store.read(key)
      : this.#store.readFrom(this.#shipped, key);
  }

  /** Whether there is one in the store; its content is not read. */
  has(assets: readonly Asset[]): Promise<boolean> {
    return this.#store.has(this.keyOf(assets));
  }

  /** Stores a snapshot that was made in a process without any guest code. */
  async keep(assets: readonly Asset[], image: Uint8Array): Promise<void> {
    await this.#store.write(this.keyOf(assets), image);
  }

  /** Removes a snapshot that turned out to be unusable: the next process makes another one. */
  async discard(assets: readonly Asset[]): Promise<void> {
    const key = this.keyOf(assets);
    await this.#store.remove(key);
    if (this.#shipped !== undefined) await this.#store.refuseCopies(this.#shipped, key);
  }

  /** Identifies runtime and engine and, with `memoryMiB`, the memory cap. */
  keyOf(assets: readonly Asset[], memoryMiB?: number): string {
    const hash = createHash('sha256').update(`${SNAPSHOT_FORMAT}\n${this.#engine}\n`);
    for (const { name, sha256 } of assets) hash.update(`${name} ${sha256}\n`);
    if (memoryMiB !== undefined) hash.update(`memory ${memoryMiB}\n`);
    return hash.digest('hex');
  }
}
