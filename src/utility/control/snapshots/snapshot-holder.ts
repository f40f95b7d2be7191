import { decodeImage } from '../../../shared/protocol/snapshot-image.ts';

/** The baseline snapshot that new interpreters are restored from, until one fails to start from it. */
export class SnapshotHolder {
  #image: Uint8Array | undefined;
  #unusable = false;

  /** @param image compressed snapshot from main, or undefined when main has none */
  constructor(image: Uint8Array | undefined) {
    if (image !== undefined) this.put(image);
  }

  get image(): Uint8Array | undefined {
    return this.#image;
  }

  /** Whether there was a snapshot that could not be used. */
  get unusable(): boolean {
    return this.#unusable;
  }

  /** Sets the snapshot; a damaged one counts as unusable. */
  put(image: Uint8Array): void {
    try {
      decodeImage(image);
      this.#image = image;
    } catch {
      this.#unusable = true;
    }
  }

  /** Discards a snapshot that no interpreter could be started from. */
  giveUp(image: Uint8Array): void {
    if (this.#image !== image) return;
    this.#image = undefined;
    this.#unusable = true;
  }
}
