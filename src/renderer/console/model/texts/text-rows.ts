/** Lines in pieces short enough to be drawn: a line of a megabyte is read like a text of many lines. */
import { plainText } from './plain-text.ts';
import { sgrStateAfter, type TextBlock, type TextLine } from './text-block.ts';

/** Of a line in one row, at most. */
export const ROW_CHARACTERS = 2000;
/** Longer colour codes are none. */
const CODE_CHARACTERS = 32;
/** A longer word is cut. */
const WORD_CHARACTERS = 200;
const ESCAPE = String.fromCharCode(27);

export const isLong = ({ text }: TextLine): boolean => text.length > ROW_CHARACTERS;

/** The line's beginning, as the first row of it. */
export const firstRowOf = (line: TextLine): TextLine =>
  isLong(line) ? { carry: line.carry, text: line.text.slice(0, endOfRow(line.text, 0)) } : line;

/** The whole line. */
export const rowsOf = (line: TextLine): readonly TextLine[] => {
  if (!isLong(line)) return [line];
  const { text } = line;
  const rows: TextLine[] = [];
  let { carry } = line;
  for (let start = 0; start < text.length;) {
    const end = endOfRow(text, start);
    const piece = text.slice(start, end);
    rows.push({ carry, text: piece });
    carry = sgrStateAfter(carry, piece);
    start = end;
  }
  return rows;
};

/** @returns where a row ends that begins at `start`. Cuts through no character and no colour code, and after a blank if there is one. */
export const endOfRow = (text: string, start: number): number => {
  const end = start + ROW_CHARACTERS;
  if (end >= text.length) return text.length;
  const blank = text.lastIndexOf(' ', end - 1);
  if (blank > end - WORD_CHARACTERS) return blank + 1;
  const last = text.charCodeAt(end - 1);
  const whole = last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
  const code = text.lastIndexOf(ESCAPE, whole - 1);
  const isOpen = code > whole - CODE_CHARACTERS && code > start && !text.slice(code, whole).includes('m');
  return isOpen ? code : whole;
};

/** A line that was cut up. */
interface CutLine {
  readonly rows: readonly TextLine[];
  /** Where each of them begins in the line as it is to be seen, in UTF-16 units. */
  readonly starts: readonly number[];
}

interface LongLine extends CutLine {
  readonly line: number;
  readonly firstRow: number;
}

const cut = (line: TextLine): CutLine => {
  const rows = rowsOf(line);
  const starts: number[] = [];
  let start = 0;
  for (const { text } of rows) {
    starts.push(start);
    start += plainText(text).length;
  }
  return { rows, starts };
};

/** Where a row is in the text. */
export interface RowPosition {
  readonly line: number;
  /** Where it begins in the line as it is to be seen, in UTF-16 units. */
  readonly from: number;
}

/** All rows of a text as it grows. Only its long lines are cut up. */
export class TextRows {
  readonly #block: TextBlock;
  readonly #long: LongLine[] = [];
  /** Finished lines that were looked at. */
  #looked = 0;
  /** Rows of these. */
  #rows = 0;
  /** Rows of the line being written. */
  #open: CutLine = { rows: [], starts: [] };

  constructor(block: TextBlock) {
    this.#block = block;
    this.update();
  }

  /** To be called when the text has grown. */
  update(): void {
    const { finishedLines, lineCount } = this.#block;
    for (; this.#looked < finishedLines; this.#looked++) {
      const line = this.#block.lineAt(this.#looked);
      if (isLong(line)) {
        const whole = cut(line);
        this.#long.push({ line: this.#looked, firstRow: this.#rows, ...whole });
        this.#rows += whole.rows.length;
      } else this.#rows++;
    }
    this.#open =
      lineCount > finishedLines ? cut(this.#block.lineAt(finishedLines)) : { rows: [], starts: [] };
  }

  get count(): number {
    return this.#rows + this.#open.rows.length;
  }

  /** @param row from 0 to `count` - 1 */
  at(row: number): TextLine {
    const ofOpen = this.#open.rows[row - this.#rows];
    if (ofOpen !== undefined) return ofOpen;
    const before = this.#lastLongAt(row);
    if (before === undefined) return this.#block.lineAt(row);
    const { firstRow, line, rows } = before;
    return rows[row - firstRow] ?? this.#block.lineAt(line + 1 + row - firstRow - rows.length);
  }

  place(row: number): RowPosition {
    if (row >= this.#rows) return { line: this.#looked, from: this.#open.starts[row - this.#rows] ?? 0 };
    const long = this.#lastLongAt(row);
    if (long === undefined) return { line: row, from: 0 };
    const part = row - long.firstRow;
    const from = long.starts[part];
    return from === undefined
      ? { line: long.line + 1 + part - long.rows.length, from: 0 }
      : { line: long.line, from };
  }

  /** The row with a place of a line. @param from in the line as it is to be seen, in UTF-16 units */
  rowOf(line: number, from: number): number {
    const partOf = ({ starts }: CutLine): number =>
      Math.max(
        0,
        starts.findLastIndex((start) => start <= from),
      );
    if (line >= this.#looked) return this.#rows + partOf(this.#open);
    const long = this.#long.findLast((one) => one.line <= line);
    if (long === undefined) return line;
    return long.line === line
      ? long.firstRow + partOf(long)
      : long.firstRow + long.rows.length + line - long.line - 1;
  }

  /** The last long line that begins at that row or above. */
  #lastLongAt(row: number): LongLine | undefined {
    let [low, high] = [0, this.#long.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#long[middle]?.firstRow ?? 0) <= row) low = middle + 1;
      else high = middle;
    }
    return this.#long[low - 1];
  }
}
