/** What all animations draw on, and with. */
import { FrameSlots } from '../frame-slots.ts';

/** Pixels of all canvases together: some 256 MiB. */
const MAX_PIXELS = 64 * 1024 * 1024;

export class Canvases {
  /** Their sizes are in pixels. */
  readonly slots = new FrameSlots(MAX_PIXELS);
  #last = Promise.resolve();

  /** Draws when all that was asked for before has been drawn: one frame is decoded at a time. `draw` must not reject. */
  inTurn(draw: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(draw);
    return this.#last;
  }
}
