/**
 * A guest's HTML as the data of a table, when it is one. It never becomes part of a document: it is read as a
 * sequence of tags, and only texts are taken.
 */
import { Parser } from 'htmlparser2';

export interface TableData {
  /** Rows of the head; more than one for grouped columns. */
  readonly head: readonly (readonly TableCell[])[];
  readonly body: readonly (readonly TableCell[])[];
  readonly caption: string;
}

export interface TableCell {
  readonly text: string;
  readonly isHeader: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly isNumber: boolean;
}

type Attributes = Readonly<Record<string, string>>;

/** The page draws the table itself: no larger one than it draws at once. Others get a frame. */
const MAX_CELLS = 10_000;
/** Longest text of a cell that is shown, in UTF-16 units: it is on one line, of which little is in sight. */
const MAX_CELL_LENGTH = 1000;
const MAX_SPAN = 1000;
/** Elements in each other; the reader looks through them at each end of one. */
const MAX_DEPTH = 64;
/** Longest text that may be a number, in UTF-16 units; to look at longer ones could take hours. */
const MAX_NUMBER = 100;
const PLAIN = new Set([
  ...['table', 'thead', 'tbody', 'tfoot', 'tr', 'td', 'th', 'caption', 'colgroup', 'col'],
  ...['br', 'div', 'p', 'style'],
]);
const NUMBER = /^[-+−]?(?:[.,\s]*\d)+[.,]*(?:e[-+]?\d+)?%?$|^(?:NaN|<NA>|[-+]?inf)$/iu;

const span = (value: string | undefined): number => {
  const count = Number(value ?? 1);
  return Number.isInteger(count) && count >= 1 ? Math.min(count, MAX_SPAN) : 1;
};

class TableReader {
  readonly head: TableCell[][] = [];
  readonly body: TableCell[][] = [];
  readonly caption: string[] = [];
  readonly note: string[] = [];
  /** False as soon as something else than one plain table was seen. */
  isTable = true;
  #tables = 0;
  #cells = 0;
  #depth = 0;
  #inHead = false;
  #inStyle = false;
  #row: TableCell[] | null = null;
  #cell: { readonly isHeader: boolean; readonly attributes: Attributes; text: string } | null = null;
  /** Where texts outside of cells go. */
  #into: string[] | null = null;

  open(name: string, attributes: Attributes): void {
    this.#depth += 1;
    if (!PLAIN.has(name) || this.#depth > MAX_DEPTH) this.isTable = false;
    if (name === 'table') this.#tables += 1;
    else if (name === 'thead') this.#inHead = true;
    else if (name === 'style') this.#inStyle = true;
    else if (name === 'tr') this.#row = [];
    else if (name === 'caption') this.#into = this.caption;
    else if (name === 'p') this.#into = this.note;
    else if (name === 'br' && this.#cell !== null) this.#cell.text += ' ';
    else if (name === 'td' || name === 'th') {
      // A styled frame gives its cells ids that rules refer to: its colours would be lost.
      if ('id' in attributes) this.isTable = false;
      this.#cells += 1;
      this.#cell = { isHeader: name === 'th', attributes, text: '' };
    }
  }

  text(text: string): void {
    if (this.#inStyle) return;
    if (this.#cell !== null) this.#cell.text += text;
    else this.#into?.push(text);
  }

  close(name: string): void {
    this.#depth -= 1;
    if (name === 'thead') this.#inHead = false;
    else if (name === 'style') this.#inStyle = false;
    else if (name === 'caption' || name === 'p') this.#into = null;
    else if (name === 'td' || name === 'th') this.#endCell();
    else if (name === 'tr' && this.#row !== null) {
      (this.#inHead ? this.head : this.body).push(this.#row);
      this.#row = null;
    }
  }

  get fits(): boolean {
    return this.isTable && this.#tables === 1 && this.#cells > 0 && this.#cells <= MAX_CELLS;
  }

  #endCell(): void {
    if (this.#cell === null) return;
    const { attributes, isHeader } = this.#cell;
    const text = this.#cell.text.trim();
    if (this.#cells > MAX_CELLS) this.isTable = false;
    this.#row?.push({
      text: text.length > MAX_CELL_LENGTH ? `${text.slice(0, MAX_CELL_LENGTH)}…` : text,
      isHeader,
      columns: span(attributes['colspan']),
      rows: span(attributes['rowspan']),
      isNumber: text.length <= MAX_NUMBER && NUMBER.test(text),
    });
    this.#cell = null;
  }
}

/** Of HTML, between two stops, in UTF-16 units. */
const PIECE = 16 * 1024;

/** Stops after each short piece. Null in the end when it is more than one plain table: colours, links and pictures would be lost. */
export function* htmlTableSteps(html: string): Generator<null, TableData | null> {
  if (!/<table[\s>]/iu.test(html)) return null;
  const reader = new TableReader();
  const parser = new Parser({
    onopentag: (name, attributes) => {
      reader.open(name, attributes);
      // The rest does not matter then.
      if (!reader.isTable) parser.pause();
    },
    ontext: (text) => reader.text(text),
    onclosetag: (name) => reader.close(name),
  });
  for (let at = 0; at < html.length && reader.isTable; at += PIECE) {
    parser.write(html.slice(at, at + PIECE));
    yield null;
  }
  if (reader.isTable) parser.end();
  if (!reader.fits) return null;
  const caption = [...reader.caption, ...reader.note].join('').trim();
  return { head: reader.head, body: reader.body, caption };
}
