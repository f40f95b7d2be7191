import { watch } from 'vue';
import type { AppCommand } from '../../shared/ipc/app.ts';
import type { DocumentActions } from '../console/use-documents.ts';
import type { Removing } from '../console/use-removing.ts';
import type { Services } from './services.ts';

const MAKING: ReadonlySet<AppCommand> = new Set(['new-document', 'open-document', 'new-session']);

export interface CommandActions {
  readonly documents: DocumentActions;
  readonly removing: Removing;
}

/** Commands of the menu and its shortcuts. */
export const runCommand = (services: Services, actions: CommandActions, command: AppCommand): void => {
  const { documents, removing } = actions;
  const { console: store, view } = services;
  const session = store.active.value;
  // Sessions that are made now would stand before the ones that there were.
  if (!store.isRestored.value && MAKING.has(command)) {
    watch(store.isRestored, () => runCommand(services, actions, command), { once: true });
    return;
  }
  switch (command) {
    case 'show-console': {
      view.value = 'console';
      const cell = store.current;
      // Who was writing goes on with it.
      if (cell !== null) store.focusWish.value = { kind: cell.kind === 'code' ? 'cell' : 'frame', cell };
      return;
    }
    case 'show-packages':
      view.value = 'packages';
      return;
    case 'show-activity':
      view.value = 'activity';
      return;
    case 'show-settings':
      view.value = 'settings';
      return;
    case 'new-document':
      documents.create();
      return;
    case 'open-document':
      void documents.choose();
      return;
    case 'save-document':
      if (session !== null) void documents.save(session);
      return;
    case 'save-document-as':
      if (session !== null) void documents.saveAs(session);
      return;
    case 'new-session':
      view.value = 'console';
      store.goToNewSession();
      return;
    case 'close-session':
      // What is not seen is not closed: who is elsewhere leaves that place.
      if (view.value !== 'console') view.value = 'console';
      else if (session !== null) removing.closeSession(session);
      return;
    case 'find':
      view.value = 'console';
      services.finder.ask();
      return;
    case 'run': {
      const current = session?.current ?? null;
      const cell =
        session !== null && current !== null && session.cells.includes(current)
          ? current
          : session?.cells.findLast(({ kind, source }) => kind === 'code' && source.trim() !== '');
      if (session !== null && cell !== undefined) void store.run(session, cell);
      return;
    }
    case 'run-all':
      if (session !== null) void store.runAll(session, session.cells);
      return;
    case 'show-shortcuts':
      services.showsShortcuts.value = true;
      return;
    case 'stop':
      // Also what waits for its turn.
      for (const cell of session?.cells ?? []) void store.stop(cell);
      return;
    case 'reset':
      if (session !== null) void store.reset(session);
      return;
  }
};
