/** What can be done with the cells of a session beside running them. Code never gets lost on the way. */
import type { Cell } from './cell.ts';
import type { Session } from './session.ts';

export const CELL_ACTIONS = [
  'insert-above',
  'insert-below',
  'move-up',
  'move-down',
  'duplicate',
  'split',
  'merge',
  'copy-output',
  'clear-output',
  'hide-code',
  'hide-outputs',
  'run-above',
  'to-text',
  'to-code',
] as const;
export type CellAction = (typeof CELL_ACTIONS)[number];

export const isPossible = (action: CellAction, session: Session, cell: Cell): boolean => {
  const index = session.cells.indexOf(cell);
  const next = session.cells[index + 1];
  switch (action) {
    case 'insert-above':
    case 'insert-below':
    case 'duplicate':
    case 'split':
    case 'hide-code':
      return true;
    case 'move-up':
      return index > 0;
    case 'move-down':
      return next !== undefined;
    case 'merge':
      return next?.kind === cell.kind && !next.isActive && !cell.isActive;
    case 'copy-output':
      return cell.items.length > 0;
    case 'clear-output':
      return !cell.isActive && cell.phase.name !== 'draft';
    case 'hide-outputs':
      return cell.items.length > 0 || cell.hidden.outputs;
    case 'to-text':
      // What is still being read from the disk could not be put back.
      return cell.kind === 'code' && !cell.isActive && !cell.isLoading;
    case 'to-code':
      return cell.kind === 'markdown';
    case 'run-above':
      return index > 0 && !session.isRunning;
  }
};

/** @param by cells to go down, or up when negative */
export const moveCell = (session: Session, cell: Cell, by: number): void => {
  const from = session.cells.indexOf(cell);
  const to = from + by;
  if (from < 0 || to < 0 || to >= session.cells.length) return;
  session.cells = session.cells.toSpliced(from, 1).toSpliced(to, 0, cell);
};

/** Puts a cell above or below another one. */
export const placeCell = (session: Session, cell: Cell, other: Cell, side: 'above' | 'below'): void => {
  if (cell === other) return;
  const rest = session.cells.filter((one) => one !== cell);
  const at = rest.indexOf(other);
  if (at < 0 || rest.length === session.cells.length) return;
  session.cells = rest.toSpliced(side === 'above' ? at : at + 1, 0, cell);
};

/** A cell with the same code below it, not run yet. */
export const duplicateCell = (session: Session, cell: Cell): Cell => copyBelow(session, cell, cell.source);

/** One of the same kind; what its document has beside the text, such as tags and attachments, comes along. */
const copyBelow = (session: Session, cell: Cell, source: string): Cell => {
  const copy = session.addCell(source, cell);
  copy.kind = cell.kind;
  copy.origin = cell.origin === null ? null : { ...cell.origin, isCopy: true, keepsOutputs: false };
  return copy;
};

/**
 * Cuts a cell in two; the upper one keeps what was brought out. Line breaks at the cut go, unless that would leave
 * nothing.
 *
 * @param at place in the code, in UTF-16 units
 * @returns the lower one
 */
export const splitCell = (session: Session, cell: Cell, at: number): Cell => {
  const upper = cell.source.slice(0, at).replace(/\r?\n$/u, '');
  const lower = cell.source.slice(at).replace(/^\r?\n/u, '');
  cell.source = upper;
  return copyBelow(session, cell, lower);
};

/**
 * Makes text of code, or code of text; what it has brought out goes, as text has none.
 *
 * @returns puts that back, as long as the cell is of that kind and was not run again
 */
export const changeKind = (cell: Cell, kind: 'code' | 'markdown'): (() => void) => {
  const before = { kind: cell.kind, outcome: cell.outcome };
  cell.clear();
  cell.kind = kind;
  return () => {
    if (cell.kind !== kind || cell.phase.name !== 'draft' || cell.isActive) return;
    cell.kind = before.kind;
    cell.bringBack(before.outcome);
  };
};

/** The code of two cells as that of one. */
export const mergedSource = (upper: string, lower: string): string =>
  upper === '' || lower === '' ? upper + lower : `${upper}\n${lower}`;

/** All that a cell has brought out, as text. */
export const outputText = (cell: Cell): string =>
  cell.items
    .map((item) => {
      switch (item.kind) {
        case 'text':
          return item.plain();
        case 'rich':
          return item.plain ?? '';
        case 'input':
          return `${item.printed ? '' : item.prompt}${item.secret ? '' : (item.answer ?? '')}`;
        case 'value':
          return item.text;
        case 'error':
          return item.error.traceback === ''
            ? `${item.error.type}: ${item.error.message}`
            : item.error.traceback.trimEnd();
      }
    })
    .filter((text) => text !== '')
    .join('\n');
