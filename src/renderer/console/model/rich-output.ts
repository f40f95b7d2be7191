/** Which of the forms that an output comes in is shown. */
import { chartLibraryOf, type ChartLibrary } from '../../../shared/contract/charts.ts';
import {
  IMAGE_EXTENSIONS,
  RASTER_MIMES,
  SVG_MIME,
  type ImageMime,
} from '../../../shared/contract/image-types.ts';
import { ShownTable, TABLE_LIMITS, TABLE_MIME } from '../../../shared/contract/table.ts';
import { animationOf, type Animation } from './animations/animation.ts';
import { decodeBase64 } from './base64.ts';
import { jsonShape } from './texts/json-shape.ts';
import { MAX_JSON_LENGTH } from './texts/json-tree.ts';
import { MAX_MARKDOWN_LENGTH } from './texts/markdown-length.ts';
import { MAX_MATH_LENGTH } from './texts/math-text.ts';

export type Mime = Readonly<Record<string, string>>;

export type ShownOutput =
  /** Drawn by a library of the app's. `spec`: JSON text. */
  | { readonly kind: 'chart'; readonly library: ChartLibrary; readonly spec: string }
  | { readonly kind: 'table'; readonly table: ShownTable }
  | { readonly kind: 'animation'; readonly animation: Animation }
  | { readonly kind: 'image'; readonly type: ImageMime; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'html'; readonly html: string }
  | { readonly kind: 'markdown' | 'latex' | 'json'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string };

const TEXTS = ['text/markdown', 'text/latex', 'application/json', 'text/plain'];
/** Texts that are set; longer ones are shown as they are. */
const SET_TEXTS = [
  { type: 'text/markdown', kind: 'markdown', maxLength: MAX_MARKDOWN_LENGTH },
  { type: 'text/latex', kind: 'latex', maxLength: MAX_MATH_LENGTH },
  { type: 'application/json', kind: 'json', maxLength: MAX_JSON_LENGTH },
] as const;

/** A document that plays a sound; null for what is no base64. */
const soundOf = (mime: Mime): ShownOutput | null => {
  for (const [type, content] of Object.entries(mime)) {
    if (!/^audio\/[a-z0-9.+-]+$/u.test(type) || !/^[A-Za-z0-9+/]+={0,2}$/u.test(content)) continue;
    return { kind: 'html', html: `<audio controls src="data:${type};base64,${content}"></audio>` };
  }
  return null;
};

const imageOf = (mime: Mime): ShownOutput | null => {
  for (const type of RASTER_MIMES) {
    const bytes = decodeBase64(mime[type] ?? '');
    if (bytes !== null && bytes.byteLength > 0) return { kind: 'image', type, bytes };
  }
  const drawing = mime[SVG_MIME];
  return drawing === undefined
    ? null
    : { kind: 'image', type: SVG_MIME, bytes: new TextEncoder().encode(drawing) };
};

const chartOf = (mime: Mime): ShownOutput | null => {
  for (const [type, spec] of Object.entries(mime)) {
    const library = chartLibraryOf(type);
    if (library !== null) return { kind: 'chart', library, spec };
  }
  return null;
};

/** Longest description of a data frame that is looked at, in UTF-16 units. */
const MAX_TABLE = 2 * 1024 * 1024;
/** Names and values of its fields (their names may have levels), and those of its first rows. */
const MAX_TABLE_VALUES =
  TABLE_LIMITS.fields * 12 + TABLE_LIMITS.headRows * (TABLE_LIMITS.headFields + 1) + 40;

/** Null when there is none that makes sense: its other forms are shown then. */
const tableOf = (mime: Mime): ShownOutput | null => {
  const text = mime[TABLE_MIME];
  if (text === undefined || text.length > MAX_TABLE) return null;
  if (jsonShape(text).values > MAX_TABLE_VALUES) return null;
  try {
    const table = ShownTable.safeParse(JSON.parse(text));
    return table.success ? { kind: 'table', table: table.data } : null;
  } catch {
    return null;
  }
};

/** The richest form that can be shown safely. */
export const shownOutput = (mime: Mime): ShownOutput => {
  const chart = chartOf(mime);
  if (chart !== null) return chart;
  const table = tableOf(mime);
  if (table !== null) return table;
  const animation = animationOf(mime);
  if (animation !== null) return { kind: 'animation', animation };
  const image = imageOf(mime);
  if (image !== null) return image;
  const html = mime['text/html'];
  if (html !== undefined) return { kind: 'html', html };
  const sound = soundOf(mime);
  if (sound !== null) return sound;
  for (const { kind, maxLength, type } of SET_TEXTS) {
    const given = mime[type];
    if (given !== undefined && given.length <= maxLength) return { kind, text: given };
  }
  const text = TEXTS.map((type) => mime[type]).find((form) => form !== undefined);
  return { kind: 'text', text: text ?? Object.keys(mime).join(', ') };
};

/** Under which it is saved; empty for what is not. */
export const outputFileName = (shown: ShownOutput, cell: number, index: number): string => {
  switch (shown.kind) {
    case 'chart':
      return `cell-${cell}-chart-${index + 1}.json`;
    case 'animation':
      return `cell-${cell}-animation-${index + 1}.${shown.animation.file.ending}`;
    case 'image':
      return `cell-${cell}-image-${index + 1}.${IMAGE_EXTENSIONS[shown.type]}`;
    case 'table':
      return `cell-${cell}-table-${index + 1}.csv`;
    case 'html':
      return `cell-${cell}-output-${index + 1}.html`;
    case 'markdown':
    case 'latex':
    case 'json':
    case 'text':
      return '';
  }
};
