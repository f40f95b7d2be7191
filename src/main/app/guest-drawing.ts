/** An SVG of a guest as a document that shows it. */
import type { OutputSize } from '../../shared/ipc/output.ts';
import { inPieces } from '../foreign-text/yielder.ts';

const STYLE =
  'html, body, img { display: block; width: 100%; height: 100%; margin: 0 } img { object-fit: contain }';

/** Encoded at once: a multiple of 3, so that only the last piece is padded. */
const PIECE_BYTES = 48 * 1024;

const asBase64 = ({ buffer, byteLength, byteOffset }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');

/**
 * The drawing is an image of the document, so it runs no script, loads nothing and has no links, whatever is in it. The
 * document itself holds nothing that the guest wrote but base64.
 */
export const drawingDocument = async (svg: string): Promise<string> => {
  const parts: string[] = [];
  await inPieces(Buffer.from(svg, 'utf8'), (piece) => parts.push(asBase64(piece)), PIECE_BYTES);
  const source = `data:image/svg+xml;charset=utf-8;base64,${parts.join('')}`;
  return `<!doctype html><html><head><title></title><style>${STYLE}</style></head><body><img alt="" src="${source}"></body></html>`;
};

/** How much of a drawing is looked at for its size: its beginning, in UTF-16 units. */
const HEAD_LENGTH = 16 * 1024;
/** Largest side that is believed, in CSS pixels. */
const MAX_SIDE = 20_000;
const PIXELS: Readonly<Record<string, number>> = {
  '': 1,
  px: 1,
  pt: 96 / 72,
  pc: 16,
  in: 96,
  cm: 96 / 2.54,
  mm: 96 / 25.4,
  em: 16,
  rem: 16,
  ex: 8,
};
const LENGTH = /^\s*(?<number>\d{1,9}(?:\.\d{1,9})?)(?<unit>[a-z]{0,3})\s*$/u;

const pixels = (text: string | undefined): number | null => {
  const { number, unit } = LENGTH.exec(text ?? '')?.groups ?? {};
  const factor = PIXELS[unit ?? 'none'];
  return number === undefined || factor === undefined ? null : Number(number) * factor;
};

/** Width and height of the part of the plane that is shown. */
const viewBox = (text: string | undefined): OutputSize | null => {
  const numbers = (text ?? '').trim().split(/[\s,]+/u);
  const [, , width = Number.NaN, height = Number.NaN] = numbers.map(Number);
  return numbers.length === 4 && width > 0 && height > 0 ? { width, height } : null;
};

/** The attributes of the first `svg` tag. */
const rootAttributes = (svg: string): ReadonlyMap<string, string> => {
  const head = svg.slice(0, HEAD_LENGTH);
  const start = /<svg(?=[\s/>])/u.exec(head);
  const found = new Map<string, string>();
  if (start === null) return found;
  const attribute =
    /\s*(?:(?<name>[\w:.-]+)\s*=\s*(?:"(?<double>[^"<]*)"|'(?<single>[^'<]*)')|(?<end>[/>]))/uy;
  attribute.lastIndex = start.index + start[0].length;
  for (;;) {
    const groups = attribute.exec(head)?.groups;
    if (groups?.['name'] === undefined) return found;
    found.set(groups['name'], groups['double'] ?? groups['single'] ?? '');
  }
};

const within = ({ height, width }: OutputSize): OutputSize => ({
  width: Math.min(Math.max(width, 1), MAX_SIDE),
  height: Math.min(Math.max(height, 1), MAX_SIDE),
});

/** The size that an SVG declares in its first tag; null when it declares none. Only the beginning is read. */
export const drawingSize = (svg: string): OutputSize | null => {
  const attributes = rootAttributes(svg);
  const width = pixels(attributes.get('width'));
  const height = pixels(attributes.get('height'));
  const box = viewBox(attributes.get('viewBox'));
  if (width !== null && height !== null) return within({ width, height });
  if (box === null) return null;
  if (width !== null) return within({ width, height: (width * box.height) / box.width });
  if (height !== null) return within({ width: (height * box.width) / box.height, height });
  return within(box);
};
