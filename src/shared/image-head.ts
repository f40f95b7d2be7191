/** What an image is and how large it gets, read from its first bytes, before anything decodes it. */
import { rasterTypeOf, type RasterMime } from './contract/image-types.ts';

export interface ImageHead {
  readonly type: RasterMime;
  readonly width: number;
  readonly height: number;
  /** Whether it may have several frames, each of which is decoded again and again. */
  readonly moves: boolean;
  /** Passes over the whole image; one, unless it is a progressive JPEG. */
  readonly passes: number;
}

/** Pixels of an image that stands still: some 256 MiB when it is decoded. */
const MAX_PIXELS = 64 * 1024 * 1024;
const MAX_MOVING_PIXELS = 4 * 1024 * 1024;
/** Pixels of all passes together. */
const MAX_PASSED_PIXELS = 1024 * 1024 * 1024;

/** Whether it may be decoded in the page's process. */
export const isShowable = ({ height, moves, passes, width }: ImageHead): boolean => {
  const pixels = width * height;
  return pixels <= (moves ? MAX_MOVING_PIXELS : MAX_PIXELS) && pixels * passes <= MAX_PASSED_PIXELS;
};

const textAt = (view: DataView, at: number, length: number): string =>
  at + length > view.byteLength
    ? ''
    : String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at, length));

const PNG_SIGNATURE = '\u0089PNG\r\n\u001a\n';

const readPng = (view: DataView): ImageHead | null => {
  if (textAt(view, 0, 8) !== PNG_SIGNATURE || textAt(view, 12, 4) !== 'IHDR' || view.byteLength < 33)
    return null;
  let moves = false;
  // An animation says so before the first image data.
  for (let at = 33; at + 12 <= view.byteLength; at += 12 + view.getUint32(at)) {
    const chunk = textAt(view, at + 4, 4);
    if (chunk === 'IDAT') break;
    if (chunk === 'acTL') moves = true;
  }
  return { type: 'image/png', width: view.getUint32(16), height: view.getUint32(20), moves, passes: 1 };
};

const GIF_EXTENSION = 0x21;
const GIF_IMAGE = 0x2c;

/** Bytes of the colour table that a packed field tells of. */
const colourTable = (packed: number): number => ((packed & 0x80) === 0 ? 0 : 3 * 2 ** ((packed & 7) + 1));

/** Where the first image begins, behind extensions; the end when there is none. */
const firstGifImage = (view: DataView): number => {
  let at = 13 + colourTable(view.getUint8(10));
  while (at + 10 <= view.byteLength && view.getUint8(at) === GIF_EXTENSION) {
    at += 2;
    while (at < view.byteLength && view.getUint8(at) !== 0) at += 1 + view.getUint8(at);
    at += 1;
  }
  return at + 10 <= view.byteLength && view.getUint8(at) === GIF_IMAGE ? at : view.byteLength;
};

const readGif = (view: DataView): ImageHead | null => {
  if (view.byteLength < 13) return null;
  let [width, height] = [view.getUint16(6, true), view.getUint16(8, true)];
  const at = firstGifImage(view);
  // Decoders make the canvas as large as the first image, if that is larger than what the file says of itself.
  if (at < view.byteLength) {
    width = Math.max(width, view.getUint16(at + 1, true) + view.getUint16(at + 5, true));
    height = Math.max(height, view.getUint16(at + 3, true) + view.getUint16(at + 7, true));
  }
  return { type: 'image/gif', width, height, moves: true, passes: 1 };
};

const readWebp = (view: DataView): ImageHead | null => {
  if (view.byteLength < 30) return null;
  const head = { type: 'image/webp', moves: false, passes: 1 } as const;
  const uint24 = (at: number): number => view.getUint16(at, true) + view.getUint8(at + 2) * 0x1_00_00;
  switch (textAt(view, 12, 4)) {
    case 'VP8 ':
      return {
        ...head,
        width: view.getUint16(26, true) & 0x3f_ff,
        height: view.getUint16(28, true) & 0x3f_ff,
      };
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return { ...head, width: (bits & 0x3f_ff) + 1, height: ((bits >>> 14) & 0x3f_ff) + 1 };
    }
    case 'VP8X':
      return {
        ...head,
        width: uint24(24) + 1,
        height: uint24(27) + 1,
        moves: (view.getUint8(20) & 0b10) !== 0,
      };
    default:
      return null;
  }
};

const MARKER = 0xff;
const START_OF_SCAN = 0xda;
/** C0 to CF but for tables (C4), extensions (C8) and conditioning (CC). */
const isStartOfFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
/** Without a length after it: stuffed zeros, restarts, start and end. */
const standsAlone = (marker: number): boolean =>
  marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd9);

const readJpeg = (view: DataView): ImageHead | null => {
  let size: { readonly width: number; readonly height: number } | null = null;
  let passes = 0;
  let at = 2;
  while (at + 4 <= view.byteLength) {
    const marker = view.getUint8(at + 1);
    if (view.getUint8(at) !== MARKER || marker === MARKER) {
      at += 1;
      continue;
    }
    if (standsAlone(marker)) {
      at += 2;
      continue;
    }
    if (isStartOfFrame(marker) && at + 9 <= view.byteLength) {
      size ??= { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    }
    if (marker === START_OF_SCAN) passes += 1;
    at += 2 + view.getUint16(at + 2);
  }
  return size === null ? null : { type: 'image/jpeg', ...size, moves: false, passes: Math.max(1, passes) };
};

/** Null for what is none of the known kinds, whatever it is called. */
export const readImageHead = (bytes: Uint8Array): ImageHead | null => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (rasterTypeOf(bytes)) {
    case 'image/png':
      return readPng(view);
    case 'image/jpeg':
      return readJpeg(view);
    case 'image/gif':
      return readGif(view);
    case 'image/webp':
      return readWebp(view);
    case null:
      return null;
  }
};
