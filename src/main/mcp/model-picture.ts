import { RASTER_MIMES, rasterTypeOf, type RasterMime } from '../../shared/contract/image-types.ts';
import { isBase64Content } from '../../shared/contract/mime-types.ts';
import { readImageSize, type ImageSize } from '../../shared/image-head.ts';
import { UNKNOWN_TYPE } from '../run/reported-files.ts';

/** Longest side that the services of models take, in pixels. */
const MAX_SIDE = 8000;

/** Of the picture that is shown at once, in characters of base64. */
const MAX_LENGTH = 600_000;
/** Of all that are decoded to find one that can be shown: of the others only the beginning is. */
const MAX_DECODED_LENGTH = 8 * MAX_LENGTH;

/** The form of an output that an answer shows or links to. */
export type ModelForm =
  /** A model can be shown it. `data` is base64. */
  | { readonly kind: 'showable'; readonly type: RasterMime; readonly data: string }
  /** To be linked to: too large for an answer or a model, or there is one already. */
  | { readonly kind: 'picture'; readonly type: RasterMime; readonly data: string }
  /** No picture; `type` is what it goes out as. */
  | { readonly kind: 'other'; readonly type: string; readonly data: string };

/** Finds what an answer shows and links to: one picture is shown. */
export class ModelForms {
  /** Of what may still be decoded, in characters of base64. */
  #room = MAX_DECODED_LENGTH;

  /**
   * The first form of an output that is a picture by its bytes, whatever a guest calls it; otherwise the first that is no
   * plain text, null when all are. Clients refuse a whole answer for base64 that is none, and services of models a whole
   * conversation for a picture that is none.
   */
  of(mime: Readonly<Record<string, string>>): ModelForm | null {
    // Whether much of text is base64 takes long: it is asked once.
    const types = new Map<string, string>();
    for (const kind of RASTER_MIMES) {
      const data = mime[kind];
      if (data === undefined) continue;
      const type = rasterTypeOfText(kind, data);
      types.set(kind, type ?? UNKNOWN_TYPE);
      const found = type === null ? null : this.#judged(type, data);
      if (found !== null) return found;
    }
    const [kind, data] = Object.entries(mime).find(([name]) => name !== 'text/plain') ?? [];
    if (kind === undefined || data === undefined) return null;
    return { kind: 'other', type: types.get(kind) ?? kind, data };
  }

  /** Null when its size can't be read. */
  #judged(type: RasterMime, data: string): ModelForm | null {
    if (data.length > Math.min(MAX_LENGTH, this.#room)) return { kind: 'picture', type, data };
    this.#room -= data.length;
    const size = readImageSize(Buffer.from(data, 'base64'));
    if (size === null) return null;
    if (!isWithinSides(size)) return { kind: 'picture', type, data };
    this.#room = 0;
    return { kind: 'showable', type, data };
  }
}

const isWithinSides = ({ height, width }: ImageSize): boolean =>
  Math.min(width, height) > 0 && Math.max(width, height) <= MAX_SIDE;

/** Of the beginning of what tells what it is, in characters of base64. */
const HEAD_LENGTH = 64;

/** Null for what is no picture, or not base64. */
const rasterTypeOfText = (kind: RasterMime, content: string): RasterMime | null => {
  const type = rasterTypeOf(Buffer.from(content.slice(0, HEAD_LENGTH), 'base64'));
  return type !== null && isBase64Content(kind, content) ? type : null;
};

const isRasterMime = (mime: string): boolean => RASTER_MIMES.some((kind) => kind === mime);

/** The type that bytes go out as: as an image only what is one. */
export const typeOfBytes = (mime: string, bytes: Uint8Array): string =>
  isRasterMime(mime) ? (rasterTypeOf(bytes) ?? UNKNOWN_TYPE) : mime;
