/** What an image is and how large it gets, read from its first bytes, before anything decodes it. */
import { rasterTypeOf, type RasterMime } from './contract/image-types.ts';

export interface ImageSize {
  readonly type: RasterMime;
  readonly width: number;
  readonly height: number;
}

export interface ImageHead extends ImageSize {
  /** Whether it may have several frames, each of which is decoded again and again. */
  readonly moves: boolean;
  /** Passes over the whole image; one, unless it is a progressive JPEG. */
  readonly passes: number;
}

/**
 * Chunks, segments and blocks that are passed over; before what is looked for, real images have some dozens, and a few
 * thousand where a GIF has a long text or profile. Of what has more, nothing is known.
 */
const MAX_STEPS = 10_000;

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

const sizeOfPng = (view: DataView): ImageSize | null =>
  textAt(view, 0, 8) !== PNG_SIGNATURE || textAt(view, 12, 4) !== 'IHDR' || view.byteLength < 33
    ? null
    : { type: 'image/png', width: view.getUint32(16), height: view.getUint32(20) };

/** Null when it has too many chunks. */
const isAnimatedPng = (view: DataView): boolean | null => {
  let at = 33;
  // An animation says so before the first image data.
  for (let steps = 0; steps < MAX_STEPS; steps += 1) {
    if (at + 12 > view.byteLength) return false;
    const chunk = textAt(view, at + 4, 4);
    if (chunk === 'IDAT') return false;
    if (chunk === 'acTL') return true;
    at += 12 + view.getUint32(at);
  }
  return null;
};

const GIF_EXTENSION = 0x21;
const GIF_IMAGE = 0x2c;

/** Bytes of the colour table that a packed field tells of. */
const colourTable = (packed: number): number => ((packed & 0x80) === 0 ? 0 : 3 * 2 ** ((packed & 7) + 1));

/** Where the first image begins, behind extensions; the end when there is none, null when there are too many blocks. */
const firstGifImage = (view: DataView): number | null => {
  let at = 13 + colourTable(view.getUint8(10));
  let steps = 0;
  while (at + 10 <= view.byteLength && view.getUint8(at) === GIF_EXTENSION) {
    at += 2;
    for (; at < view.byteLength && view.getUint8(at) !== 0; steps += 1) {
      if (steps === MAX_STEPS) return null;
      at += 1 + view.getUint8(at);
    }
    at += 1;
    if (++steps > MAX_STEPS) return null;
  }
  return at + 10 <= view.byteLength && view.getUint8(at) === GIF_IMAGE ? at : view.byteLength;
};

const sizeOfGif = (view: DataView): ImageSize | null => {
  if (view.byteLength < 13) return null;
  let [width, height] = [view.getUint16(6, true), view.getUint16(8, true)];
  const at = firstGifImage(view);
  if (at === null) return null;
  // Decoders make the canvas as large as the first image, if that is larger than what the file says of itself.
  if (at < view.byteLength) {
    width = Math.max(width, view.getUint16(at + 1, true) + view.getUint16(at + 5, true));
    height = Math.max(height, view.getUint16(at + 3, true) + view.getUint16(at + 7, true));
  }
  return { type: 'image/gif', width, height };
};

const sizeOfWebp = (view: DataView): ImageSize | null => {
  if (view.byteLength < 30) return null;
  const type = 'image/webp';
  const uint24 = (at: number): number => view.getUint16(at, true) + view.getUint8(at + 2) * 0x1_00_00;
  switch (textAt(view, 12, 4)) {
    case 'VP8 ':
      return { type, width: view.getUint16(26, true) & 0x3f_ff, height: view.getUint16(28, true) & 0x3f_ff };
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return { type, width: (bits & 0x3f_ff) + 1, height: ((bits >>> 14) & 0x3f_ff) + 1 };
    }
    case 'VP8X':
      return { type, width: uint24(24) + 1, height: uint24(27) + 1 };
    default:
      return null;
  }
};

const isAnimatedWebp = (view: DataView): boolean =>
  textAt(view, 12, 4) === 'VP8X' && (view.getUint8(20) & 0b10) !== 0;

const MARKER = 0xff;
const START_OF_SCAN = 0xda;
/** C0 to CF but for tables (C4), extensions (C8) and conditioning (CC). */
const isStartOfFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
/** Without a length after it: stuffed zeros, restarts, start and end. */
const standsAlone = (marker: number): boolean =>
  marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd9);

/** The marker of a segment that begins there; null for a marker without a length, and what is no marker. */
const segmentAt = (view: DataView, at: number): number | null => {
  const marker = view.getUint8(at + 1);
  return view.getUint8(at) !== MARKER || marker === MARKER || standsAlone(marker) ? null : marker;
};

/** Behind the segment. */
const endOfSegment = (view: DataView, at: number): number => at + 2 + view.getUint16(at + 2);

const sizeOfJpeg = (view: DataView): ImageSize | null => {
  let at = 2;
  for (let steps = 0; steps < MAX_STEPS && at + 4 <= view.byteLength; steps += 1) {
    const marker = segmentAt(view, at);
    // Without a frame before its first scan it is none.
    if (marker === START_OF_SCAN) return null;
    if (marker !== null && isStartOfFrame(marker) && at + 9 <= view.byteLength) {
      return { type: 'image/jpeg', width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    }
    at = marker === null ? at + 1 : endOfSegment(view, at);
  }
  return null;
};

/** Null when it has too many segments. The bytes between them are all looked at: they are what the scans consist of. */
const scansOf = (view: DataView): number | null => {
  let scans = 0;
  let segments = 0;
  for (let at = 2; at + 4 <= view.byteLength;) {
    const marker = segmentAt(view, at);
    if (marker === null) {
      at += 1;
      continue;
    }
    if (++segments > MAX_STEPS) return null;
    if (marker === START_OF_SCAN) scans += 1;
    at = endOfSegment(view, at);
  }
  return scans;
};

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** In a bounded number of steps, however long it is. Null for what is none of the known kinds, whatever it is called. */
export const readImageSize = (bytes: Uint8Array): ImageSize | null => {
  const view = viewOf(bytes);
  switch (rasterTypeOf(bytes)) {
    case 'image/png':
      return sizeOfPng(view);
    case 'image/jpeg':
      return sizeOfJpeg(view);
    case 'image/gif':
      return sizeOfGif(view);
    case 'image/webp':
      return sizeOfWebp(view);
    case null:
      return null;
  }
};

/** Null for what is none of the known kinds, whatever it is called. */
export const readImageHead = (bytes: Uint8Array): ImageHead | null => {
  const size = readImageSize(bytes);
  if (size === null) return null;
  const view = viewOf(bytes);
  switch (size.type) {
    case 'image/png': {
      const moves = isAnimatedPng(view);
      return moves === null ? null : { ...size, moves, passes: 1 };
    }
    case 'image/jpeg': {
      const scans = scansOf(view);
      return scans === null ? null : { ...size, moves: false, passes: Math.max(1, scans) };
    }
    case 'image/gif':
      return { ...size, moves: true, passes: 1 };
    case 'image/webp':
      return { ...size, moves: isAnimatedWebp(view), passes: 1 };
  }
};
