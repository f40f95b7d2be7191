import type { PackageSnapshotPart } from '../../../shared/protocol/package-snapshot-part.ts';
import { RpcError } from '../../../shared/rpc/errors.ts';
import { joinBytes } from '../../../shared/bytes.ts';
import { MAX_PACKAGE_SNAPSHOT_BYTES } from '../../../shared/protocol/snapshot-image.ts';
import type { Codec } from '../host/codec.ts';
import { decompress } from './compressed-blocks.ts';

/** Receives a snapshot in parts. One at a time: an incomplete earlier one is dropped. */
export class PackageSnapshotLoader {
  readonly #codec: Codec;
  #key = '';
  #parts: Uint8Array[] = [];
  /** Set once it is whole. */
  #image: Promise<Uint8Array> | undefined;

  constructor(codec: Codec) {
    this.#codec = codec;
  }

  /**
   * The first part starts a new snapshot; the last one starts its decompression in the background.
   *
   * @throws RpcError when a part is missing, or the snapshot is too large
   */
  add({ key, totalBytes, offset, bytes }: PackageSnapshotPart): void {
    if (offset === 0) this.#begin(key);
    if (key !== this.#key || offset !== bytesOf(this.#parts)) {
      this.#begin('');
      throw new RpcError('busy', 'the image came with a part missing');
    }
    this.#parts.push(bytes);
    const received = bytesOf(this.#parts);
    if (received < totalBytes) return;
    const whole = joinBytes(this.#parts);
    this.#parts = [];
    if (received > totalBytes) throw new RpcError('failed', 'the image is too large');
    this.#image = decompress(this.#codec, whole, MAX_PACKAGE_SNAPSHOT_BYTES);
    // `take` reports the error.
    this.#image.catch(() => undefined);
  }

  /** The snapshot of that key, once. @throws RpcError when it is incomplete; Error when it is damaged */
  take(key: string): Promise<Uint8Array> {
    const image = key === this.#key ? this.#image : undefined;
    this.#begin('');
    return image ?? Promise.reject(new RpcError('busy', 'the image is not whole'));
  }

  #begin(key: string): void {
    this.#key = key;
    this.#parts = [];
    this.#image = undefined;
  }
}

const bytesOf = (parts: readonly Uint8Array[]): number =>
  parts.reduce((total, { byteLength }) => total + byteLength, 0);
