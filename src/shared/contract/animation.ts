/** An animation that was shown, as its frames. All of it is written by the guest. */
import { z } from 'zod';

/** Of an output's form with a `ShownAnimation`. */
export const ANIMATION_MIME = 'application/vnd.vivarium.animation+json';

/** In the script of a page that Matplotlib's `to_jshtml()` has made. */
export const PLAYER_PAGE_MARK = 'new Animation(frames, img_id, slider_id, ';

/** What is made in animation_frames.py is smaller. */
export const ANIMATION_LIMITS = {
  frames: 1000,
  /** Of all frames, as base64. */
  length: 8 * 1024 * 1024,
  /** Of one frame. */
  pixels: 4 * 1024 * 1024,
  /** Time of one frame, in ms. */
  intervalMs: { min: 20, max: 60_000 },
} as const;

const { frames, intervalMs, length } = ANIMATION_LIMITS;

/** Counted before any is looked at: a schema of an array would tell of each fault of a list that is too long. */
const isFrames = (value: unknown): boolean => {
  if (!Array.isArray(value) || value.length === 0 || value.length > frames) return false;
  let left = length;
  return value.every((frame) => {
    if (typeof frame !== 'string') return false;
    left -= frame.length;
    return left >= 0;
  });
};

export const ShownAnimation = z.strictObject({
  version: z.literal(1),
  intervalMs: z.number().min(intervalMs.min).max(intervalMs.max),
  loop: z.boolean(),
  /** One of so many frames is here. */
  every: z.number().int().min(1).max(1_000_000),
  /** Frames that the animation has; null where it is not known. */
  total: z.number().int().nonnegative().max(1_000_000_000).nullable(),
  /** PNG or JPEG as base64, all of the same size. */
  frames: z.custom<string[]>(isFrames, { error: 'must be some pictures', abort: true }),
});
export type ShownAnimation = z.infer<typeof ShownAnimation>;
