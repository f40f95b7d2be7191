import type { AssetName, RuntimeAssetName } from '../../../shared/protocol/sidecar-protocol.ts';

/** What main has handed over so far. */
export class Assets {
  readonly #assets = new Map<AssetName, Uint8Array>();

  put(name: AssetName, bytes: Uint8Array): void {
    this.#assets.set(name, bytes);
  }

  /** Gives an asset away: it is kept once, not twice. @throws Error when main never sent it */
  take(name: RuntimeAssetName): Uint8Array {
    const bytes = this.takeIfThere(name);
    if (bytes === undefined) throw new Error(`the asset ${name} was not handed over`);
    return bytes;
  }

  /** As `take`, for what main may leave out. */
  takeIfThere(name: AssetName): Uint8Array | undefined {
    const bytes = this.#assets.get(name);
    this.#assets.delete(name);
    return bytes;
  }
}
