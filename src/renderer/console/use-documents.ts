import { formatOfName, type DocumentFormat } from '../../shared/ipc/documents.ts';
import { LIMITS } from '../../shared/limits.ts';
import { useServices } from '../app/services.ts';
import { useTranslation } from '../app/translation.ts';
import { fillSession, readDocument, writeDocument } from './documents/document-content.ts';
import { NEW_NOTEBOOK } from './documents/notebook.ts';
import { markSaved } from './documents/saved-notebook.ts';
import type { Cell } from './model/cell.ts';
import type { Session } from './model/session.ts';
import { outputsLoaded } from './work/outputs-loaded.ts';
import type { KeptWork } from './work/work-saver.ts';
import { useSessionTitle } from './session-title.ts';

export interface DocumentActions {
  readonly create: () => void;
  readonly choose: () => Promise<void>;
  /** Shows what was opened from outside. */
  readonly openWaiting: () => Promise<void>;
  /** Shows the documents among dropped files; the others. */
  readonly openDropped: (dropped: Iterable<File>) => Promise<readonly File[]>;
  /** Whether it is saved now. */
  readonly save: (session: Session) => Promise<boolean>;
  readonly saveAs: (session: Session) => Promise<boolean>;
  /** Looks whether other programs have written the files of open documents. */
  readonly check: () => Promise<void>;
  /** Shows what another program has written, in place of what is here, which can come back for a while. */
  readonly takeTheirs: (session: Session) => Promise<void>;
  readonly keepMine: (session: Session) => void;
}

interface OpenedFile {
  readonly id: string | null;
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly version: string | null;
}

/** Opens and saves documents, and tells what came of it. */
export const useDocuments = (): DocumentActions => {
  const { api, console: store, documents: queue, documentFiles: files, view, toasts } = useServices();
  const { t } = useTranslation();
  const titleOf = useSessionTitle();

  const show = (session: Session): void => {
    view.value = 'console';
    store.activeName.value = session.name;
    const [first] = session.cells;
    if (first !== undefined) store.focusWish.value = { kind: 'frame', cell: first };
  };
  const emptySession = (): Session => {
    const active = store.active.value;
    const isFree =
      active?.document === null && active.title === null && active.runs === 0 && active.isUntouched;
    return isFree ? active : store.addSession();
  };
  const notOpened = (name: string, reason: string): void => {
    toasts.show(t('documents.notOpened', { name, reason }), 'danger');
  };
  /** False when it can't be read. */
  const openBytes = (file: OpenedFile, before: () => void = () => undefined): boolean => {
    const format = formatOfName(file.name);
    if (format === null) {
      notOpened(file.name, t('documents.refused.otherKind'));
      return false;
    }
    const reading = readDocument(format, file.bytes);
    if (reading.kind === 'refused') {
      notOpened(file.name, t(`documents.refused.${reading.reason}`, reading.values));
      return false;
    }
    before();
    const session = emptySession();
    fillSession(session, file, format, reading);
    show(session);
    return true;
  };
  const check = (session: Session): Promise<void> =>
    queue.inTurn(session, async () => {
      const { document } = session;
      const id = document?.id ?? null;
      if (document === null || id === null) return;
      const answer = await api.documents.versions([id]);
      const version = answer.ok ? (answer.value[0] ?? null) : null;
      if (version === document.version) session.conflict = null;
      const isKnown = version === document.version || version === session.conflict?.version;
      if (version !== null && !isKnown) session.conflict = { version, wasSaving: false };
    });
  const openFile = async (file: OpenedFile): Promise<void> => {
    const open = store.sessions.value.find(({ document }) => document?.id === file.id);
    if (open === undefined) openBytes(file);
    else {
      show(open);
      await check(open);
    }
  };
  const openPlace = async (id: string): Promise<void> => {
    const answer = await files.read(id);
    if (answer.ok) await openFile(answer.value);
    else notOpened(t('documents.itsFile'), answer.error.message);
  };

  const write = async (
    session: Session,
    at: { readonly id: string; readonly name: string; readonly format: DocumentFormat },
    known: string | null,
    onChanged: (version: string) => void,
  ): Promise<boolean> => {
    const { id, name } = at;
    const notSaved = (reason: string): boolean => {
      toasts.show(t('documents.notSaved', { name, reason }), 'danger');
      return false;
    };
    await outputsLoaded(session);
    const cells = session.savedCells;
    const written = writeDocument(session, at.format);
    if (written.kind === 'unwritable') {
      const { character, encoding } = written;
      return notSaved(
        character === null
          ? t('documents.refused.encoding', { encoding })
          : t('documents.refused.missing', { encoding, character }),
      );
    }
    if (written.bytes.byteLength > LIMITS.documentBytes) return notSaved(t('documents.refused.tooLarge'));
    const answer = await files.save(id, written.bytes, known);
    if (!answer.ok) return notSaved(answer.error.message);
    if (answer.value.kind === 'changed') {
      onChanged(answer.value.version);
      return false;
    }
    session.document = { id, name, format: at.format, version: answer.value.version };
    session.saved = cells;
    if (at.format === 'ipynb') markSaved(session, cells, written.cells, removedCells(store.work, session));
    session.conflict = null;
    toasts.show(t('documents.saved', { name }));
    return true;
  };
  const askAndWrite = async (session: Session): Promise<boolean> => {
    const { document } = session;
    const format = document?.format ?? 'ipynb';
    const name = suggestedName(document?.name ?? '', titleOf(session), format);
    const answer = await api.documents.place({ id: document?.id ?? null, name, format });
    if (!answer.ok) {
      toasts.show(t('documents.notSaved', { name, reason: answer.error.message }), 'danger');
      return false;
    }
    if (answer.value === null) return false;
    const at = answer.value;
    return write(session, at, at.version, () => {
      toasts.show(t('documents.notSaved', { name: at.name, reason: t('documents.refused.taken') }), 'danger');
    });
  };
  const saveAs = (session: Session): Promise<boolean> => queue.inTurn(session, () => askAndWrite(session));
  const save = (session: Session): Promise<boolean> =>
    queue.inTurn(session, async () => {
      // Its file may turn out not to be known whole; then it has none.
      await outputsLoaded(session);
      const { document } = session;
      const id = document?.id ?? null;
      if (document === null || id === null) return askAndWrite(session);
      return write(session, { ...document, id }, document.version, (version) => {
        session.conflict = { version, wasSaving: true };
      });
    });

  return {
    create: () => {
      const session = emptySession();
      session.document = { id: null, name: '', format: 'ipynb', version: null };
      session.documentSource = NEW_NOTEBOOK;
      session.saved = session.savedCells;
      view.value = 'console';
      const [first] = session.cells;
      if (first !== undefined) store.focusWish.value = { kind: 'cell', cell: first };
    },
    choose: async () => {
      const answer = await files.choose();
      if (!answer.ok) notOpened(t('documents.itsFile'), answer.error.message);
      else if (answer.value !== null) await openFile(answer.value);
    },
    openWaiting: async () => {
      const answer = await api.documents.waiting();
      if (!answer.ok) return;
      for (const id of answer.value) await openPlace(id);
    },
    openDropped: async (dropped) => {
      const others: File[] = [];
      for (const file of dropped) {
        if (formatOfName(file.name) === null) {
          others.push(file);
          continue;
        }
        if (file.size > LIMITS.documentBytes) {
          notOpened(file.name, t('documents.refused.tooLarge'));
          continue;
        }
        try {
          const bytes = new Uint8Array(await file.arrayBuffer());
          openBytes({ id: null, name: file.name, bytes, version: null });
        } catch {
          notOpened(file.name, t('console.fileUnreadable'));
        }
      }
      return others;
    },
    save,
    saveAs,
    check: async () => {
      for (const session of store.sessions.value) await check(session);
    },
    takeTheirs: async (session) => {
      const { document } = session;
      const id = document?.id ?? null;
      if (document === null || id === null) return;
      const answer = await files.read(id);
      if (!answer.ok) {
        notOpened(document.name, answer.error.message);
        return;
      }
      const { title } = session;
      const closeMine = (): void => {
        const removal = store.closeSession(session);
        const run = (): void => {
          const back = store.undo(removal);
          if (back?.kind === 'session') show(back.session);
        };
        const text = t('documents.tookTheirs', { name: document.name });
        toasts.show(text, 'calm', { label: t('menu.undo'), run }, removal);
      };
      if (openBytes(answer.value, closeMine) && store.active.value !== null) store.active.value.title = title;
    },
    keepMine: (session) => {
      const { conflict, document } = session;
      if (conflict === null || document === null) return;
      session.document = { ...document, version: conflict.version };
      session.conflict = null;
      session.saved = null;
      if (conflict.wasSaving) void save(session);
    },
  };
};

const removedCells = ({ removals }: KeptWork, { name }: Session): Cell[] =>
  removals.flatMap((removal) =>
    removal.kind !== 'session' && removal.session.name === name ? [removal.cell] : [],
  );

const MAX_TITLE_LENGTH = 100;

/** A name that a file may have everywhere: not all that are legal on one system are on others. */
const suggestedName = (name: string, title: string, format: DocumentFormat): string => {
  if (name === '') return `${plainName(title, MAX_TITLE_LENGTH)}.${format}`;
  const ending = formatOfName(name) === null ? `.${format}` : name.slice(name.lastIndexOf('.'));
  const stem = formatOfName(name) === null ? name : name.slice(0, -ending.length);
  return plainName(stem, LIMITS.fileNameLength - ending.length) + ending;
};

/** Fit for the name of a file. @param most UTF-16 units */
const plainName = (title: string, most: number): string =>
  title
    .slice(0, most)
    .replaceAll(/[\\/:*?"<>|\p{C}\p{Zl}\p{Zp}]/gu, ' ')
    .trim()
    .replace(/^\.+$/u, '') || 'notebook';
