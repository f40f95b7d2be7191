/** What can be shown of a file from a session's folder. */
import { IMAGE_EXTENSIONS, IMAGE_MIMES } from '../../../shared/contract/image-types.ts';
import { readDelimited } from './delimited-text.ts';
import type { TableCell, TableData } from './tables/html-table.ts';

export const PREVIEW_ROWS = 100;
const PREVIEW_BYTES = 512 * 1024;

export type FilePreview =
  | { readonly kind: 'table'; readonly table: TableData; readonly cut: boolean }
  | { readonly kind: 'image'; readonly type: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'none' };

/** By extension. */
const IMAGES: ReadonlyMap<string, string> = new Map([
  ...IMAGE_MIMES.map((mime) => [IMAGE_EXTENSIONS[mime], mime] as const),
  ['jpeg', 'image/jpeg'],
]);

const cell = (text: string, isHeader: boolean): TableCell => ({
  text,
  isHeader,
  columns: 1,
  rows: 1,
  isNumber: !isHeader && text !== '' && !Number.isNaN(Number(text)),
});

/** Null for bytes that are no text. */
const textOf = (bytes: Uint8Array): string | null => {
  const head = bytes.subarray(0, PREVIEW_BYTES);
  if (head.includes(0)) return null;
  try {
    // The last character may be cut.
    return new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
  } catch {
    return null;
  }
};

export const previewOf = (name: string, bytes: Uint8Array): FilePreview => {
  const extension = /\.(?<extension>\w+)$/u.exec(name)?.groups?.['extension']?.toLowerCase() ?? '';
  const type = IMAGES.get(extension);
  if (type !== undefined) return { kind: 'image', type };
  const text = textOf(bytes);
  if (text === null) return { kind: 'none' };
  if (extension !== 'csv' && extension !== 'tsv') return { kind: 'text', text };
  const [head = [], ...rows] = readDelimited(text, PREVIEW_ROWS + 2);
  return {
    kind: 'table',
    cut: rows.length > PREVIEW_ROWS,
    table: {
      caption: '',
      head: [head.map((column) => cell(column, true))],
      body: rows.slice(0, PREVIEW_ROWS).map((row) => row.map((field) => cell(field, false))),
    },
  };
};
