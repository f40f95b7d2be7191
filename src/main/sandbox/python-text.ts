/**
 * Tells Python's code from its strings and comments, as well as that can be done in one pass: in an f-string, what
 * stands in braces counts as text. Not a parser: those that bear with broken code take seconds for what is hostile, and
 * main must never wait for that.
 */

/** Longer ones are no names of anything. */
const MAX_LITERAL = 200;

export interface PythonText {
  /** The code with its strings and comments blanked out. Lines that go on in the next one are one line. */
  readonly code: string;
  /** What stands in short strings without a prefix and without backslashes. */
  readonly literals: ReadonlySet<string>;
}

const QUOTES = /["']/u;
/** Where something begins or ends that is not plain code. */
const MARK = /["'#\\]/gu;
/** A string with one of these is not what it seems: raw, bytes, formatted. */
const PREFIXED = /(?<!\w)[bfrtuBFRTU]{1,2}$/u;

export const readPythonText = (source: string): PythonText => {
  const text = source.replaceAll(/\r\n?/gu, '\n');
  const parts: string[] = [];
  const literals = new Set<string>();
  let at = 0;
  for (;;) {
    MARK.lastIndex = at;
    const start = MARK.exec(text)?.index ?? text.length;
    parts.push(text.slice(at, start));
    const mark = text[start];
    if (mark === undefined) break;
    if (mark === '#') {
      at = endOf(text, '\n', start);
    } else if (QUOTES.test(mark)) {
      const { end, contents } = stringAt(text, start, mark);
      if (contents !== null && !PREFIXED.test(text.slice(Math.max(0, start - 3), start)))
        literals.add(contents);
      // Something, so that what is before it and after it stays apart.
      parts.push(' "" ');
      at = end;
    } else {
      // A backslash at the end of a line; elsewhere it means nothing.
      parts.push(' ');
      at = start + (text[start + 1] === '\n' ? 2 : 1);
    }
  }
  return { code: parts.join(''), literals };
};

/** @param start where its first quote stands */
const stringAt = (text: string, start: number, quote: string): { end: number; contents: string | null } => {
  const isLong = text.startsWith(quote.repeat(3), start);
  const closing = isLong ? quote.repeat(3) : quote;
  const first = start + closing.length;
  const marks = isLong
    ? quote === '"'
      ? /\\|"""/gu
      : /\\|'''/gu
    : quote === '"'
      ? /[\\"\n]/gu
      : /[\\'\n]/gu;
  marks.lastIndex = first;
  let isPlain = true;
  for (;;) {
    const mark = marks.exec(text);
    if (mark === null) return { end: text.length, contents: null };
    if (mark[0] === '\\') {
      isPlain = false;
      marks.lastIndex = mark.index + 2;
    } else if (mark[0] === '\n') {
      // Not closed: an error in the code, which ends with its line.
      return { end: mark.index, contents: null };
    } else {
      const isName = isPlain && mark.index - first <= MAX_LITERAL;
      return { end: mark.index + closing.length, contents: isName ? text.slice(first, mark.index) : null };
    }
  }
};

const endOf = (text: string, mark: string, from: number): number => {
  const found = text.indexOf(mark, from);
  return found === -1 ? text.length : found;
};
