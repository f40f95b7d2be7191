/** Notebooks: read into cells, and written back with nothing changed but what was changed here. */
import { isNestedDeeperThan } from '../../../shared/nesting.ts';
import type { Cell } from '../model/cell.ts';
import type { CellKind, NotebookSource } from '../model/document.ts';
import { hiddenIn, withHidden } from './hidden-parts.ts';
import { pretty, withMember } from './json-edits.ts';
import { elementsOf, membersOf, skipBlanks } from './json-spans.ts';
import { linesOf, Notebook, NotebookCell, wholeText } from './notebook-format.ts';
import { shownItems, writtenOutputs } from './notebook-outputs.ts';
import { refused, type DocumentReading, type OpenedCell } from './reading.ts';

const MAX_DEPTH = 200;
/** More than a page could show in editors. */
const MAX_CELLS = 2000;
/** Runs are counted on from there. */
const MAX_COUNT = 1e9;
const BYTE_ORDER_MARK = '\uFEFF';

const kindOf = ({ cell_type: type }: NotebookCell, isPython: boolean): CellKind => {
  if (type === 'code') return isPython ? 'code' : 'foreign';
  return type === 'markdown' ? 'markdown' : 'raw';
};

/** A cell as it stands in the source. */
const openedCell = (cell: NotebookCell, isPython: boolean): OpenedCell => {
  const count = cell.execution_count ?? null;
  return {
    kind: kindOf(cell, isPython),
    source: wholeText(cell.source),
    number: count !== null && Number.isInteger(count) && count > 0 && count <= MAX_COUNT ? count : null,
    hidden: hiddenIn(cell['metadata'], cell.cell_type === 'code'),
    items: cell.cell_type === 'code' ? shownItems(cell.outputs ?? []) : [],
  };
};

const otherLanguage = ({ kernelspec, language_info: info }: Notebook['metadata']): string | null => {
  const language = kernelspec?.language ?? info?.name ?? 'python';
  return /^i?python\d*$/iu.test(language) ? null : language.slice(0, 40);
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const readNotebook = (bytes: Uint8Array): DocumentReading => {
  let text: string;
  let parsed: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    parsed = JSON.parse(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
  } catch {
    return refused('notJson');
  }
  if (!isObject(parsed)) return refused('notNotebook');
  if (isNestedDeeperThan(parsed, MAX_DEPTH)) return refused('tooDeep');
  const { nbformat } = parsed;
  if (typeof nbformat !== 'number') return refused('notNotebook');
  if (nbformat !== 4) return refused('otherFormat', { version: String(nbformat) });
  const notebook = Notebook.safeParse(parsed);
  if (!notebook.success) {
    const issue = notebook.error.issues[0];
    return refused('broken', { where: issue?.path.join('.') ?? '', what: issue?.message ?? '' });
  }
  if (notebook.data.cells.length > MAX_CELLS) return refused('tooManyCells', { most: String(MAX_CELLS) });
  const language = otherLanguage(notebook.data.metadata);
  return {
    kind: 'read',
    source: sourceOf(text, notebook.data.nbformat_minor >= 5, language),
    cells: notebook.data.cells.map((cell) => openedCell(cell, language === null)),
  };
};

const sourceOf = (text: string, hasIds: boolean, language: string | null): NotebookSource => {
  const root = skipBlanks(text, text.startsWith(BYTE_ORDER_MARK) ? 1 : 0);
  const list = membersOf(text, root).get('cells') ?? { start: text.length, end: text.length };
  const spans = elementsOf(text, list.start);
  const [first, second] = spans;
  return {
    format: 'ipynb',
    before: text.slice(0, first?.start ?? list.start + 1),
    between:
      first !== undefined && second !== undefined
        ? text.slice(first.end, second.start)
        : `,${text.slice(list.start + 1, first?.start ?? list.start + 1)}`,
    after: text.slice(spans.at(-1)?.end ?? list.end - 1),
    hasIds,
    language,
    cells: spans.map(({ end, start }) => text.slice(start, end)),
  };
};

/** What a cell of a source looks like; null for one that is damaged. */
export const cellOfSource = (source: NotebookSource, index: number): OpenedCell | null => {
  try {
    const parsed = NotebookCell.safeParse(JSON.parse(source.cells[index] ?? ''));
    return parsed.success ? openedCell(parsed.data, source.language === null) : null;
  } catch {
    return null;
  }
};

/** How the source is indented: one level, or null when it has no lines. */
const indentOf = ({ between }: NotebookSource): string | null => {
  const cell = /\n(?<indent>[ \t]*)$/u.exec(between)?.groups?.['indent'];
  if (cell === undefined) return null;
  return cell.slice(0, Math.max(1, cell.length / 2)) || ' ';
};

type SavedKind = Pick<Cell, 'hidden' | 'id' | 'items' | 'kind' | 'number' | 'origin' | 'source'>;

const changedCell = (text: string, cell: SavedKind, indent: string | null): string => {
  const before = JSON.parse(text) as NotebookCell;
  const isCode = before.cell_type === 'code';
  let changed = text;
  const set = (name: string, value: unknown): void => {
    changed = withMember(changed, name, pretty(value, { indent, levels: 3 }), { indent, levels: 2 });
  };
  if (wholeText(before.source) !== cell.source)
    set('source', typeof before.source === 'string' ? cell.source : linesOf(cell.source));
  if (cell.origin?.keepsOutputs === false && isCode) {
    set('outputs', writtenOutputs(cell.items, cell.number));
    set('execution_count', cell.number);
  }
  const { code, outputs } = hiddenIn(before['metadata'], isCode);
  const isSame = code === cell.hidden.code && (!isCode || outputs === cell.hidden.outputs);
  return isSame ? changed : withHidden(changed, cell.hidden, isCode, indent);
};

/** Not every type of cell may have them. */
const TYPE_MEMBERS: readonly string[] = ['attachments', 'execution_count', 'outputs'];

/** The type that a cell is written as; text and code may have been made of each other here. */
const typeOf = ({ kind }: SavedKind, before: NotebookCell): string =>
  kind === 'code' || kind === 'markdown' ? kind : before.cell_type;

/** The members of a cell in the source, without what is not for the type that it has now. Outputs are those of now. */
const membersAs = (before: NotebookCell, cell: SavedKind): Record<string, unknown> => {
  const type = typeOf(cell, before);
  const kept = Object.entries(before).filter(
    ([key]) => type === before.cell_type || !TYPE_MEMBERS.includes(key),
  );
  const result = type === 'code' ? ranMembers(cell) : {};
  return { ...Object.fromEntries(kept), ...result, cell_type: type, source: linesOf(cell.source) };
};

/** A further cell that was made from one of the source. */
const copiedCell = (text: string, cell: SavedKind, indent: string | null, hasIds: boolean): string => {
  const own = membersAs(JSON.parse(text) as NotebookCell, cell);
  delete own['id'];
  return pretty(sorted({ ...own, ...(hasIds ? { id: cell.id } : {}) }), { indent, levels: 2 });
};

/** A cell that was made text or code here; null for one that is what it was. */
const changedKind = (text: string, cell: SavedKind, indent: string | null): string | null => {
  const before = JSON.parse(text) as NotebookCell;
  if (typeOf(cell, before) === before.cell_type) return null;
  return pretty(sorted(membersAs(before, cell)), { indent, levels: 2 });
};

const ranMembers = ({ items, number }: SavedKind): object => ({
  execution_count: number,
  outputs: writtenOutputs(items, number),
});

const newCell = (cell: SavedKind, indent: string | null, hasIds: boolean): string =>
  pretty(
    sorted({
      cell_type: cell.kind === 'foreign' ? 'code' : cell.kind,
      metadata: {},
      source: linesOf(cell.source),
      ...(cell.kind === 'code' || cell.kind === 'foreign' ? ranMembers(cell) : {}),
      ...(hasIds ? { id: cell.id } : {}),
    }),
    { indent, levels: 2 },
  );

/** As Jupyter writes them. */
const sorted = (value: object): object =>
  Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));

/** Stands in a source for a cell that nothing is made of any more. */
export const NO_CELL = '';

/** A notebook without cells. */
export const NEW_NOTEBOOK: NotebookSource = {
  format: 'ipynb',
  before: '{\n "cells": [\n  ',
  between: ',\n  ',
  after:
    '\n ],\n "metadata": {\n  "kernelspec": {\n   "display_name": "Python 3",\n   "language": "python",\n   "name": "python3"\n  },\n  "language_info": {\n   "name": "python"\n  }\n },\n "nbformat": 4,\n "nbformat_minor": 5\n}\n',
  hasIds: true,
  language: null,
  cells: [],
};

/** The texts of these cells in a notebook. */
export const writtenCells = (source: NotebookSource, cells: readonly SavedKind[]): string[] => {
  const indent = indentOf(source);
  return cells.map((cell) => {
    const text = cell.origin === null ? NO_CELL : (source.cells[cell.origin.index] ?? NO_CELL);
    const made =
      text === NO_CELL || cell.origin === null
        ? newCell(cell, indent, source.hasIds)
        : cell.origin.isCopy
          ? copiedCell(text, cell, indent, source.hasIds)
          : changedKind(text, cell, indent);
    if (made === null) return changedCell(text, cell, indent);
    return withHidden(made, cell.hidden, cell.kind === 'code' || cell.kind === 'foreign', indent);
  });
};

/** The text of a notebook. @param cells texts */
export const writeNotebook = (source: NotebookSource, cells: readonly string[]): string =>
  source.before + cells.join(source.between) + source.after;
