/** Images among the forms of an output, which the window shows, MCP clients are sent and the command line saves. */

export const SVG_MIME = 'image/svg+xml';

/** The endings of their files. Where an output has several, the command line saves the first of this table. */
export const IMAGE_EXTENSIONS = {
  'image/png': 'png',
  [SVG_MIME]: 'svg',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
} as const;

export type ImageMime = keyof typeof IMAGE_EXTENSIONS;

/** Images of pixels: bytes, in an output as base64. */
export type RasterMime = Exclude<ImageMime, typeof SVG_MIME>;

export const IMAGE_MIMES = Object.keys(IMAGE_EXTENSIONS) as readonly ImageMime[];

/** Where an output has several, the window and MCP clients show the first. */
export const RASTER_MIMES = IMAGE_MIMES.filter((mime): mime is RasterMime => mime !== SVG_MIME);

/** The bytes that tell one kind from the others. */
const RASTER_HEAD_BYTES = 12;

/** What the bytes begin as, whatever a guest calls them; null for none of these kinds. Whether they are whole is another question. */
export const rasterTypeOf = (bytes: Uint8Array): RasterMime | null => {
  const head = String.fromCharCode(...bytes.subarray(0, RASTER_HEAD_BYTES));
  if (head.startsWith('\u0089PNG')) return 'image/png';
  if (head.startsWith('\u00ff\u00d8\u00ff')) return 'image/jpeg';
  if (/^GIF8[79]a/u.test(head)) return 'image/gif';
  return head.startsWith('RIFF') && head.startsWith('WEBP', 8) ? 'image/webp' : null;
};
