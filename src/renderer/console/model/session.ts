/** One interpreter with its state, as the page sees it: the cells that were run in it, and what they made. */
import { shallowReactive } from 'vue';
import type { OutputFile } from '../../../shared/contract/sandbox.ts';
import { Cell } from './cell.ts';
import { History } from './history.ts';

export interface WorkspaceFile extends OutputFile {
  /** The cell that made or changed it last; null for what a person put there. */
  readonly cell: number | null;
}

/** No private members, as for cells. */
export class Session {
  /** For the sandbox. */
  readonly name: string;
  /** For people. */
  readonly number: number;
  readonly history = new History();
  cells: Cell[] = [];
  files: readonly WorkspaceFile[] = [];
  runs = 0;
  cellsMade = 0;

  constructor(name: string, number: number) {
    this.name = name;
    this.number = number;
    this.addCell();
  }

  /** After `after`, or at the end. */
  addCell(source = '', after?: Cell): Cell {
    this.cellsMade += 1;
    const cell = shallowReactive(new Cell(`${this.name}-cell-${this.cellsMade}`, source));
    const index = after === undefined ? this.cells.length : this.cells.indexOf(after) + 1;
    this.cells = [...this.cells.slice(0, index), cell, ...this.cells.slice(index)];
    return cell;
  }

  /** There is always one to write in. */
  removeCell(cell: Cell): void {
    this.cells = this.cells.filter((other) => other !== cell);
    if (this.cells.length === 0) this.addCell();
  }

  /** A cell to write in at the end, which is there or is made. */
  openCell(): Cell {
    const last = this.cells.at(-1);
    return last?.phase.name === 'draft' ? last : this.addCell();
  }

  nextRunNumber(): number {
    this.runs += 1;
    return this.runs;
  }

  get isUntouched(): boolean {
    return this.cells.every((cell) => cell.phase.name === 'draft' && cell.source.trim() === '');
  }

  get isRunning(): boolean {
    return this.cells.some((cell) => cell.phase.name === 'running');
  }

  /** Variables are gone: every cell that has run, but `but`, shows it. */
  loseState(but?: Cell): void {
    for (const cell of this.cells) {
      if (cell !== but && cell.phase.name === 'done' && cell.phase.result.session.state === 'kept') {
        cell.stale = true;
      }
    }
    this.files = [];
  }

  noteFiles(files: readonly OutputFile[], cell: number | null): void {
    const changed = new Set(files.map(({ name }) => name));
    this.files = [
      ...this.files.filter(({ name }) => !changed.has(name)),
      ...files.map((file) => ({ ...file, cell })),
    ].sort((a, b) => a.name.localeCompare(b.name));
  }
}
