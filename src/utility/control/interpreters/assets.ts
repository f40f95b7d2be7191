import type { AssetName, RuntimeAssetName } from '../../../shared/protocol/sidecar-protocol.ts';

/** Assets that main has sent so far. */
export class Assets {
  readonly #assets = new Map<AssetName, Uint8Array>();

  put(name: AssetName, bytes: Uint8Array): void {
    this.#assets.set(name, bytes);
  }

  /** Removes and returns an asset, so that it is not kept twice. @throws Error when main did not send it */
  take(name: RuntimeAssetName): Uint8Array {
    const bytes = this.takeIfThere(name);
    if (bytes === undefined) throw new Error(`the asset ${name} was not handed over`);
    return bytes;
  }

  /** Like `take`, for optional assets. */
  takeIfThere(name: AssetName): Uint8Array | undefined {
    const bytes = this.#assets.get(name);
    this.#assets.delete(name);
    return bytes;
  }
}
