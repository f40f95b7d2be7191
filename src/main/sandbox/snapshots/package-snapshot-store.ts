import { createHash } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { PACKAGE_LIMITS } from '../../../shared/protocol/package-limits.ts';
import { PackageHash } from '../../../shared/protocol/package-parts.ts';
import { claimSnapshotMaking } from './snapshot-claim.ts';
import { SnapshotStore } from './snapshot-store.ts';

/** Description of a package snapshot. */
const ImageContent = z.strictObject({
  /** The runtime and engine that it was made in. */
  runtime: PackageHash,
  /** Requested packages; all others in it are their dependencies. */
  roots: z.array(z.string().max(128)).min(1).max(PACKAGE_LIMITS.packages),
  /** Hashes of the wheels, each after those it depends on. */
  hashes: z.array(PackageHash).min(1).max(PACKAGE_LIMITS.packages),
  /** Whether it can not be made. */
  isRefused: z.boolean().default(false),
});
export type ImageContent = z.infer<typeof ImageContent>;

type NewContent = Omit<ImageContent, 'isRefused'>;

export type StoredImage = ImageContent & { readonly key: string };

const MAX_DESCRIPTION_BYTES = 64 * 1024;
/** Descriptions that are kept: many more than snapshots, also of those that can not be made. */
const KEPT_DESCRIPTIONS = 50;

/** Key of a snapshot: covers all that determines its content. */
export const imageKey = ({ hashes, runtime }: Pick<ImageContent, 'runtime' | 'hashes'>): string =>
  createHash('sha256')
    .update(`packages\n${runtime}\n${[...hashes].sort().join('\n')}`)
    .digest('hex');

/**
 * Package snapshots on disk, compressed, and their descriptions. A cache, as `SnapshotStore`, of the few that were used
 * last. No method rejects.
 */
export class PackageSnapshotStore {
  readonly #images: SnapshotStore;
  readonly #descriptions: SnapshotStore;
  readonly #folder: string;

  /** @param folder holds nothing else; made when it is needed */
  constructor(folder: string) {
    this.#folder = folder;
    this.#images = new SnapshotStore(folder, PACKAGE_LIMITS.imageBytes);
    this.#descriptions = new SnapshotStore(
      path.join(folder, 'content'),
      MAX_DESCRIPTION_BYTES,
      KEPT_DESCRIPTIONS,
    );
  }

  /** Those of that runtime, with the fewest packages first. */
  async list(runtime: string): Promise<StoredImage[]> {
    const keys = new Set(await this.#images.keys());
    const described = await Promise.all((await this.#descriptions.keys()).map((key) => this.#describe(key)));
    return described
      .filter((image) => image?.runtime === runtime)
      .filter((image) => image !== undefined)
      .filter(({ isRefused, key }) => isRefused || keys.has(key))
      .sort((left, right) => left.hashes.length - right.hashes.length);
  }

  /** Whole and undamaged, or undefined. */
  read(key: string): Promise<Uint8Array | undefined> {
    return this.#images.read(key);
  }

  /** Marks a snapshot as used, without reading it. */
  used(key: string): Promise<void> {
    return this.#images.used(key);
  }

  async keep(content: NewContent, image: Uint8Array): Promise<void> {
    if (await this.#note({ ...content, isRefused: false }))
      await this.#images.write(imageKey(content), image);
  }

  /**
   * Says to other processes that the snapshot of that key is being made. Null when there is one, or another process is
   * making one.
   *
   * @returns takes that back
   */
  async claim(key: string): Promise<(() => Promise<void>) | null> {
    const release = await claimSnapshotMaking(this.#folder);
    // Without a description it is not found.
    const isThere = (await this.#images.has(key)) && (await this.#describe(key)) !== undefined;
    if (release === null || !isThere) return release;
    await release();
    return null;
  }

  /** Records that a snapshot can not be made, so that it is not tried again. */
  async refuse(content: NewContent): Promise<void> {
    await this.#note({ ...content, isRefused: true });
  }

  /** Removes a snapshot that turned out to be unusable. */
  async discard(key: string): Promise<void> {
    await this.#images.remove(key);
    await this.#descriptions.remove(key);
  }

  #note(content: ImageContent): Promise<boolean> {
    return this.#descriptions.write(imageKey(content), new TextEncoder().encode(JSON.stringify(content)));
  }

  async #describe(key: string): Promise<StoredImage | undefined> {
    const bytes = await this.#descriptions.read(key);
    if (bytes === undefined) return undefined;
    try {
      const content = ImageContent.parse(JSON.parse(new TextDecoder().decode(bytes)));
      return imageKey(content) === key ? { ...content, key } : undefined;
    } catch {
      return undefined;
    }
  }
}
