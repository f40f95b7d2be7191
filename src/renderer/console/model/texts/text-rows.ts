/** Lines in pieces short enough to be drawn: a line of a megabyte is read like a text of many lines. */
import { carriedOver, type TextBlock, type TextLine } from './text-block.ts';

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
    carry = carriedOver(carry, piece);
    start = end;
  }
  return rows;
};

/** Cuts through no character and no colour code, and after a blank if there is one. */
const endOfRow = (text: string, start: number): number => {
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

interface LongLine {
  readonly line: number;
  readonly firstRow: number;
  readonly rows: readonly TextLine[];
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
  #open: readonly TextLine[] = [];

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
        const rows = rowsOf(line);
        this.#long.push({ line: this.#looked, firstRow: this.#rows, rows });
        this.#rows += rows.length;
      } else this.#rows++;
    }
    this.#open = lineCount > finishedLines ? rowsOf(this.#block.lineAt(finishedLines)) : [];
  }

  get count(): number {
    return this.#rows + this.#open.length;
  }

  /** @param row from 0 to `count` - 1 */
  at(row: number): TextLine {
    const ofOpen = this.#open[row - this.#rows];
    if (ofOpen !== undefined) return ofOpen;
    const before = this.#lastLongAt(row);
    if (before === undefined) return this.#block.lineAt(row);
    const { firstRow, line, rows } = before;
    return rows[row - firstRow] ?? this.#block.lineAt(line + 1 + row - firstRow - rows.length);
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
