import { createHash } from 'node:crypto';
import process from 'node:process';
import { SNAPSHOT_FORMAT } from '../../../shared/protocol/snapshot-image.ts';
import type { Asset } from '../../runtime/runtime-assets.ts';
import type { SnapshotStore } from './snapshot-store.ts';

/** What decides, beside the assets, whether a snapshot fits: the engine's tables of functions go into it. */
export const engineVersion = (): string =>
  ['electron', 'node', 'v8'].map((name) => `${name} ${process.versions[name] ?? '-'}`).join(', ') +
  `, ${process.platform} ${process.arch}`;

/** The snapshots of interpreters, each for one runtime in one engine. Nothing in here ever rejects. */
export class Snapshots {
  readonly #store: SnapshotStore;
  readonly #engine: string;

  /** @param engine as `engineVersion()` says */
  constructor(store: SnapshotStore, engine: string) {
    this.#store = store;
    this.#engine = engine;
  }

  /** The one made from these very assets, or undefined. */
  find(assets: readonly Asset[]): Promise<Uint8Array | undefined> {
    return this.#store.read(this.keyOf(assets));
  }

  /** Whether there is one; its content is not looked at. */
  has(assets: readonly Asset[]): Promise<boolean> {
    return this.#store.has(this.keyOf(assets));
  }

  /** Takes one on that a process made in which no guest has been. */
  async keep(assets: readonly Asset[], image: Uint8Array): Promise<void> {
    await this.#store.write(this.keyOf(assets), image);
  }

  /** Removes a snapshot that turned out to be unusable: the next process makes another one. */
  async discard(assets: readonly Asset[]): Promise<void> {
    await this.#store.remove(this.keyOf(assets));
  }

  /** Says which runtime in which engine it is; with `memoryMiB`, also with what cap of its memory. */
  keyOf(assets: readonly Asset[], memoryMiB?: number): string {
    const hash = createHash('sha256').update(`${SNAPSHOT_FORMAT}\n${this.#engine}\n`);
    for (const { name, sha256 } of assets) hash.update(`${name} ${sha256}\n`);
    if (memoryMiB !== undefined) hash.update(`memory ${memoryMiB}\n`);
    return hash.digest('hex');
  }
}
