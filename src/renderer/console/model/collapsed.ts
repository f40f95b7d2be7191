/** Collapsing the code or the outputs of a cell to one line, and what that line says. */
import type { Cell, CellItem } from './cell.ts';
import type { HiddenParts } from './document.ts';

export type CellPart = keyof HiddenParts;

export const toggleHidden = (cell: Cell, part: CellPart): void => setHidden(cell, part, !cell.hidden[part]);

export const setHidden = (cell: Cell, part: CellPart, isHidden: boolean): void => {
  if (cell.hidden[part] !== isHidden) cell.hidden = { ...cell.hidden, [part]: isHidden };
};

export interface CodeLine {
  /** The first line with anything on it, as far as it is of use in a line. */
  readonly first: string;
  readonly lines: number;
}

/** Most of a line that is shown, in UTF-16 units. */
const SHOWN_LENGTH = 200;

export const codeLine = (source: string): CodeLine => {
  let lines = 1;
  for (let at = source.indexOf('\n'); at !== -1; at = source.indexOf('\n', at + 1)) lines += 1;
  const start = source.search(/\S/u);
  const end = start < 0 ? -1 : source.indexOf('\n', start);
  const first = start < 0 ? '' : source.slice(start, end < 0 ? undefined : end);
  return { first: first.slice(0, SHOWN_LENGTH).trimEnd(), lines };
};

/** What there is of each kind. */
export interface OutputCounts {
  readonly lines: number;
  readonly tables: number;
  readonly images: number;
  readonly charts: number;
  readonly others: number;
  /** The type of the error that the run ended with. */
  readonly error: string | null;
}

const lineCount = (text: string): number => codeLine(text).lines;

export const outputCounts = (items: readonly CellItem[]): OutputCounts => {
  const counts = { lines: 0, tables: 0, images: 0, charts: 0, others: 0 };
  let error: string | null = null;
  for (const item of items) {
    switch (item.kind) {
      case 'text':
        counts.lines += item.lineCount;
        break;
      case 'value':
        counts.lines += lineCount(item.text);
        break;
      case 'input':
        counts.others += 1;
        break;
      case 'error':
        error = item.error.type;
        break;
      case 'rich':
        countRich(counts, item);
    }
  }
  return { ...counts, error };
};

type Counts = Record<Exclude<keyof OutputCounts, 'error'>, number>;

const countRich = (counts: Counts, { shown }: Extract<CellItem, { kind: 'rich' }>): void => {
  switch (shown.kind) {
    case 'chart':
      counts.charts += 1;
      return;
    case 'table':
      counts.tables += 1;
      return;
    case 'animation':
    case 'image':
      counts.images += 1;
      return;
    case 'text':
      counts.lines += lineCount(shown.text);
      return;
    case 'html':
    case 'json':
    case 'latex':
    case 'markdown':
      counts.others += 1;
  }
};
