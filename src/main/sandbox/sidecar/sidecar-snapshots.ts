import { PACKAGE_LIMITS } from '../../../shared/protocol/package-limits.ts';
import { joinBytes } from '../../../shared/bytes.ts';
import type { SidecarPeer } from './sidecar-peer.ts';

/** Window of a snapshot that is received: unacknowledged bytes. */
const IMAGE_WINDOW_BYTES = 4 * 1024 * 1024;

/** A package snapshot that a process has made. */
export interface MadePackageSnapshot {
  /** Compressed. */
  readonly image: Uint8Array;
  /** Archives of the packages' bytecode, by the packages' hashes. */
  readonly bytecode: ReadonlyMap<string, Uint8Array>;
}

/** The package snapshots that a process can start interpreters from. */
export class SidecarSnapshots {
  readonly #peer: SidecarPeer;

  constructor(peer: SidecarPeer) {
    this.#peer = peer;
  }

  /** Whether the process has that snapshot. @throws RpcError when the process is gone */
  async has(key: string): Promise<boolean> {
    return (await this.#peer.call('hasPackageSnapshot', { key })).has;
  }

  /**
   * Sends a snapshot, for `adopt`; stops between two parts once `signal` aborts.
   *
   * @param image compressed
   * @throws RpcError when it is refused
   */
  async load(key: string, image: Uint8Array, signal: AbortSignal): Promise<void> {
    const totalBytes = image.byteLength;
    for (let start = 0; start < totalBytes && !signal.aborted; start += PACKAGE_LIMITS.partBytes) {
      // A copy: a view would be sent with its whole buffer.
      const bytes = new Uint8Array(image.subarray(start, start + PACKAGE_LIMITS.partBytes));
      await this.#peer.call('loadPackageSnapshot', { key, totalBytes, offset: start, bytes });
    }
  }

  /** Makes a snapshot usable, once it and its packages were sent. @throws RpcError when it can not be used */
  async adopt(key: string, hashes: readonly string[]): Promise<void> {
    await this.#peer.call('adoptPackageSnapshot', { key, hashes: [...hashes] });
  }

  /**
   * Makes a snapshot of packages that the process has. Only for a process in which no guest code runs, before or
   * afterwards.
   *
   * @param modules imported into it
   * @throws RpcError, Error when it can not be made
   */
  async make(
    key: string,
    hashes: readonly string[],
    modules: readonly string[],
  ): Promise<MadePackageSnapshot> {
    const pieces = new Map<string, Uint8Array[]>();
    let received = 0;
    const { bytes } = await this.#peer.call(
      'makePackageSnapshot',
      { key, hashes: [...hashes], modules: [...modules] },
      {
        window: IMAGE_WINDOW_BYTES,
        onItem: (piece) => {
          received += piece.bytes.length;
          if (received > PACKAGE_LIMITS.imageBytes) throw new Error('the image is too large');
          const before = pieces.get(piece.of);
          if (before === undefined) pieces.set(piece.of, [piece.bytes]);
          else before.push(piece.bytes);
        },
      },
    );
    if (bytes !== received) throw new Error('the image is not whole');
    const image = joinBytes(pieces.get('image') ?? []);
    pieces.delete('image');
    const joined = [...pieces].map(([hash, parts]) => [hash, joinBytes(parts)] as const);
    return { image, bytecode: new Map(joined) };
  }
}
