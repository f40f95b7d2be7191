import { ref, watch, type Ref } from 'vue';
import type { WorkApi } from '../../../shared/ipc/api.ts';
import type { Cell } from '../model/cell.ts';
import type { Session } from '../model/session.ts';
import type { Removal } from '../model/removals.ts';
import type { DocumentSource } from '../model/document.ts';
import { keptSources, partCount, sourceParts } from './kept-source.ts';
import { encode, encodeCell, keptSession, type KeptIndex } from './kept.ts';

/** From a change to its saving, in ms: changes in between go with it. */
const GATHER_MS = 400;
/** After a save that failed, in ms. */
const AGAIN_MS = 5000;
/** Between two savings of what a run under way brings out, in ms; the more that is, the longer. */
const OUTPUT_PAUSE_MS = 2000;
const OUTPUT_BYTES_PER_SECOND = 250_000;

/** What is kept: the store has it. */
export interface KeptWork {
  readonly sessions: readonly Session[];
  readonly active: string;
  readonly made: number;
  /** What was removed and can come back. */
  readonly removals: readonly Removal[];
}

/** Sessions that are open, or closed and can come back; each with its cells, also the removed ones that can. */
const heldSessions = ({
  removals,
  sessions,
}: KeptWork): { readonly session: Session; readonly cells: readonly Cell[] }[] =>
  [...sessions, ...closedOf(removals)].map((session) => ({
    session,
    cells: [
      ...session.cells,
      ...removals.flatMap((removal) =>
        removal.kind !== 'session' && removal.session.name === session.name ? [removal.cell] : [],
      ),
    ],
  }));

const closedOf = (removals: readonly Removal[]): Session[] =>
  removals.flatMap((removal) => (removal.kind === 'session' ? [removal.session] : []));

interface Change {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** It is on disk. */
  readonly saved: () => void;
}

/** What of a cell its part is made of. */
type CellState = Pick<Cell, 'isCut' | 'isLoading' | 'items' | 'phase' | 'stale'>;

/** A cell as its part on disk has it. */
interface SavedCell {
  readonly state: CellState;
  readonly bytes: number;
  /** By the page's clock, in ms. */
  readonly at: number;
}

const stateOf = ({ isCut, isLoading, items, phase, stale }: Cell): CellState => ({
  phase,
  items,
  stale,
  isCut,
  isLoading,
});
const isSame = (one: CellState, other: CellState): boolean =>
  one.phase === other.phase &&
  one.items === other.items &&
  one.stale === other.stale &&
  one.isCut === other.isCut &&
  one.isLoading === other.isLoading;

/** Saves the sessions while their user goes on: what changed, a moment after it has changed. */
export class WorkSaver {
  readonly #api: WorkApi;
  readonly #work: () => KeptWork;
  /** Why the last save failed; null when it did not. */
  readonly problem: Ref<string | null> = ref(null);
  /** Texts of the parts that are seldom large, as they are on disk. */
  readonly #texts = new Map<string, string>();
  /** States of the cells whose parts are on disk. */
  readonly #cells = new Map<string, SavedCell>();
  /** Contents of attached files that are on disk. */
  readonly #fileParts = new Set<string>();
  /** What was read of the sessions' files, with the names of the parts on disk. */
  readonly #sources = new Map<
    string,
    { readonly source: DocumentSource; readonly parts: readonly string[] }
  >();
  /** Parts of sources that are on disk, also of those that are there no more. */
  readonly #sourceParts = new Set<string>();
  /** Until output of cells that are running is saved. */
  #outputTimer: ReturnType<typeof setTimeout> | null = null;
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
    this.#cells.set(cell.id, { state: stateOf(cell), bytes: 0, at: performance.now() });
  }

  /** What was read of a session's file is on disk. */
  noteSource({ documentSource, name, sourceRevision }: Session): void {
    if (documentSource === null) return;
    const parts = sourceParts(name, sourceRevision, partCount(documentSource));
    this.#sources.set(name, { source: documentSource, parts });
    for (const part of parts) this.#sourceParts.add(part);
  }

  /** Resolves when everything is saved, or could not be. */
  async saveNow(): Promise<void> {
    await this.#saving;
    await this.#save(true);
  }

  #schedule(afterMs: number): void {
    this.#timer ??= setTimeout(() => void this.#save(), afterMs);
  }

  /** @param isAll also output that could wait */
  async #save(isAll = false): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#saving !== null) {
      this.#schedule(GATHER_MS);
      return;
    }
    this.#saving = this.#saveChanges(isAll);
    try {
      await this.#saving;
    } finally {
      this.#saving = null;
    }
  }

  /** Outputs first, then code, then the list: what a part names is there before it. */
  async #saveChanges(isAll: boolean): Promise<void> {
    const work = this.#work();
    const held = heldSessions(work);
    const changes: Change[] = [];
    let soonestMs = Infinity;
    for (const { cells, session } of held) {
      for (const cell of cells) {
        const waitMs = isAll ? 0 : this.#outputWaitMs(cell);
        if (waitMs > 0) soonestMs = Math.min(soonestMs, waitMs);
        else changes.push(...this.#cellChange(cell));
      }
      changes.push(...this.#sourceChanges(session));
      changes.push(...this.#textChange(session.name, encode(keptSession(session, work.removals))));
    }
    this.#saveOutputIn(soonestMs);
    const index: KeptIndex = {
      version: 1,
      sessions: work.sessions.map(({ name }) => name),
      active: work.active,
      made: work.made,
      closed: closedOf(work.removals).map(({ name }) => name),
    };
    changes.push(...this.#textChange('sessions', encode(index)));
    const failure = await this.#send(changes);
    const contents = held.flatMap(({ session }) => session.attached.flatMap(({ parts }) => parts));
    for (const part of contents) this.#fileParts.add(part);
    const wanted = held.flatMap(({ cells, session }) => [
      session.name,
      ...(this.#sources.get(session.name)?.parts ?? []),
      ...cells.map(({ id }) => id),
    ]);
    const problem = failure ?? (await this.#removeAllBut(['sessions', ...contents, ...wanted]));
    this.problem.value = problem;
    if (problem !== null) this.#schedule(AGAIN_MS);
  }

  #saveOutputIn(afterMs: number): void {
    if (this.#outputTimer !== null) clearTimeout(this.#outputTimer);
    this.#outputTimer = afterMs === Infinity ? null : setTimeout(() => void this.#save(), afterMs);
  }

  /** How long more output of a run under way is to wait: all that it has brought out is written each time. */
  #outputWaitMs({ id, items, phase }: Cell): number {
    const saved = this.#cells.get(id);
    if (saved === undefined || phase.name !== 'running' || saved.state.phase !== phase) return 0;
    if (saved.state.items === items) return 0;
    const pauseMs = Math.max(OUTPUT_PAUSE_MS, (saved.bytes / OUTPUT_BYTES_PER_SECOND) * 1000);
    return saved.at + pauseMs - performance.now();
  }

  #cellChange(cell: Cell): Change[] {
    const state = stateOf(cell);
    const saved = this.#cells.get(cell.id);
    if (cell.isLoading || (saved !== undefined && isSame(saved.state, state))) return [];
    // What was never run has nothing to keep but its code.
    if ((cell.phase.name === 'draft' || cell.phase.name === 'opened') && saved === undefined) return [];
    const bytes = encodeCell(cell);
    const markSaved = (): void => {
      this.#cells.set(cell.id, { state, bytes: bytes.byteLength, at: performance.now() });
    };
    return [{ name: cell.id, bytes, saved: markSaved }];
  }

  #sourceChanges(session: Session): Change[] {
    const { documentSource, name, sourceRevision } = session;
    if (documentSource === null || this.#sources.get(name)?.source === documentSource) return [];
    const parts = keptSources(documentSource);
    const names = sourceParts(name, sourceRevision, parts.length);
    let left = parts.length;
    return parts.map((part, at) => ({
      name: names[at] ?? '',
      bytes: encode(part),
      saved: () => {
        this.#sourceParts.add(names[at] ?? '');
        left -= 1;
        if (left > 0) return;
        this.#sources.set(name, { source: documentSource, parts: names });
      },
    }));
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

  /** Outputs first, so that none is left without the session that it belongs to. */
  async #removeAllBut(names: readonly string[]): Promise<string | null> {
    const wanted = new Set(names);
    const known = [...this.#fileParts, ...this.#cells.keys(), ...this.#sourceParts, ...this.#texts.keys()];
    const removed = known.filter((name) => !wanted.has(name));
    for (let index = 0; index < removed.length; index += REMOVED_AT_ONCE) {
      const some = removed.slice(index, index + REMOVED_AT_ONCE);
      const answer = await this.#api.save([], some);
      if (!answer.ok) return answer.error.message;
      for (const name of some) {
        this.#texts.delete(name);
        this.#cells.delete(name);
        this.#fileParts.delete(name);
        this.#sourceParts.delete(name);
      }
      for (const [session, { parts }] of this.#sources) {
        if (parts.every((part) => !wanted.has(part))) this.#sources.delete(session);
      }
    }
    return null;
  }
}

const REMOVED_AT_ONCE = 100;
/** What goes in one message, in parts and bytes. */
const TOGETHER = { parts: 64, bytes: 2 * 1024 * 1024 } as const;

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
  work.removals,
  heldSessions(work).map(({ cells, session }) => [
    session.attached,
    session.files,
    session.scrollTop,
    session.title,
    session.document,
    session.documentSource,
    session.unreadParts,
    session.hasChanges,
    cells.map((cell) => [cell.source, cell.kind, cell.origin, cell.hidden, stateOf(cell)]),
  ]),
];
