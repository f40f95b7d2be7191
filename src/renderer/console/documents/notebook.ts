/** Notebooks: read into cells, and written back with nothing changed but what was changed here. */
import { isNestedDeeperThan } from '../../../shared/nesting.ts';
import type { Cell } from '../model/cell.ts';
import type { CellKind, NotebookSource } from '../model/document.ts';
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

/** @param levels that it is already indented by */
const pretty = (value: unknown, indent: string | null, levels: number): string =>
  indent === null
    ? JSON.stringify(value)
    : JSON.stringify(value, null, indent).replaceAll('\n', `\n${indent.repeat(levels)}`);

const withMember = (text: string, name: string, value: string): string => {
  const span = membersOf(text, 0).get(name);
  return span === undefined
    ? `{${JSON.stringify(name)}: ${value}, ${text.slice(1).trimStart()}`
    : text.slice(0, span.start) + value + text.slice(span.end);
};

type SavedKind = Pick<Cell, 'id' | 'items' | 'kind' | 'number' | 'origin' | 'source'>;

const changedCell = (text: string, cell: SavedKind, indent: string | null): string => {
  const before = JSON.parse(text) as NotebookCell;
  let changed = text;
  if (wholeText(before.source) !== cell.source) {
    const source = typeof before.source === 'string' ? cell.source : linesOf(cell.source);
    changed = withMember(changed, 'source', pretty(source, indent, 3));
  }
  if (cell.origin?.keepsOutputs === false && before.cell_type === 'code') {
    changed = withMember(changed, 'outputs', pretty(writtenOutputs(cell.items, cell.number), indent, 3));
    changed = withMember(changed, 'execution_count', pretty(cell.number, indent, 3));
  }
  return changed;
};

const copiedCell = (text: string, cell: SavedKind, indent: string | null, hasIds: boolean): string => {
  const original = JSON.parse(text) as NotebookCell;
  const own = Object.fromEntries(Object.entries(original).filter(([key]) => key !== 'id'));
  const result = original.cell_type === 'code' ? ranMembers(cell) : {};
  return pretty(
    sorted({ ...own, ...result, source: linesOf(cell.source), ...(hasIds ? { id: cell.id } : {}) }),
    indent,
    2,
  );
};

/** Not every type of cell may have them. */
const TYPE_MEMBERS: readonly string[] = ['attachments', 'execution_count', 'outputs'];

/** A cell that was made text or code here; null for one that is what it was. */
const changedKind = (text: string, cell: SavedKind, indent: string | null): string | null => {
  const before = JSON.parse(text) as NotebookCell;
  if (cell.kind !== 'code' && cell.kind !== 'markdown') return null;
  if (before.cell_type === cell.kind) return null;
  const kept = Object.entries(before).filter(([key]) => !TYPE_MEMBERS.includes(key));
  const result = cell.kind === 'code' ? ranMembers(cell) : {};
  const own = { ...Object.fromEntries(kept), ...result, cell_type: cell.kind, source: linesOf(cell.source) };
  return pretty(sorted(own), indent, 2);
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
    indent,
    2,
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
    if (text === NO_CELL || cell.origin === null) return newCell(cell, indent, source.hasIds);
    if (cell.origin.isCopy) return copiedCell(text, cell, indent, source.hasIds);
    return changedKind(text, cell, indent) ?? changedCell(text, cell, indent);
  });
};

/** The text of a notebook. @param cells texts */
export const writeNotebook = (source: NotebookSource, cells: readonly string[]): string =>
  source.before + cells.join(source.between) + source.after;
