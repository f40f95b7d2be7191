/** A notebook that was saved is the source of its session: so its file's outputs stay, of which only a part may be kept. */
import type { Cell } from '../model/cell.ts';
import type { CellOrigin, NotebookSource, SavedCell } from '../model/document.ts';
import type { Session } from '../model/session.ts';
import { NEW_NOTEBOOK, NO_CELL } from './notebook.ts';

/**
 * Indices into the source stay what they are: cells that were removed, and can come back, have them, too.
 *
 * @param saved the cells as they were when they were written
 * @param texts what was written of them
 * @param removed cells that can come back
 */
export const markSaved = (
  session: Session,
  saved: readonly SavedCell[],
  texts: readonly string[],
  removed: readonly Cell[],
): void => {
  const before = session.documentSource;
  const isOfNotebook = before?.format === 'ipynb';
  const source: NotebookSource = isOfNotebook ? before : NEW_NOTEBOOK;
  const cells = isOfNotebook ? [...source.cells] : (before?.cells ?? []).map(() => NO_CELL);
  const known = new Map([...session.cells, ...removed].map((cell) => [cell.id, cell]));
  for (const [at, { id, outputChanges }] of saved.entries()) {
    const cell = known.get(id);
    const text = texts[at];
    if (cell === undefined || text === undefined) continue;
    const index = isOfNotebook ? (ownIndex(cell.origin, cells) ?? cells.length) : cells.length;
    cells[index] = text;
    // What a run brings out after this is not in the file.
    const keepsOutputs = cell.outputChanges === outputChanges && cell.phase.name !== 'running';
    cell.origin = { index, isCopy: false, keepsOutputs };
  }
  const used = new Set([...known.values()].map(({ origin }) => origin?.index));
  const left = cells.map((text, at) => (used.has(at) ? text : NO_CELL));
  const isSame = left.length === source.cells.length && left.every((text, at) => text === source.cells[at]);
  if (isOfNotebook && isSame) return;
  session.documentSource = { ...source, cells: left };
  session.sourceRevision += 1;
};

/** The place in the source that is a cell's own. */
const ownIndex = (origin: CellOrigin | null, cells: readonly string[]): number | null =>
  origin === null || origin.isCopy || (cells[origin.index] ?? NO_CELL) === NO_CELL ? null : origin.index;
