import { RASTER_MIMES, rasterTypeOf, type RasterMime } from '../../shared/contract/image-types.ts';
import { isBase64Content } from '../../shared/contract/mime-types.ts';
import { readImageHead } from '../../shared/image-head.ts';
import { UNKNOWN_TYPE } from '../run/reported-files.ts';

/** Longest side that the services of models take, in pixels. */
const MAX_SIDE = 8000;

export interface Picture {
  readonly type: RasterMime;
  /** In base64. */
  readonly data: string;
  /** Whether a model can be shown it. */
  readonly isShowable: boolean;
}

/**
 * The first form of an output that is a picture by its bytes, whatever a guest calls it; null when none is. Clients refuse
 * a whole answer for base64 that is none, and services of models a whole conversation for a picture that is none.
 */
export const pictureForModel = (mime: Readonly<Record<string, string>>): Picture | null => {
  for (const kind of RASTER_MIMES) {
    const data = mime[kind];
    if (data === undefined || !isBase64Content(kind, data)) continue;
    const head = readImageHead(Buffer.from(data, 'base64'));
    if (head === null) continue;
    const { height, type, width } = head;
    const isShowable = Math.min(width, height) > 0 && Math.max(width, height) <= MAX_SIDE;
    return { type, data, isShowable };
  }
  return null;
};

const isRasterMime = (mime: string): boolean => RASTER_MIMES.some((kind) => kind === mime);

/** Of the beginning of what tells what it is, in characters of base64. */
const HEAD_LENGTH = 64;

/** The type that the content of an output goes out as. */
export const typeOfContent = (mime: string, content: string): string => {
  if (!isRasterMime(mime)) return mime;
  return isBase64Content(mime, content)
    ? typeOfBytes(mime, Buffer.from(content.slice(0, HEAD_LENGTH), 'base64'))
    : UNKNOWN_TYPE;
};

/** The type that bytes go out as: as an image only what is one. */
export const typeOfBytes = (mime: string, bytes: Uint8Array): string =>
  isRasterMime(mime) ? (rasterTypeOf(bytes) ?? UNKNOWN_TYPE) : mime;
