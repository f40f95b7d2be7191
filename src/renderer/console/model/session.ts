/** One interpreter with its state, as the page sees it: the cells that were run in it, and what they made. */
import { shallowReactive } from 'vue';
import type { ProcessEndCause } from '../../../shared/contract/sandbox-events.ts';
import type { OutputFile } from '../../../shared/contract/run.ts';
import type { PythonRuntime } from '../../../shared/runtimes.ts';
import { Cell } from './cell.ts';
import { definesName } from './defined-names.ts';
import {
  KEEPS_OUTPUTS,
  type DocumentConflict,
  type DocumentSource,
  type DocumentState,
  type SavedCell,
} from './document.ts';
import { History } from './history.ts';

/** Why variables are gone. */
export type LostReason =
  | 'app-closed'
  | 'other-python'
  | 'reset'
  | 'evicted'
  | 'run-stopped'
  | 'idle'
  | 'stopped'
  | 'out-of-memory'
  | 'process-ended';

export interface LostState {
  readonly reason: LostReason;
  /** Names of the files that went with them. */
  readonly files: readonly string[];
  /** What their code printed as they went; empty for nothing. */
  readonly printed: string;
}

type KeptParts = Pick<
  Session,
  'attached' | 'cells' | 'cellsMade' | 'files' | 'runs' | 'runtime' | 'scrollTop' | 'title'
> & {
  readonly history: readonly string[];
};

export interface WorkspaceFile extends OutputFile {
  /** The cell that made or changed it last; null for what a person put there. */
  readonly cell: number | null;
}

/** In the names of the parts with the contents of a session's files; before it is the session's name. */
export const FILE_MARK = '-file-';

/** A file that a person has put into a session. It is there again after the session has lost its state. */
export interface AttachedFile {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** Where its contents are kept on disk, in their order; see `WorkApi`. */
  readonly parts: readonly string[];
  /** It is in the session's folder, or on the way there. */
  readonly isPlaced: boolean;
}

/** What only a notebook has of a cell. */
const hasSameLook = (before: SavedCell, { hidden, outputChanges }: Cell): boolean =>
  before.outputChanges === outputChanges &&
  before.hidden.code === hidden.code &&
  before.hidden.outputs === hidden.outputs;

/** No private members, as for cells. */
export class Session {
  /** For the sandbox. */
  readonly name: string;
  /** For people. */
  readonly number: number;
  /** The name that a person gave it. */
  title: string | null = null;
  history = new History();
  cells: Cell[] = [];
  files: readonly WorkspaceFile[] = [];
  attached: readonly AttachedFile[] = [];
  /** The cell that the keyboard was in last. */
  current: Cell | null = null;
  /** What was in its interpreter is gone; until its cells are run again, or that is known. */
  lost: LostState | null = null;
  /** Where one was in it, in CSS pixels; null for its end. */
  scrollTop: number | null = null;
  runs = 0;
  cellsMade = 0;
  /** The file that it is saved to; null for one that has none. */
  document: DocumentState | null = null;
  /** What was read of its file, or saved to it last. */
  documentSource: DocumentSource | null = null;
  /** Names of the parts of the kept work that have it, as long as it is not read from there. */
  unreadParts: readonly string[] | null = null;
  /** Counts the sources that it has had. */
  sourceRevision = 0;
  /** Its cells when they agreed with the file; null when they are known to differ. */
  saved: readonly SavedCell[] | null = [];
  conflict: DocumentConflict | null = null;
  /** Where its last run was; null before the first one. */
  runtime: PythonRuntime | null = null;

  constructor(name: string, number: number) {
    this.name = name;
    this.number = number;
    this.addCell();
  }

  /** After `after`, or at the end; null: at the beginning. */
  addCell(source = '', after?: Cell | null): Cell {
    this.cellsMade += 1;
    const cell = shallowReactive(new Cell(`${this.name}-cell-${this.cellsMade}`, source));
    const index =
      after === undefined ? this.cells.length : after === null ? 0 : this.cells.indexOf(after) + 1;
    this.cells = [...this.cells.slice(0, index), cell, ...this.cells.slice(index)];
    return cell;
  }

  /** There is always one to write in. */
  removeCell(cell: Cell): void {
    this.cells = this.cells.filter((other) => other !== cell);
    if (this.cells.length === 0) this.addCell();
  }

  insertCell(cell: Cell, index: number): void {
    this.cells = this.cells.toSpliced(index, 0, cell);
  }

  /** A cell to write in at the end, which is there or is made. */
  openCell(): Cell {
    const last = this.cells.at(-1);
    const isFree =
      last?.phase.name === 'draft' && last.kind === 'code' && !last.isActive && last.origin === null;
    return isFree ? last : this.addCell();
  }

  nextRunNumber(): number {
    this.runs += 1;
    return this.runs;
  }

  get isUntouched(): boolean {
    return this.cells.every(
      ({ kind, origin, phase, source }) =>
        phase.name === 'draft' && kind === 'code' && source.trim() === '' && origin === null,
    );
  }

  /** The cells that a file has: not those at the end that were never written in. */
  get documentCells(): readonly Cell[] {
    const end = this.cells.findLastIndex(
      ({ origin, phase, source }) => origin !== null || source.trim() !== '' || phase.name !== 'draft',
    );
    return this.cells.slice(0, end + 1);
  }

  /** Whether its document is not as it was read or saved last. */
  get hasChanges(): boolean {
    const { document, saved } = this;
    if (document === null) return false;
    const cells = this.documentCells;
    if (saved?.length !== cells.length) return true;
    const keepsOutputs = KEEPS_OUTPUTS[document.format];
    return !cells.every((cell, at) => {
      const before = saved[at];
      const isSame = before?.id === cell.id && before.source === cell.source && before.kind === cell.kind;
      return isSame && (!keepsOutputs || hasSameLook(before, cell));
    });
  }

  /** As they are now. */
  get savedCells(): readonly SavedCell[] {
    return this.documentCells.map(({ hidden, id, kind, outputChanges, source }) => ({
      id,
      kind,
      hidden,
      outputChanges,
      source,
    }));
  }

  /** Whether one of its cells runs or waits for its turn. */
  get isRunning(): boolean {
    return this.cells.some(({ isActive }) => isActive);
  }

  /** The cell whose code waits for an answer of the user's. */
  get asking(): Cell | null {
    return this.cells.find((cell) => cell.phase.name === 'running' && cell.openInput !== null) ?? null;
  }

  /** As it was kept. */
  restore(kept: KeptParts): void {
    this.title = kept.title;
    this.cells = kept.cells;
    this.cellsMade = kept.cellsMade;
    this.runs = kept.runs;
    this.runtime = kept.runtime;
    this.history = new History(kept.history);
    this.files = kept.files;
    this.attached = kept.attached;
    this.scrollTop = kept.scrollTop;
    if (this.cells.length === 0) this.addCell();
  }

  /**
   * Variables are gone: every cell that has run where they were, but `but`, shows it.
   *
   * @param lastPrinted what their code printed at its end
   */
  loseState(reason: LostReason, but?: Cell, lastPrinted = ''): void {
    const coming = new Set(this.attached.map(({ name }) => name));
    const removed = this.files.map(({ name }) => name).filter((name) => !coming.has(name));
    const files = [...new Set([...(this.lost?.files ?? []), ...removed])];
    const printed = lastPrinted === '' ? (this.lost?.printed ?? '') : lastPrinted;
    if (this.hasStateOfOthers(but) || files.length > 0 || printed !== '')
      this.lost = { reason, files, printed };
    this.markStale(this.runtime, but);
    this.files = [];
    this.notePlaced([...coming], false);
  }

  /** Attached files are in the session's folder now, or are not. */
  notePlaced(names: readonly string[], isPlaced: boolean): void {
    this.attached = this.attached.map((file) => (names.includes(file.name) ? { ...file, isPlaced } : file));
  }

  /** In place of one of that name. */
  attach(file: AttachedFile): void {
    this.attached = [...this.attached.filter(({ name }) => name !== file.name), file];
  }

  /** It is removed, or not kept any more. */
  detach(name: string): void {
    this.attached = this.attached.filter((file) => file.name !== name);
  }

  /** The same in a Python that the session does not run in now: it has shown already that they are not at hand. */
  loseElsewhere(runtime: PythonRuntime): void {
    this.markStale(runtime);
  }

  /** Whether a cell other than `but` has left something that is at hand, as far as that is known. */
  hasStateOfOthers(but?: Cell): boolean {
    return this.cells.some(
      (cell) => cell !== but && (cell.isLoading || (cell.hasKeptState && !cell.elsewhere)),
    );
  }

  /** Every cell that has left something there, but `but`, shows that it is gone. */
  markStale(runtime: PythonRuntime | null, but?: Cell): void {
    for (const cell of this.cells) {
      const isThere = runtime === null || cell.ranIn === null || cell.ranIn === runtime;
      if (cell === but || !isThere || !cell.hasKeptState) continue;
      cell.stale = true;
      cell.elsewhere = false;
    }
  }

  /** Tells a cell that it wanted what another one had made before that was lost. */
  noteMissing(cell: Cell): void {
    const name = cell.unknownName;
    const isLost = (other: Cell): boolean => other !== cell && (other.stale || other.elsewhere);
    if (name !== null && this.cells.some((other) => isLost(other) && definesName(other.source, name)))
      cell.missing = name;
  }

  /** Whether its state would be there. */
  isIn(runtime: PythonRuntime): boolean {
    return this.runtime === null || this.runtime === runtime;
  }

  /** A run, that of `cell`, has ended there: what others have left in another one is not at hand until the way back. */
  noteRuntime(runtime: PythonRuntime, cell?: Cell): void {
    const isSame = this.isIn(runtime);
    this.runtime = runtime;
    if (isSame) return;
    for (const other of this.cells) if (other !== cell) this.placeCell(other);
    const isAway = this.cells.some(({ elsewhere }) => elsewhere);
    if (isAway) this.lost ??= { reason: 'other-python', files: [], printed: '' };
    else if (this.lost?.reason === 'other-python') this.lost = null;
  }

  /** Says of a cell whether what it left is in another Python. */
  placeCell(cell: Cell): void {
    const isAway = cell.ranIn !== null && !this.isIn(cell.ranIn);
    cell.elsewhere = isAway && !cell.stale && cell.hasKeptState;
  }

  /** After a run: once all cells have been run again, nothing is missing any more. */
  noteRun(): void {
    if (this.cells.every(({ elsewhere, isLoading, stale }) => !stale && !isLoading && !elsewhere))
      this.lost = null;
  }

  noteFiles(files: readonly OutputFile[], cell: number | null): void {
    const changed = new Set(files.map(({ name }) => name));
    this.files = [
      ...this.files.filter(({ name }) => !changed.has(name)),
      ...files.map((file) => ({ ...file, cell })),
    ].sort((a, b) => a.name.localeCompare(b.name));
  }
}

/** Of the sessions that a process took with it. */
export const endReason = (cause: ProcessEndCause): LostReason => {
  switch (cause) {
    case 'idle':
    case 'stopped':
    case 'out-of-memory':
      return cause;
    case 'exited':
    case 'unresponsive':
    case 'misbehaved':
    case 'start-failed':
    case 'stop-failed':
    case 'broken':
      return 'process-ended';
  }
};
