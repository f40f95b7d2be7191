import type { ImagePart } from '../../shared/package-files.ts';
import { RpcError } from '../../shared/rpc/errors.ts';
import { joinBytes, MAX_PACKAGE_IMAGE_BYTES } from '../../shared/snapshot-image.ts';
import { decompress } from './compression.ts';

/** Takes on an image that arrives in parts. One at a time: what another one has left behind is dropped. */
export class ImageLoader {
  #key = '';
  #parts: Uint8Array[] = [];
  /** Set once it is whole. */
  #image: Promise<Uint8Array> | undefined;

  /** With the last part it is decompressed, while other things go on. @throws RpcError when it is too large */
  add({ key, totalBytes, bytes }: ImagePart): void {
    if (key !== this.#key || this.#image !== undefined) this.#begin(key);
    this.#parts.push(bytes);
    const received = this.#parts.reduce((total, part) => total + part.byteLength, 0);
    if (received < totalBytes) return;
    const whole = joinBytes(this.#parts);
    this.#parts = [];
    if (received > totalBytes) throw new RpcError('failed', 'the image is too large');
    this.#image = decompress(whole, MAX_PACKAGE_IMAGE_BYTES);
    // Told to who takes it.
    this.#image.catch(() => undefined);
  }

  /** The image of that key, once. @throws Error when it is not whole, or damaged */
  take(key: string): Promise<Uint8Array> {
    const image = key === this.#key ? this.#image : undefined;
    this.#begin('');
    return image ?? Promise.reject(new Error('the image is not whole'));
  }

  #begin(key: string): void {
    this.#key = key;
    this.#parts = [];
    this.#image = undefined;
  }
}
