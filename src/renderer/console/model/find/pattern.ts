/** A text that is looked for, and the search for it in time that grows with the text searched alone (Knuth, Morris, Pratt). */

export interface FindQuery {
  readonly text: string;
  readonly matchesCase: boolean;
  /** Not as a part of a longer word. */
  readonly isWholeWord: boolean;
}

export interface Pattern {
  readonly query: FindQuery;
  /** UTF-16 units of the text, as they are compared. */
  readonly units: Uint16Array;
  /** How much of the text still fits after so many of its units did and the next did not. */
  readonly fallbacks: Uint16Array;
  /** Which unit each one is compared as; null for itself. */
  readonly folds: Uint16Array | null;
}

/** Longest text that is looked for, in UTF-16 units. */
export const MAX_QUERY_LENGTH = 1000;

/** Room for each UTF-16 unit without its case; 0 for what was not asked for yet. */
export const caseFolds = (): Uint16Array => new Uint16Array(0x1_0000);

/** A unit without its case, where that is one unit, too. */
const foldOf = (folds: Uint16Array, unit: number): number => {
  const known = folds[unit] ?? 0;
  if (known !== 0) return known;
  const upper = String.fromCharCode(unit).toUpperCase();
  const lower = (upper.length === 1 ? upper : String.fromCharCode(unit)).toLowerCase();
  const fold = lower.length === 1 ? lower.charCodeAt(0) : unit;
  folds[unit] = fold;
  return fold;
};

/** Null when there is nothing to look for. */
export const patternOf = (query: FindQuery, folds: Uint16Array): Pattern | null => {
  const { matchesCase, text } = query;
  if (text === '' || text.length > MAX_QUERY_LENGTH) return null;
  const own = matchesCase ? null : folds;
  const units = Uint16Array.from({ length: text.length }, (_none, at) => {
    const unit = text.charCodeAt(at);
    return own === null ? unit : foldOf(own, unit);
  });
  return { query, units, fallbacks: fallbacksOf(units), folds: own };
};

const fallbacksOf = (units: Uint16Array): Uint16Array => {
  const fallbacks = new Uint16Array(units.length + 1);
  let fitting = 0;
  for (let at = 1; at < units.length; at += 1) {
    while (fitting > 0 && units[fitting] !== units[at]) fitting = fallbacks[fitting] ?? 0;
    if (units[fitting] === units[at]) fitting += 1;
    fallbacks[at + 1] = fitting;
  }
  return fallbacks;
};

const WORD = /[\p{L}\p{M}\p{N}_]/u;

/** @param unit NaN outside of the text */
const isOfWord = (unit: number): boolean => {
  if (unit < 0x80)
    return (
      unit === 0x5f || (unit >= 0x30 && unit <= 0x39) || ((unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a)
    );
  return !Number.isNaN(unit) && WORD.test(String.fromCharCode(unit));
};

/** A search through one text, which may come in pieces. What was found never overlaps. */
export class Scan {
  readonly #pattern: Pattern;
  readonly #found: (from: number) => void;
  #fitting = 0;
  /** Of what came before this piece, in UTF-16 units. */
  #length = 0;
  /** The end of what came before, as long as a match and the unit before it. */
  #before = '';
  /** Where a match begins of which the unit behind it has not come yet; null for none. */
  #open: number | null = null;

  /** @param found told where matches begin, in UTF-16 units from the beginning of all */
  constructor(pattern: Pattern, found: (from: number) => void) {
    this.#pattern = pattern;
    this.#found = found;
  }

  add(piece: string): void {
    if (piece === '') return;
    const { fallbacks, folds, units, query } = this.#pattern;
    const { length } = units;
    this.#close(piece.charCodeAt(0));
    let fitting = this.#fitting;
    for (let at = 0; at < piece.length; at += 1) {
      const own = piece.charCodeAt(at);
      const unit = folds === null ? own : foldOf(folds, own);
      while (fitting > 0 && units[fitting] !== unit) fitting = fallbacks[fitting] ?? 0;
      if (units[fitting] === unit) fitting += 1;
      if (fitting < length) continue;
      const from = this.#length + at + 1 - length;
      if (!query.isWholeWord) {
        this.#found(from);
        fitting = 0;
      } else if (at + 1 === piece.length) {
        this.#open = from;
        fitting = fallbacks[fitting] ?? 0;
      } else if (this.#isWord(piece, from, piece.charCodeAt(at + 1))) {
        this.#found(from);
        fitting = 0;
      } else fitting = fallbacks[fitting] ?? 0;
    }
    this.#fitting = fitting;
    this.#length += piece.length;
    if (query.isWholeWord) this.#before = (this.#before + piece).slice(-(length + 1));
  }

  /** No more of the text comes; another one may. */
  end(): void {
    this.#close(Number.NaN);
    this.#fitting = 0;
    this.#length = 0;
    this.#before = '';
  }

  #close(next: number): void {
    const from = this.#open;
    if (from === null) return;
    this.#open = null;
    if (!this.#isWord('', from, next)) return;
    this.#found(from);
    this.#fitting = 0;
  }

  /** @param next the unit behind it */
  #isWord(piece: string, from: number, next: number): boolean {
    const text = this.#pattern.query.text;
    // A text that begins or ends with something else is never part of a word there.
    const isPart =
      (isOfWord(text.charCodeAt(0)) && isOfWord(this.#unitAt(piece, from - 1))) ||
      (isOfWord(text.charCodeAt(text.length - 1)) && isOfWord(next));
    return !isPart;
  }

  #unitAt(piece: string, at: number): number {
    return at >= this.#length
      ? piece.charCodeAt(at - this.#length)
      : this.#before.charCodeAt(at - this.#length + this.#before.length);
  }
}

/** Where matches begin in a text that is short enough to be searched at once, in UTF-16 units. */
export const matchesIn = (pattern: Pattern, text: string): number[] => {
  const found: number[] = [];
  const scan = new Scan(pattern, (from) => void found.push(from));
  scan.add(text);
  scan.end();
  return found;
};

/** Of a text, between two stops, in UTF-16 units. */
const PIECE = 4096;

/** As `matchesIn`, in short pieces of the text: null after each of them. */
export function* matchSteps(pattern: Pattern, text: string): Generator<number | null> {
  let found: number[] = [];
  const scan = new Scan(pattern, (from) => void found.push(from));
  for (let at = 0; at < text.length; at += PIECE) {
    scan.add(text.slice(at, at + PIECE));
    yield* found;
    found = [];
    yield null;
  }
  scan.end();
  yield* found;
}
