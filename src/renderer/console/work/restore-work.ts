/** The sessions as they were when the app, or its page, ended. */
import { shallowReactive } from 'vue';
import type { SandboxApi, WorkApi } from '../../../shared/ipc/api.ts';
import type { z } from 'zod';
import { Cell } from '../model/cell.ts';
import { Session } from '../model/session.ts';
import { decode, KeptCell, KeptIndex, KeptSession, restoreCell } from './kept.ts';

/** What a person should know about what was kept. */
export type WorkNotice =
  | { readonly code: 'damaged'; readonly movedTo: string; readonly isOlder: boolean }
  | { readonly code: 'unreadable'; readonly detail: string };

export interface RestoredWork {
  readonly sessions: readonly Session[];
  readonly active: string;
  readonly made: number;
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
      if (kept !== null) return told(true, { kept, isOlder: asides.length > 0 });
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

/** Reads the code of all sessions; what came of the cells is read by `loadOutputs`. */
export const restoreWork = async (
  api: WorkApi,
  sandbox: Pick<SandboxApi, 'status'>,
): Promise<RestoredWork> => {
  const notices: WorkNotice[] = [];
  const reader = new WorkReader(api, (notice) => void notices.push(notice));
  const names = await reader.names();
  const index = names.includes('sessions')
    ? ((await reader.read('sessions', KeptIndex))?.kept ?? NO_INDEX)
    : NO_INDEX;
  const closed = new Set(index.closed);
  const there = names.filter((name) => name !== 'sessions' && !name.includes(CELL_MARK) && !closed.has(name));
  // A session that the list does not name is none the less: an older list may have been read.
  const order = [...index.sessions.filter((name) => there.includes(name))];
  order.push(...there.filter((name) => !order.includes(name)));
  const status = await sandbox.status();
  const alive = new Set(status.ok ? status.value.sessions : []);
  const sessions: Session[] = [];
  const unwanted = names.filter((name) => closed.has(name.split(CELL_MARK)[0] ?? ''));
  for (const name of order) {
    const read = await reader.read(name, KeptSession);
    if (read?.kept.name !== name) continue;
    const session = sessionOf(read.kept);
    if (!alive.has(name)) session.loseState('app-closed');
    sessions.push(session);
    if (read.isOlder) continue;
    const own = new Set(session.cells.map(({ id }) => id));
    unwanted.push(...names.filter((part) => part.startsWith(`${name}${CELL_MARK}`) && !own.has(part)));
  }
  for (let at = 0; at < unwanted.length; at += 100) await api.save([], unwanted.slice(at, at + 100));
  const made = Math.max(index.made, ...sessions.map(({ number }) => number));
  return { sessions, active: index.active, made, notices };
};

const sessionOf = (kept: KeptSession): Session => {
  const session = shallowReactive(new Session(kept.name, kept.number));
  session.restore({
    ...kept,
    cells: kept.cells.map(({ id, ran, source }) => {
      const cell = shallowReactive(new Cell(id, source));
      cell.isLoading = ran;
      return cell;
    }),
  });
  return session;
};

/** Reads what came of the cells, session after session. */
export const loadOutputs = async (
  reader: WorkReader,
  sessions: readonly Session[],
  onLoaded: (cell: Cell) => void,
): Promise<void> => {
  for (const session of sessions) {
    for (const cell of session.cells) {
      if (!cell.isLoading) continue;
      const read = await reader.read(cell.id, KeptCell);
      // It was run meanwhile.
      if (cell.phase.name !== 'draft') continue;
      cell.isLoading = false;
      if (read === null) continue;
      restoreCell(cell, read.kept);
      if (session.lost !== null && cell.hasKeptState) cell.stale = true;
      onLoaded(cell);
    }
  }
};
