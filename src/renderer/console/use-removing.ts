import { useServices } from '../app/services.ts';
import { useTranslation } from '../app/translation.ts';
import type { Cell } from './model/cell.ts';
import type { Session } from './model/session.ts';
import type { Removal } from './model/removals.ts';
import { useSessionTitle } from './session-title.ts';

export interface Removing {
  /** Asks first when its document has changes. */
  readonly closeSession: (session: Session) => void;
  readonly closeChanged: (session: Session) => void;
  readonly removeCell: (session: Session, cell: Cell) => void;
  /** Brings back what was removed last. */
  readonly undo: () => void;
}

/** Removes sessions and cells so that they can come back; the keyboard stays where it can go on. */
export const useRemoving = (): Removing => {
  const { console: store, documents, toasts, view } = useServices();
  const { t } = useTranslation();
  const titleOf = useSessionTitle();

  const undo = (removal?: Removal): void => {
    const back = store.undo(removal);
    if (back === null) return;
    toasts.dismissAbout(back);
    view.value = 'console';
    store.focusWish.value = back.kind === 'session' ? { kind: 'tab' } : { kind: 'frame', cell: back.cell };
  };
  const offerUndo = (text: string, removal: Removal): void => {
    toasts.show(text, 'calm', { label: t('menu.undo'), run: () => undo(removal) }, removal);
  };
  const close = (session: Session): void => {
    const removal = store.closeSession(session);
    store.focusWish.value = { kind: 'tab' };
    offerUndo(t('console.sessionClosed', { name: titleOf(session) }), removal);
  };
  return {
    closeSession: (session) => {
      if (session.hasChanges) documents.closing.value = session;
      else close(session);
    },
    closeChanged: close,
    removeCell: (session, cell) => {
      const index = session.cells.indexOf(cell);
      const removal = store.removeCell(session, cell);
      const next = session.cells[Math.min(index, session.cells.length - 1)];
      if (next !== undefined) store.focusWish.value = { kind: 'frame', cell: next };
      if (cell.source.trim() !== '' || cell.items.length > 0) offerUndo(t('console.cellRemoved'), removal);
    },
    undo: () => undo(),
  };
};
