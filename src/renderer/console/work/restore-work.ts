/** The sessions as they were when the app, or its page, ended. */
import { shallowReactive } from 'vue';
import type { SandboxApi, WorkApi } from '../../../shared/ipc/api.ts';
import type { z } from 'zod';
import { LIMITS } from '../../../shared/limits.ts';
import { Cell } from '../model/cell.ts';
import { mergedSource } from '../model/cell-edits.ts';
import { FILE_MARK, Session } from '../model/session.ts';
import type { Removal } from '../model/removals.ts';
import { openedCell, showOpened } from '../documents/document-content.ts';
import type { DocumentSource } from '../model/document.ts';
import { DOCUMENT_MARK, joinedSource, KeptSource, sourceParts } from './kept-source.ts';
import { decode, KeptCell, KeptIndex, KeptSession, restoreCell } from './kept.ts';

/** What a person should know about what was kept. */
export type WorkNotice =
  | { readonly code: 'damaged'; readonly movedTo: string; readonly isOlder: boolean }
  | { readonly code: 'unreadable'; readonly detail: string };

export interface RestoredWork {
  readonly sessions: readonly Session[];
  readonly active: string;
  readonly made: number;
  /** What was removed and could come back when the app, or its page, ended. */
  readonly removals: readonly Removal[];
  readonly notices: readonly WorkNotice[];
}

export class WorkReader {
  readonly #api: WorkApi;
  readonly #onNotice: (notice: WorkNotice) => void;

  constructor(api: WorkApi, onNotice: (notice: WorkNotice) => void) {
    this.#api = api;
    this.#onNotice = onNotice;
  }

  async names(): Promise<readonly string[]> {
    const answer = await this.#api.names();
    if (answer.ok) return answer.value;
    this.#onNotice({ code: 'unreadable', detail: answer.error.message });
    return [];
  }

  /** A part, or the one before it when it is damaged or can't be understood; null when there is none. */
  async read<T>(
    name: string,
    schema: z.ZodType<T>,
  ): Promise<{ readonly kept: T; readonly isOlder: boolean } | null> {
    const asides: string[] = [];
    const told = <R>(isOlder: boolean, result: R): R => {
      for (const movedTo of asides) this.#onNotice({ code: 'damaged', movedTo, isOlder });
      return result;
    };
    for (;;) {
      const answer = await this.#api.read(name);
      if (!answer.ok) {
        this.#onNotice({ code: 'unreadable', detail: answer.error.message });
        return told(false, null);
      }
      asides.push(...answer.value.damaged);
      if (answer.value.bytes === null) return told(false, null);
      const kept = decode(schema, answer.value.bytes);
      if (kept !== null) return told(true, { kept, isOlder: answer.value.isOlder || asides.length > 0 });
      const aside = await this.#api.setAside(name);
      if (!aside.ok || aside.value === null) {
        this.#onNotice({ code: 'unreadable', detail: aside.ok ? name : aside.error.message });
        return told(false, null);
      }
      asides.push(aside.value);
    }
  }
}

const NO_INDEX: KeptIndex = { version: 1, sessions: [], active: '', made: 0, closed: [] };
const CELL_MARK = '-cell-';
const isSession = (name: string): boolean =>
  name !== 'sessions' && ![CELL_MARK, FILE_MARK, DOCUMENT_MARK].some((mark) => name.includes(mark));

/** Reads the code of all sessions; what is in their files, and what came of the cells, is read by `loadWork`. */
export const restoreWork = async (
  api: WorkApi,
  sandbox: Pick<SandboxApi, 'status'>,
): Promise<RestoredWork> => {
  const notices: WorkNotice[] = [];
  const reader = new WorkReader(api, (notice) => void notices.push(notice));
  const names = await reader.names();
  const list = names.includes('sessions') ? await reader.read('sessions', KeptIndex) : null;
  const index = list?.kept ?? NO_INDEX;
  // A session that an older list has as closed may have been brought back since, and one may have been made.
  const isNewest = list?.isOlder === false;
  const closed = new Set(isNewest ? index.closed : []);
  const there = new Set(names.filter(isSession));
  const order = new Set([...index.sessions, ...closed, ...there]);
  const status = await sandbox.status();
  const alive = status.ok ? status.value.sessions : [];
  const isAlive = ({ name, runtime }: KeptSession): boolean =>
    alive.some((one) => one.name === name && (runtime === null || one.runtime === runtime));
  const sessions: Session[] = [];
  const removals: Removal[] = [];
  const unwanted: string[] = [];
  const parts = await Promise.all(
    [...order]
      .filter((name) => there.has(name))
      .map((name) => reader.read(name, KeptSession).then((read) => ({ name, read }))),
  );
  for (const { name, read } of parts) {
    if (read?.kept.name !== name) continue;
    const restored = sessionOf(read.kept, isAlive(read.kept));
    const { session } = restored;
    removals.push(...restored.removals);
    if (closed.has(name)) removals.push({ kind: 'session', session, index: sessions.length });
    else sessions.push(session);
    if (read.isOlder) continue;
    const { attached, cells, document, removed } = read.kept;
    const own = new Set([
      ...[...cells, ...removed].map(({ id }) => id),
      ...attached.flatMap((file) => file.parts),
      ...documentParts(name, document),
    ]);
    const marks = [CELL_MARK, FILE_MARK, DOCUMENT_MARK].map((mark) => `${name}${mark}`);
    unwanted.push(...names.filter((part) => marks.some((mark) => part.startsWith(mark)) && !own.has(part)));
  }
  if (isNewest)
    for (let at = 0; at < unwanted.length; at += 100) await api.save([], unwanted.slice(at, at + 100));
  const numbers = [...sessions, ...removals.map(({ session }) => session)].map(({ number }) => number);
  return { sessions, active: index.active, made: Math.max(index.made, ...numbers), removals, notices };
};

/** Names of the parts with what was read of a session's file. */
const documentParts = (name: string, document: KeptSession['document']): readonly string[] =>
  document === null ? [] : sourceParts(name, document.revision, Math.min(document.parts, LIMITS.workParts));

const cellOf = (kept: KeptSession['cells'][number]): Cell => {
  const cell = shallowReactive(new Cell(kept.id, kept.source));
  cell.kind = kept.kind;
  cell.hidden = kept.hidden;
  cell.isLoading = kept.ran;
  cell.origin = kept.origin;
  return cell;
};

const sessionOf = (
  kept: KeptSession,
  isAlive: boolean,
): { readonly session: Session; readonly removals: readonly Removal[] } => {
  const session = shallowReactive(new Session(kept.name, kept.number));
  const cells = kept.cells.map(cellOf);
  const removed = kept.removed.map(cellOf);
  // What removed cells have made is gone, too.
  const attached = kept.attached.map((file) => ({ ...file, isPlaced: true }));
  session.restore({ ...kept, attached, cells: [...cells, ...removed] });
  if (!isAlive) session.loseState('app-closed');
  session.cells = cells;
  if (cells.length === 0) session.addCell();
  restoreDocument(session, kept.document);
  const known = new Map([...cells, ...removed].map((cell) => [cell.id, cell]));
  /** The code of cells as it was at a removal: the last one is looked at first. */
  const sources = new Map<Cell, string>();
  const removals = kept.removed.map((of, at): Removal => ({
    kind: 'cell',
    session,
    cell: removed[at] ?? cellOf(of),
    index: of.index,
  }));
  for (const [at, { merged }] of [...kept.removed.entries()].reverse()) {
    const removal = removals[at];
    const upper = known.get(merged?.into ?? '');
    if (removal === undefined || removal.kind === 'session' || merged === null || upper === undefined)
      continue;
    const after = sources.get(upper) ?? upper.source;
    const before = after.slice(0, merged.length);
    // Otherwise something else was written into it since, which stays.
    if (after !== mergedSource(before, removal.cell.source)) continue;
    sources.set(upper, before);
    removals[at] = { ...removal, kind: 'merge', upper, source: { before, after } };
  }
  return { session, removals };
};

const restoreDocument = (session: Session, document: KeptSession['document']): void => {
  session.sourceRevision = document?.revision ?? 0;
  if (document === null) return;
  const { format, id, isChanged, name, parts, version } = document;
  session.document = { id, name, format, version };
  session.unreadParts = parts === 0 ? null : documentParts(session.name, document);
  session.saved = isChanged ? null : session.savedCells;
};

/** A cell, and where it is or was. */
export interface LocatedCell {
  readonly session: Session;
  readonly cell: Cell;
}

/** What was kept of its outputs can't be read: those that its file has are the last ones that are known. */
const fallBackOnFile = (cell: Cell, source: DocumentSource | null): void => {
  const { origin } = cell;
  if (source === null || origin === null || origin.isCopy) return;
  const opened = openedCell(source, origin.index);
  if (opened === null) return;
  cell.origin = { ...origin, keepsOutputs: true };
  showOpened(cell, opened);
};

/** Null when some of it is missing. */
const readSource = async (reader: WorkReader, names: readonly string[]): Promise<DocumentSource | null> => {
  const parts: KeptSource[] = [];
  for (const name of names) {
    const part = await reader.read(name, KeptSource);
    if (part === null) return null;
    parts.push(part.kept);
  }
  return joinedSource(parts);
};

/** For so long cells are made without a pause in which the page can do something else, in ms. */
const BUSY_MS = 12;

/** Reads what was read of a session's file: cells that were not run show what it has. @param cells also the removed ones */
const loadSource = async (
  reader: WorkReader,
  session: Session,
  cells: () => readonly Cell[],
  onLoaded: (session: Session) => void,
): Promise<void> => {
  if (session.unreadParts === null) return;
  const source = await readSource(reader, session.unreadParts);
  let from = performance.now();
  for (const cell of cells()) {
    const { isLoading, origin, phase } = cell;
    if (origin === null) continue;
    const opened = source === null ? null : openedCell(source, origin.index);
    if (opened === null) cell.origin = null;
    // Otherwise it was run, before or meanwhile.
    else if (origin.keepsOutputs && !isLoading && phase.name === 'draft') showOpened(cell, opened);
    if (performance.now() - from < BUSY_MS) continue;
    await new Promise((resolve) => setTimeout(resolve));
    from = performance.now();
  }
  session.documentSource = source;
  session.unreadParts = null;
  // A session whose file is not known whole is one without a file: it is not to be written over.
  if (source === null) session.document = null;
  else onLoaded(session);
};

export interface WorkLoading {
  /** What of a session's file is on disk. */
  readonly onSource: (session: Session) => void;
  readonly onCell: (cell: Cell) => void;
}

/** Reads what the code is not of: a long document holds no other session up. */
export const loadWork = async (
  reader: WorkReader,
  all: () => readonly LocatedCell[],
  { onCell, onSource }: WorkLoading,
): Promise<void> => {
  const cellsOf = (of: Session): LocatedCell[] => all().filter(({ session }) => session === of);
  const sessions = new Set(all().map(({ session }) => session));
  await Promise.all(
    [...sessions].map(async (session) => {
      await loadSource(reader, session, () => cellsOf(session).map(({ cell }) => cell), onSource);
      await loadOutputs(reader, cellsOf(session), onCell);
    }),
  );
};

/** Reads what came of cells, one after the other. */
export const loadOutputs = async (
  reader: WorkReader,
  cells: readonly LocatedCell[],
  onLoaded: (cell: Cell) => void,
): Promise<void> => {
  for (const { cell, session } of cells) {
    if (!cell.isLoading) continue;
    const read = await reader.read(cell.id, KeptCell);
    // It was run meanwhile.
    if (cell.phase.name !== 'draft') continue;
    cell.isLoading = false;
    if (read === null) {
      fallBackOnFile(cell, session.documentSource);
      continue;
    }
    restoreCell(cell, read.kept);
    if (session.lost !== null && cell.hasKeptState) cell.stale = true;
    else session.placeCell(cell);
    onLoaded(cell);
  }
};
