/** What main asks the preload in a guest's frame. The answer comes over a port of its own, from that frame and no other. */

export const FRAME_CHANNEL = 'output-frame-ask';
export const OUTPUT_PROTOCOL = 'vivarium-output:';

/** Largest side of a picture that is made of a drawing, in pixels. */
export const MAX_PICTURE_SIDE = 4096;

export type FrameQuestion =
  /** How large its content is. */
  | 'size'
  /** Its drawing as a PNG in base64, behind `data:image/png;base64,`. */
  | 'picture';
