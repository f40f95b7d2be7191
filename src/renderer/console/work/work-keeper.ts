import { ref, watch, type Ref } from 'vue';
import type { WorkApi } from '../../../shared/ipc/api.ts';
import type { Cell } from '../model/cell.ts';
import type { Session } from '../model/session.ts';
import { encode, encodeCell, keptSession, type KeptIndex } from './kept.ts';

/** From a change to its saving, in ms: changes in between go with it. */
const GATHER_MS = 400;
/** After a save that failed, in ms. */
const AGAIN_MS = 5000;

/** What is kept: the store has it. */
export interface KeptWork {
  readonly sessions: readonly Session[];
  readonly active: string;
  readonly made: number;
  /** Sessions and cells that were removed and can come back. */
  readonly removed: { readonly sessions: readonly Session[]; readonly cells: readonly Cell[] };
}

interface Change {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** It is on disk. */
  readonly saved: () => void;
}

/** What of a cell its part is made of. */
type CellState = readonly unknown[];

const stateOf = ({ isCut, isLoading, items, phase, stale }: Cell): CellState => [
  phase,
  items,
  stale,
  isCut,
  isLoading,
];
const isSame = (one: CellState | undefined, other: CellState): boolean =>
  one?.every((value, index) => value === other[index]) === true;

/** Saves the sessions while their user goes on: what changed, a moment after it has changed. */
export class WorkKeeper {
  readonly #api: WorkApi;
  readonly #work: () => KeptWork;
  /** Why the last save failed; null when it did not. */
  readonly problem: Ref<string | null> = ref(null);
  /** Texts of the parts that are seldom large, as they are on disk. */
  readonly #texts = new Map<string, string>();
  /** States of the cells whose parts are on disk. */
  readonly #cells = new Map<string, CellState>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #saving: Promise<void> | null = null;

  constructor(api: WorkApi, work: () => KeptWork) {
    this.#api = api;
    this.#work = work;
  }

  /** From now on changes are saved. */
  start(): void {
    watch(
      () => touch(this.#work()),
      () => this.#schedule(GATHER_MS),
    );
    this.#schedule(GATHER_MS);
    this.#api.onSettle(() => {
      void this.saveNow().then(() => this.#api.settled());
    });
  }

  /** A cell was read from its part as it is now. */
  noteRestored(cell: Cell): void {
    this.#cells.set(cell.id, stateOf(cell));
  }

  /** Resolves when everything is saved, or could not be. */
  async saveNow(): Promise<void> {
    await this.#saving;
    await this.#save();
  }

  #schedule(afterMs: number): void {
    this.#timer ??= setTimeout(() => void this.#save(), afterMs);
  }

  async #save(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#saving !== null) {
      this.#schedule(GATHER_MS);
      return;
    }
    this.#saving = this.#saveChanges();
    try {
      await this.#saving;
    } finally {
      this.#saving = null;
    }
  }

  /** Outputs first, then code, then the list: what a part names is there before it. */
  async #saveChanges(): Promise<void> {
    const work = this.#work();
    const sessions = [...work.sessions, ...work.removed.sessions];
    const changes: Change[] = [];
    for (const session of sessions) {
      for (const cell of session.cells) changes.push(...this.#cellChange(cell));
      changes.push(...this.#textChange(session.name, encode(keptSession(session))));
    }
    const index: KeptIndex = {
      version: 1,
      sessions: work.sessions.map(({ name }) => name),
      active: work.active,
      made: work.made,
      closed: work.removed.sessions.map(({ name }) => name),
    };
    changes.push(...this.#textChange('sessions', encode(index)));
    const problem = (await this.#send(changes)) ?? (await this.#remove(sessions, work.removed.cells));
    this.problem.value = problem;
    if (problem !== null) this.#schedule(AGAIN_MS);
  }

  #cellChange(cell: Cell): Change[] {
    const state = stateOf(cell);
    if (cell.isLoading || isSame(this.#cells.get(cell.id), state)) return [];
    // What was never run has nothing to keep but its code.
    if (cell.phase.name === 'draft' && !this.#cells.has(cell.id)) return [];
    const bytes = encodeCell(cell);
    return [{ name: cell.id, bytes, saved: () => void this.#cells.set(cell.id, state) }];
  }

  #textChange(name: string, bytes: Uint8Array): Change[] {
    const text = new TextDecoder().decode(bytes);
    if (this.#texts.get(name) === text) return [];
    return [{ name, bytes, saved: () => void this.#texts.set(name, text) }];
  }

  /** As many at once as go into one message; those of a refused message one by one. The first problem, or null. */
  async #send(changes: readonly Change[]): Promise<string | null> {
    let problem: string | null = null;
    for (const group of grouped(changes)) {
      const answer = await this.#api.save(
        group.map(({ bytes, name }) => ({ name, bytes })),
        [],
      );
      if (answer.ok) for (const { saved } of group) saved();
      else if (group.length === 1) problem ??= answer.error.message;
      else {
        for (const change of group) {
          const found = await this.#send([change]);
          problem ??= found;
        }
      }
    }
    return problem;
  }

  async #remove(sessions: readonly Session[], cells: readonly Cell[]): Promise<string | null> {
    const wanted = new Set(['sessions']);
    for (const { cells: own, name } of sessions) {
      wanted.add(name);
      for (const { id } of own) wanted.add(id);
    }
    for (const { id } of cells) wanted.add(id);
    const gone = [...this.#texts.keys(), ...this.#cells.keys()].filter((name) => !wanted.has(name));
    for (let index = 0; index < gone.length; index += REMOVED_AT_ONCE) {
      const some = gone.slice(index, index + REMOVED_AT_ONCE);
      const answer = await this.#api.save([], some);
      if (!answer.ok) return answer.error.message;
      for (const name of some) {
        this.#texts.delete(name);
        this.#cells.delete(name);
      }
    }
    return null;
  }
}

const REMOVED_AT_ONCE = 100;
/** What goes in one message, in parts and bytes. */
const TOGETHER = { parts: 64, bytes: 16 * 1024 * 1024 } as const;

const grouped = (changes: readonly Change[]): Change[][] => {
  const groups: Change[][] = [];
  let bytes = 0;
  for (const change of changes) {
    const last = groups.at(-1);
    bytes += change.bytes.byteLength;
    if (last !== undefined && last.length < TOGETHER.parts && bytes <= TOGETHER.bytes) last.push(change);
    else {
      groups.push([change]);
      bytes = change.bytes.byteLength;
    }
  }
  return groups;
};

/** Reads whatever is kept, so that Vue tells when it changes. Something else each time. */
const touch = (work: KeptWork): object => [
  work.active,
  work.removed.sessions,
  work.removed.cells,
  work.sessions.map(({ cells, files, scrollTop, title }) => [
    files,
    scrollTop,
    title,
    cells.map((cell) => [cell.source, ...stateOf(cell)]),
  ]),
];
