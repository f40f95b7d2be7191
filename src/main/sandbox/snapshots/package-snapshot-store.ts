import { createHash } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { PACKAGE_LIMITS, PackageHash } from '../../../shared/protocol/package-files.ts';
import { SnapshotStore } from './snapshot-store.ts';

/** What an image has in it. */
const ImageContent = z.strictObject({
  /** The runtime and engine that it was made in. */
  runtime: PackageHash,
  /** What was asked for: everything else in it is what that needs. */
  roots: z.array(z.string().max(128)).min(1).max(PACKAGE_LIMITS.packages),
  /** Of the wheels, each after what it depends on. */
  hashes: z.array(PackageHash).min(1).max(PACKAGE_LIMITS.packages),
  /** It can't be made. */
  isRefused: z.boolean().default(false),
});
export type ImageContent = z.infer<typeof ImageContent>;

type NewContent = Omit<ImageContent, 'isRefused'>;

export type StoredImage = ImageContent & { readonly key: string };

const MAX_DESCRIPTION_BYTES = 64 * 1024;
/** Far more than images: also of those that can't be made. */
const KEPT_DESCRIPTIONS = 50;

/** The key of an image: whatever decides what is in it. */
export const imageKey = ({ hashes, runtime }: Pick<ImageContent, 'runtime' | 'hashes'>): string =>
  createHash('sha256')
    .update(`packages\n${runtime}\n${[...hashes].sort().join('\n')}`)
    .digest('hex');

/**
 * Images with packages on disk, compressed, and descriptions of them. A cache, as `SnapshotStore`, of the few that
 * were used last. Nothing in here ever rejects.
 */
export class PackageSnapshotStore {
  readonly #images: SnapshotStore;
  readonly #descriptions: SnapshotStore;

  /** @param folder holds nothing else; made when it is needed */
  constructor(folder: string) {
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

  /** It was used without being read. */
  used(key: string): Promise<void> {
    return this.#images.used(key);
  }

  async keep(content: NewContent, image: Uint8Array): Promise<void> {
    if (await this.#note({ ...content, isRefused: false }))
      await this.#images.write(imageKey(content), image);
  }

  /** It can't be made: to try again would be in vain. */
  async refuse(content: NewContent): Promise<void> {
    await this.#note({ ...content, isRefused: true });
  }

  /** Removes an image that turned out to be unusable. */
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
