import { useServices } from '../app/services.ts';
import { useTranslation } from '../app/translation.ts';
import type { Cell } from './model/cell.ts';
import {
  changeKind,
  duplicateCell,
  isPossible,
  moveCell,
  outputText,
  splitCell,
  type CellAction,
} from './model/cell-edits.ts';
import { toggleHidden } from './model/collapsed.ts';
import type { Session } from './model/session.ts';

export interface CellPosition {
  readonly session: Session;
  readonly cell: Cell;
  /** Where the cursor is in its code. */
  readonly cursor: number;
}

/** Does what menus and keys ask of a cell. The keyboard goes on at the cell that it is about. */
export const useCellActions = (): ((action: CellAction, place: CellPosition) => void) => {
  const { console: store, toasts } = useServices();
  const { t } = useTranslation();

  const edit = (cell: Cell): void => {
    store.focusWish.value = { kind: 'cell', cell };
  };
  const stay = (cell: Cell): void => {
    store.focusWish.value = { kind: 'frame', cell };
  };
  const copy = async (cell: Cell): Promise<void> => {
    await navigator.clipboard.writeText(outputText(cell));
    toasts.show(t('common.copied'));
  };
  /** Puts back what cells had brought out before they were made text, as long as that can be. */
  const putBacks = new WeakMap<Cell, () => void>();
  return (action, { cell, cursor, session }) => {
    if (!isPossible(action, session, cell)) return;
    const index = session.cells.indexOf(cell);
    switch (action) {
      case 'insert-above':
        edit(session.addCell('', session.cells[index - 1] ?? null));
        return;
      case 'insert-below':
        edit(session.addCell('', cell));
        return;
      case 'move-up':
        moveCell(session, cell, -1);
        stay(cell);
        return;
      case 'move-down':
        moveCell(session, cell, 1);
        stay(cell);
        return;
      case 'duplicate':
        edit(duplicateCell(session, cell));
        return;
      case 'split':
        edit(splitCell(session, cell, cursor));
        return;
      case 'merge': {
        const lower = session.cells[index + 1];
        if (lower === undefined) return;
        const removal = store.mergeCells(session, cell, lower);
        const run = (): void => {
          if (store.undo(removal) !== null) stay(cell);
        };
        toasts.show(t('console.cellsMerged'), 'calm', { label: t('menu.undo'), run }, removal);
        stay(cell);
        return;
      }
      case 'copy-output':
        void copy(cell);
        return;
      case 'clear-output':
        cell.clear();
        stay(cell);
        return;
      case 'hide-code':
        toggleHidden(cell, 'code');
        stay(cell);
        return;
      case 'hide-outputs':
        toggleHidden(cell, 'outputs');
        stay(cell);
        return;
      case 'to-text': {
        const hadOutcome = cell.phase.name !== 'draft' || cell.items.length > 0;
        const putBack = changeKind(cell, 'markdown');
        putBacks.set(cell, putBack);
        if (hadOutcome) {
          const run = (): void => {
            putBack();
            stay(cell);
          };
          toasts.show(t('console.cellMadeText'), 'calm', { label: t('menu.undo'), run });
        }
        stay(cell);
        return;
      }
      case 'to-code':
        putBacks.get(cell)?.();
        if (cell.kind !== 'code') changeKind(cell, 'code');
        stay(cell);
        return;
      case 'run-above':
        void store.runAll(session, session.cells.slice(0, index));
        return;
    }
  };
};
