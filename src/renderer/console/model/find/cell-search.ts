/** The search through the code of a cell, or through one of its outputs. It stops after each short piece, and goes on where it was. */
import type { Cell, CellItem } from '../cell.ts';
import type { ItemText, TextKey } from './item-texts.ts';
import { Scan, type Pattern } from './pattern.ts';
import { plainText } from '../texts/plain-text.ts';
import { plainPieces } from './plain-pieces.ts';

export interface Match {
  readonly cell: Cell;
  /** Null for the cell's code. */
  readonly item: CellItem | null;
  /** The text that it is in. */
  readonly key: TextKey;
  /** Place of that text among those of the output. */
  readonly text: number;
  /** In that text as it is to be seen, in UTF-16 units. */
  readonly from: number;
}

/** More matches are not counted. */
export const MAX_MATCHES = 20_000;

/** UTF-16 units between two stops; each text counts as some of them. */
const STRIDE = 32 * 1024;
const PER_TEXT = 16;

/** Reads an output; see `textsOf`. */
export type ReadTexts = (item: CellItem, from?: number) => Iterable<ItemText | null>;

export class PartSearch {
  readonly matches: Match[] = [];
  readonly #cell: Cell;
  readonly #item: CellItem | null;
  readonly #scan: Scan;
  readonly #read: ReadTexts;
  #steps: Iterator<void> | null = null;
  #isDone = false;
  /** Of code: what was searched. Of a text that grows: how much of it. */
  #seen: string | number | null = null;
  /** Texts that stay as they are, and the matches in them. */
  #settledTexts = 0;
  #settledMatches = 0;
  /** The text that is searched now. */
  #key: TextKey = 0;
  #text = 0;

  /** @param item null for the cell's code */
  constructor(cell: Cell, item: CellItem | null, pattern: Pattern, read: ReadTexts) {
    this.#cell = cell;
    this.#item = item;
    this.#read = read;
    this.#scan = new Scan(pattern, (from) => {
      this.matches.push({ cell, item, key: this.#key, text: this.#text, from });
    });
  }

  /** Goes on for a moment. @returns whether everything that there is now was searched */
  step(): boolean {
    if (this.#isDone && this.#hasChanged()) this.#begin();
    if (this.#isDone) return true;
    this.#steps ??= this.#run();
    this.#isDone = this.#steps.next().done === true;
    if (this.#isDone) this.#steps = null;
    return this.#isDone;
  }

  #hasChanged(): boolean {
    if (this.#item === null) return this.#seen !== this.#cell.source;
    return this.#item.kind === 'text' && this.#seen !== this.#item.size;
  }

  #begin(): void {
    this.#isDone = false;
    this.#steps = null;
  }

  *#run(): Generator<void, undefined> {
    if (this.#item === null) yield* this.#searchCode();
    else yield* this.#searchItem(this.#item);
  }

  *#searchCode(): Generator<void> {
    this.matches.length = 0;
    this.#seen = this.#cell.source;
    // The editor has one line break of each kind.
    const text = this.#seen.includes('\r') ? this.#seen.replaceAll(/\r\n?/gu, '\n') : this.#seen;
    [this.#key, this.#text] = [0, 0];
    yield* this.#searchLong({ key: 0, text, hasCodes: false });
  }

  *#searchItem(item: CellItem): Generator<void> {
    this.matches.length = this.#settledMatches;
    if (item.kind === 'text') this.#seen = item.size;
    let spent = 0;
    let index = this.#settledTexts;
    for (const text of this.#read(item, index)) {
      if (text === null) {
        yield;
        continue;
      }
      const isSettled = item.kind !== 'text' || index < item.finishedLines;
      [this.#key, this.#text] = [text.key, index];
      // Most are short, and there may be millions of them.
      if (text.text.length < STRIDE) this.#searchShort(text);
      else yield* this.#searchLong(text);
      if (this.matches.length > MAX_MATCHES) return;
      index += 1;
      if (isSettled) {
        this.#settledTexts = index;
        this.#settledMatches = this.matches.length;
      }
      spent += PER_TEXT + text.text.length;
      if (spent < STRIDE) continue;
      spent = 0;
      yield;
    }
  }

  #searchShort({ hasCodes, text }: ItemText): void {
    this.#scan.add(hasCodes ? plainText(text) : text);
    this.#scan.end();
  }

  *#searchLong({ hasCodes, text }: ItemText): Generator<void> {
    for (const piece of plainPieces(text, hasCodes)) {
      this.#scan.add(piece);
      if (this.matches.length > MAX_MATCHES) break;
      yield;
    }
    this.#scan.end();
  }
}
