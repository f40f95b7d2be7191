/** Animations of Matplotlib's: frames that a player shows one after the other. */
import { ANIMATION_LIMITS, ANIMATION_MIME, ShownAnimation } from '../../../../shared/contract/animation.ts';
import { animationPage } from './animation-page.ts';
import { decodeBase64 } from '../base64.ts';
import { readImageHead } from '../../../../shared/image-head.ts';
import { readPlayerPage } from './player-page.ts';

export interface Animation {
  /** PNG or JPEG, all of the same size. */
  readonly frames: readonly Uint8Array<ArrayBuffer>[];
  readonly width: number;
  readonly height: number;
  /** Time of one frame, in ms. */
  readonly intervalMs: number;
  /** Whether it begins again at its end. */
  readonly loop: boolean;
  /** Frames that were left out, if any were. */
  readonly left: OmittedFrames;
  /** What it is saved as. */
  readonly file: { readonly ending: 'gif' | 'html' | 'png'; readonly bytes: Uint8Array<ArrayBuffer> };
}

export type OmittedFrames =
  | { readonly kind: 'none' }
  /** Those between others. */
  | { readonly kind: 'some'; readonly total: number }
  /** Those after the others; null where nobody has counted them. */
  | { readonly kind: 'end'; readonly total: number | null };

type Mime = Readonly<Record<string, string>>;

/** Null when there is none that makes sense: its other forms are shown then. */
export const animationOf = (mime: Mime): Animation | null => {
  const described = mime[ANIMATION_MIME];
  const shown = described === undefined ? null : readAnimation(described);
  if (shown !== null) return decoded(shown, (last) => stillOf(mime, last));
  const page = mime['text/html'];
  const read = page === undefined ? null : readPlayerPage(page);
  return read === null
    ? null
    : decoded(read, () => ({ ending: 'html', bytes: new TextEncoder().encode(animationPage(read)) }));
};

/** Room for what is beside the frames. */
const MAX_TEXT = ANIMATION_LIMITS.length + 64 * 1024;

/** Those of the frames and of what is said about them, with room to spare. */
const MAX_VALUES = 2 * ANIMATION_LIMITS.frames + 40;

/** Before it is parsed: millions of small values take more than a second. Base64 has none of these characters. */
const hasManyValues = (text: string): boolean => {
  let left = MAX_VALUES;
  for (const mark = /[[{:,]/gu; mark.test(text); left -= 1) if (left === 0) return true;
  return false;
};

const readAnimation = (text: string): ShownAnimation | null => {
  if (text.length > MAX_TEXT || hasManyValues(text)) return null;
  try {
    return ShownAnimation.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
};

const stillOf = (mime: Mime, last: Uint8Array<ArrayBuffer>): Animation['file'] => {
  const gif = decodeBase64(mime['image/gif'] ?? '');
  return gif === null || gif.byteLength === 0
    ? { ending: 'png', bytes: last }
    : { ending: 'gif', bytes: gif };
};

const decoded = (
  shown: ShownAnimation,
  fileOf: (last: Uint8Array<ArrayBuffer>) => Animation['file'],
): Animation | null => {
  const frames: Uint8Array<ArrayBuffer>[] = [];
  let size: { readonly width: number; readonly height: number } | null = null;
  for (const text of shown.frames) {
    const bytes = decodeBase64(text);
    const head = bytes === null ? null : readImageHead(bytes);
    if (bytes === null || head === null || head.moves || head.passes > 1) return null;
    if (head.type !== 'image/png' && head.type !== 'image/jpeg') return null;
    size ??= { width: head.width, height: head.height };
    if (head.width !== size.width || head.height !== size.height) return null;
    frames.push(bytes);
  }
  const last = frames.at(-1);
  const pixels = size === null ? 0 : size.width * size.height;
  if (size === null || last === undefined || pixels === 0 || pixels > ANIMATION_LIMITS.pixels) return null;
  const { intervalMs, loop } = shown;
  return { frames, ...size, intervalMs, loop, left: leftOut(shown), file: fileOf(last) };
};

const leftOut = ({ every, frames, total }: ShownAnimation): OmittedFrames => {
  if (total !== null && total <= frames.length) return { kind: 'none' };
  return every > 1 && total !== null ? { kind: 'some', total } : { kind: 'end', total };
};
