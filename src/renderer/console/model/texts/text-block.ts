/** Text of one stream as it grows, cut into lines for showing. */

export type TextStream = 'stdout' | 'stderr';

/** One line. `carry` are the colour codes still in force where it begins. */
export interface TextLine {
  readonly carry: string;
  readonly text: string;
}

/** Select Graphic Rendition, by which text has colours. */
const SGR_CODES = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, 'gu');
const RESET = /\[(?:0*|0(?:;0)*)m$/u;

export const withoutColours = (text: string): string => text.replaceAll(SGR_CODES, '');

/** Select Graphic Rendition (SGR) codes in force after `text`. */
export const sgrStateAfter = (carry: string, text: string): string => {
  let open = carry;
  for (const [code] of text.matchAll(SGR_CODES)) open = RESET.test(code) ? '' : open + code;
  // Nobody means hundreds of codes; a hostile guest could make each line cost more than the one before.
  return open.length > 200 ? '' : open;
};

/**
 * What of a line stays to be seen: of the parts between carriage returns the last that is not empty. In one pass from
 * the end: a guest can print millions of them.
 */
export const shownRange = (line: string): readonly [start: number, end: number] => {
  let end = line.length;
  while (end > 0 && line[end - 1] === '\r') end -= 1;
  return [end === 0 ? 0 : line.lastIndexOf('\r', end - 1) + 1, end];
};

export class TextBlock {
  readonly kind = 'text';
  readonly stream: TextStream;
  readonly #lines: TextLine[] = [];
  /** The line being written. */
  #open = '';
  #carry = '';
  /** A carriage return whose successor is not known yet. */
  #returned = false;
  #endsOpen = false;
  /** Characters that came, so that it can be seen that there are more. */
  size = 0;

  constructor(stream: TextStream) {
    this.stream = stream;
  }

  append(text: string): void {
    this.size += text.length;
    const pieces = text.split('\n');
    for (const [index, piece] of pieces.entries()) {
      this.#write(piece);
      if (index < pieces.length - 1) this.#endLine();
    }
    this.#endsOpen = this.#open !== '';
  }

  /** Lines to show; a final line break opens no further one. */
  get lineCount(): number {
    return this.#lines.length + (this.#endsOpen ? 1 : 0);
  }

  /** Those that stay as they are, at the beginning of all. */
  get finishedLines(): number {
    return this.#lines.length;
  }

  lineAt(index: number): TextLine {
    return this.#lines[index] ?? { carry: this.#carry, text: this.#open };
  }

  lines(from: number, to: number): TextLine[] {
    const found: TextLine[] = [];
    for (let index = from; index < Math.min(to, this.lineCount); index += 1) found.push(this.lineAt(index));
    return found;
  }

  /** As one text that makes the same block again. */
  raw(): string {
    return [...this.#lines.map(({ text }) => text), this.#open].join('\n');
  }

  /** As one text, without colours. */
  plain(): string {
    return this.lines(0, this.lineCount)
      .map(({ text }) => withoutColours(text))
      .join('\n');
  }

  /** A carriage return goes back to the line's beginning: what follows replaces it, as progress bars expect. */
  #write(piece: string): void {
    const [start, end] = shownRange(piece);
    if (start < end) {
      const part = piece.slice(start, end);
      this.#open = this.#returned || start > 0 ? part : this.#open + part;
      this.#returned = false;
    }
    if (end < piece.length) this.#returned = true;
  }

  #endLine(): void {
    this.#lines.push({ carry: this.#carry, text: this.#open });
    this.#carry = sgrStateAfter(this.#carry, this.#open);
    this.#open = '';
    this.#returned = false;
  }
}
