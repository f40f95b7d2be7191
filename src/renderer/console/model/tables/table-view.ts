/** The rows of a data frame that was shown: what is loaded of them, and how more are asked for. */
import { ref, shallowRef, type InjectionKey, type Ref } from 'vue';
import type { Answer } from '../../../../shared/ipc/answer.ts';
import {
  TableAnswer,
  type ShownTable,
  type TableCell,
  type TableFilter,
  type TableQuery,
  type TableRows,
  type TableSort,
} from '../../../../shared/contract/table.ts';

/** Rows and fields that are asked for at once. */
const BLOCK = { rows: 100, fields: 40 } as const;
/** Of rows that are copied or saved. */
const READ_ROWS = 1000;
const READ_FIELDS = 100;
/** After somebody else's question or a run was in the way, in ms. */
const AGAIN_MS = 500;

/** The session whose interpreter has the frame. */
export interface TableSource {
  readonly rows: (query: TableQuery) => Promise<Answer<TableRows>>;
  /** Whether a run is under way: nothing is asked then. */
  readonly isBusy: () => boolean;
}
export const TABLE_SOURCE: InjectionKey<TableSource> = Symbol('table source');

/** Why rows that are not loaded can't be had: for now, or (`gone`, `unsound`) any more. */
export type TableTrouble =
  | 'busy'
  | 'slow'
  /** This question was not answered; others may be. */
  | 'failed'
  /** The interpreter that had it is. */
  | 'gone'
  /** The answers contradict each other. */
  | 'unsound'
  /** What is compared with is no value of the column's type. */
  | 'no-value';

export interface TableOrder {
  readonly sort: TableSort | null;
  readonly filter: TableFilter | null;
}
const AS_IT_IS: TableOrder = { sort: null, filter: null };

export interface TableWindow {
  readonly firstRow: number;
  readonly rows: number;
  /** Blocks of fields are loaded as a whole; the index belongs to the first one. */
  readonly fields: readonly number[];
}

type Piece =
  | { readonly kind: 'rows'; readonly rows: number; readonly cells: readonly (readonly TableCell[])[] }
  | { readonly kind: 'trouble'; readonly trouble: TableTrouble };

const trouble = (kind: TableTrouble): Piece => ({ kind: 'trouble', trouble: kind });
const isForGood = (kind: TableTrouble | null): boolean => kind === 'gone' || kind === 'unsound';

export class TableView {
  readonly shown: ShownTable;
  readonly #source: TableSource | null;
  readonly order: Ref<TableOrder> = shallowRef(AS_IT_IS);
  /** Rows in that order. */
  readonly rows: Ref<number>;
  readonly trouble: Ref<TableTrouble | null> = ref(null);
  readonly isOrdering = ref(false);
  /** Changes when cells have come. */
  readonly changes = ref(0);
  /** By number of the block of fields, then of the row. */
  #cells = new Map<number, Map<number, readonly TableCell[]>>();
  #wanted: TableWindow | null = null;
  #isAsking = false;
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** @param source null where the interpreter is not to be had: only the first rows are there then */
  constructor(shown: ShownTable, source: TableSource | null) {
    this.shown = shown;
    this.#source = source;
    this.rows = ref(shown.keptRows);
    this.#place(0, 0, shown.head);
    if (source === null) this.#end('gone');
  }

  /** Whether all of it is loaded, so that nothing has to be asked for. */
  get isWhole(): boolean {
    const { fields, head, keptRows } = this.shown;
    return head.length === keptRows && (head[0]?.length ?? fields.length) === fields.length;
  }

  /** Whether the order can be changed. */
  get canOrder(): boolean {
    return !isForGood(this.trouble.value) && this.shown.keptRows > 0;
  }

  /** Undefined when it is not loaded. */
  cell(row: number, field: number): TableCell | undefined {
    const block = Math.floor(field / BLOCK.fields);
    return this.#cells.get(block)?.get(row)?.[field - block * BLOCK.fields];
  }

  /** Once no more can be had: the places of the rows that are loaded; null before. */
  get loadedRows(): readonly number[] | null {
    return isForGood(this.trouble.value) && !this.isWhole
      ? [...(this.#cells.get(0)?.keys() ?? [])].sort((a, b) => a - b)
      : null;
  }

  /** What is in sight: it is loaded when it is not yet. */
  want(wanted: TableWindow): void {
    this.#wanted = wanted;
    void this.#load();
  }

  /** Null, or why it stays as it was. */
  async setOrder(order: TableOrder): Promise<TableTrouble | null> {
    if (isForGood(this.trouble.value)) return this.trouble.value;
    this.isOrdering.value = true;
    try {
      const piece = await this.#ask(order, 0, BLOCK.rows, 0, BLOCK.fields, false);
      if (piece.kind === 'trouble') {
        if (isForGood(piece.trouble)) this.#end(piece.trouble);
        return piece.trouble;
      }
      this.order.value = order;
      this.rows.value = piece.rows;
      this.trouble.value = null;
      this.#cells = new Map();
      this.#place(0, 0, piece.cells);
      void this.#load();
      return null;
    } finally {
      this.isOrdering.value = false;
    }
  }

  /**
   * Whole texts of rows in the present order, one after the other, as far as `most` characters.
   *
   * @param onRow told of each; fields from `firstField` to before `endField`
   */
  async read(
    { endField, endRow, firstField, firstRow }: TableRange,
    most: number,
    onRow: (cells: readonly TableCell[], row: number) => void,
  ): Promise<TableTrouble | 'too-much' | null> {
    const order = this.order.value;
    let left = most;
    for (let row = firstRow; row < endRow;) {
      let rows: TableCell[][] | null = null;
      for (let field = firstField; field < endField; field += READ_FIELDS) {
        const count: number = Math.min(endRow - row, rows?.length ?? READ_ROWS);
        const piece = await this.#ask(
          order,
          row,
          count,
          field,
          Math.min(READ_FIELDS, endField - field),
          true,
        );
        if (piece.kind === 'trouble') return piece.trouble;
        if (order !== this.order.value) return 'unsound';
        const { cells } = piece;
        // Fewer rows than before: the rest comes with the next ones.
        rows = cells.map((part, index) => [...(rows?.[index] ?? []), ...part]);
      }
      if (rows === null) return null;
      for (const cells of rows) {
        left -= cells.reduce<number>(
          (sum, cell) => sum + (typeof cell === 'string' ? cell.length + 1 : 5),
          0,
        );
        if (left < 0) return 'too-much';
        onRow(cells, row);
        row += 1;
      }
    }
    return null;
  }

  /** Nothing is asked for any more. */
  dispose(): void {
    this.#wanted = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #place(firstRow: number, firstField: number, rows: readonly (readonly TableCell[])[]): void {
    const width = rows[0]?.length ?? 0;
    for (let from = 0; from < width; from += BLOCK.fields) {
      const block = (firstField + from) / BLOCK.fields;
      const fields = Math.min(BLOCK.fields, this.shown.fields.length - block * BLOCK.fields);
      // A part of a block counts for nothing.
      if (width - from < fields) break;
      const known = this.#cells.get(block) ?? new Map<number, readonly TableCell[]>();
      for (const [index, row] of rows.entries()) known.set(firstRow + index, row.slice(from, from + fields));
      this.#cells.set(block, known);
    }
    this.changes.value += 1;
  }

  /** The first thing in sight that is not loaded. */
  #missing(): { readonly row: number; readonly count: number; readonly block: number } | null {
    if (this.#wanted === null) return null;
    const { fields, firstRow, rows } = this.#wanted;
    const end = Math.min(firstRow + rows, this.rows.value);
    for (const block of new Set([0, ...fields.map((field) => Math.floor(field / BLOCK.fields))])) {
      const known = this.#cells.get(block);
      for (let row = firstRow; row < end; row += 1) {
        if (known?.has(row) === true) continue;
        return { row, count: Math.min(BLOCK.rows, this.rows.value - row), block };
      }
    }
    return null;
  }

  /** One question at a time, for what is in sight then. */
  async #load(): Promise<void> {
    if (this.#isAsking || isForGood(this.trouble.value)) return;
    this.#isAsking = true;
    try {
      for (let missing = this.#missing(); missing !== null; missing = this.#missing()) {
        const { block, count, row } = missing;
        const order = this.order.value;
        const piece = await this.#ask(order, row, count, block * BLOCK.fields, BLOCK.fields, false);
        if (order !== this.order.value) continue;
        if (piece.kind === 'rows') {
          this.trouble.value = null;
          this.#place(row, block * BLOCK.fields, piece.cells);
          continue;
        }
        if (isForGood(piece.trouble)) this.#end(piece.trouble);
        else {
          this.trouble.value = piece.trouble;
          if (piece.trouble !== 'busy') return;
          this.#timer ??= setTimeout(() => {
            this.#timer = null;
            void this.#load();
          }, AGAIN_MS);
        }
        return;
      }
    } finally {
      this.#isAsking = false;
    }
  }

  async #ask(
    order: TableOrder,
    first: number,
    count: number,
    firstField: number,
    wantedFields: number,
    whole: boolean,
  ): Promise<Piece> {
    if (this.#source === null) return trouble('gone');
    if (this.#source.isBusy()) return trouble('busy');
    const { keptRows, table } = this.shown;
    const fields = Math.min(wantedFields, this.shown.fields.length - firstField);
    const query: TableQuery = { table, ...order, first, count, firstField, fields, whole };
    const answer = await this.#source.rows(query);
    // Nobody has said that it is gone.
    if (!answer.ok) return trouble('failed');
    if (answer.value.kind === 'no-session') return trouble('gone');
    if (answer.value.kind !== 'answered') return trouble(answer.value.kind);
    const read = readAnswer(answer.value.text);
    if (read === null) return trouble('unsound');
    if (read.kind !== 'rows') return trouble(read.kind);
    const { cells, rows } = read;
    const isKnown = order === this.order.value;
    const isSound =
      rows <= keptRows &&
      (order.filter !== null || rows === keptRows) &&
      (!isKnown || rows === this.rows.value) &&
      cells.length <= count &&
      // Some always come, or there would be no end to the asking.
      (cells.length > 0 || first >= rows) &&
      first + cells.length <= rows &&
      cells.every((row) => row.length === fields);
    return isSound ? { kind: 'rows', rows, cells } : trouble('unsound');
  }

  #end(kind: TableTrouble): void {
    this.trouble.value = this.isWhole && kind === 'gone' ? null : kind;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.changes.value += 1;
  }
}

export interface TableRange {
  readonly firstRow: number;
  readonly endRow: number;
  readonly firstField: number;
  readonly endField: number;
}

const readAnswer = (text: string): TableAnswer | null => {
  try {
    const parsed = TableAnswer.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
};
