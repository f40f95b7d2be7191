import { decodeImage } from '../../shared/protocol/snapshot-image.ts';

/** The image that new interpreters are started from, as long as it is of use. */
export class SnapshotHolder {
  #image: Uint8Array | undefined;
  #unusable = false;

  /** @param image as main handed it over, or undefined when it has none */
  constructor(image: Uint8Array | undefined) {
    if (image !== undefined) this.put(image);
  }

  get image(): Uint8Array | undefined {
    return this.#image;
  }

  /** Whether there was an image that turned out to be of no use. */
  get unusable(): boolean {
    return this.#unusable;
  }

  /** Takes an image on; a damaged one counts as unusable. */
  put(image: Uint8Array): void {
    try {
      decodeImage(image);
      this.#image = image;
    } catch {
      this.#unusable = true;
    }
  }

  /** No interpreter could be started from the image: no other one is tried with it. */
  giveUp(image: Uint8Array): void {
    if (this.#image !== image) return;
    this.#image = undefined;
    this.#unusable = true;
  }
}
