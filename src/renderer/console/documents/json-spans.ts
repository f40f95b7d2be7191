/** Where the values in a JSON text are, so that all around them stays as it is. The text was read by `JSON.parse` before. */

export interface Span {
  readonly start: number;
  readonly end: number;
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

export const skipBlanks = (text: string, start: number): number => {
  let at = start;
  while (isBlank(text.charCodeAt(at))) at += 1;
  return at;
};

/** @param start of its quotation mark */
const endOfString = (text: string, start: number): number => {
  for (let at = start + 1; ;) {
    const quote = text.indexOf('"', at);
    if (quote === -1) return text.length;
    let slashes = 0;
    while (text[quote - 1 - slashes] === '\\') slashes += 1;
    if (slashes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
};

const endOfValue = (text: string, start: number): number => {
  let depth = 0;
  for (let at = start; at < text.length;) {
    const character = text[at];
    switch (character) {
      case '"':
        at = endOfString(text, at);
        if (depth === 0) return at;
        break;
      case '{':
      case '[':
        depth += 1;
        at += 1;
        break;
      case '}':
      case ']':
        if (depth === 0) return at;
        depth -= 1;
        at += 1;
        if (depth === 0) return at;
        break;
      default:
        if (depth === 0 && (character === ',' || isBlank(text.charCodeAt(at)))) return at;
        at += 1;
    }
  }
  return text.length;
};

/** The values in a list, in their order. @param start of its bracket */
export const elementsOf = (text: string, start: number): Span[] => {
  const elements: Span[] = [];
  let at = skipBlanks(text, start + 1);
  while (at < text.length && text[at] !== ']') {
    const end = endOfValue(text, at);
    elements.push({ start: at, end });
    at = skipBlanks(text, end);
    if (text[at] === ',') at = skipBlanks(text, at + 1);
  }
  return elements;
};

/** A member of an object. */
export interface Entry {
  readonly key: string;
  /** Of its name. */
  readonly start: number;
  readonly value: Span;
}

/** The members of an object, in their order. @param start of its brace */
export const entriesOf = (text: string, start: number): Entry[] => {
  const entries: Entry[] = [];
  let at = skipBlanks(text, start + 1);
  while (at < text.length && text[at] !== '}') {
    const endOfKey = endOfString(text, at);
    const key = JSON.parse(text.slice(at, endOfKey)) as string;
    const value = skipBlanks(text, skipBlanks(text, endOfKey) + 1);
    const end = endOfValue(text, value);
    entries.push({ key, start: at, value: { start: value, end } });
    at = skipBlanks(text, end);
    if (text[at] === ',') at = skipBlanks(text, at + 1);
  }
  return entries;
};

/** The values in an object; of several under one key the last one, as `JSON.parse` has it. @param start of its brace */
export const membersOf = (text: string, start: number): ReadonlyMap<string, Span> =>
  new Map(entriesOf(text, start).map(({ key, value }) => [key, value]));
