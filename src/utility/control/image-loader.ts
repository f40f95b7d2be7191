import type { ImagePart } from '../../shared/package-files.ts';
import { RpcError } from '../../shared/rpc/errors.ts';
import { joinBytes, MAX_PACKAGE_IMAGE_BYTES } from '../../shared/snapshot-image.ts';
import { decompress } from './compression.ts';
import type { PackageImages } from './package-images.ts';
import type { PackageShelf } from './package-shelf.ts';

/** Takes on images that arrive in parts. */
export class ImageLoader {
  readonly #images: PackageImages;
  #key = '';
  #parts: Uint8Array[] = [];

  constructor(images: PackageImages) {
    this.#images = images;
  }

  /** @throws RpcError when the image is of no use */
  async add({ key, hashes, totalBytes, bytes }: ImagePart, shelf: PackageShelf): Promise<void> {
    // One at a time: what another one has left behind is dropped.
    if (key !== this.#key) this.#parts = [];
    this.#key = key;
    this.#parts.push(bytes);
    const received = this.#parts.reduce((total, part) => total + part.byteLength, 0);
    if (received < totalBytes) return;
    const whole = joinBytes(this.#parts);
    this.#parts = [];
    if (received > totalBytes) throw new RpcError('failed', 'the image is too large');
    try {
      const image = await decompress(whole, MAX_PACKAGE_IMAGE_BYTES);
      await this.#images.put(key, image, shelf.take(hashes));
    } catch (error) {
      throw new RpcError('failed', error instanceof Error ? error.message : 'the image is unusable');
    }
  }
}
