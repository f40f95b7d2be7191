/** Of a cut text, what is at its end: errors and results mostly are there. */
const TAIL_PART = 0.4;

/**
 * A text that takes at most so many bytes as JSON in UTF-8: head and tail, with a word about what is left out. A model
 * pays for bytes, not for characters; and what is escaped in JSON takes several.
 */
export const withinBudget = (
  text: string,
  bytes: number,
): { readonly text: string; readonly cut: boolean } => {
  if (jsonBytes(text) <= bytes) return { text, cut: false };
  // Nothing is looked at beyond what could be shown.
  const tail = endOf(text, Math.floor(bytes * TAIL_PART));
  const head = beginningOf(text, bytes - Math.floor(bytes * TAIL_PART));
  const left = text.length - head.length - tail.length;
  return { text: `${head}\n[… ${left} characters left out …]\n${tail}`, cut: true };
};

/** What JSON escapes in two characters: quotation mark, backslash, and the five of C. */
const SHORT_ESCAPES = new Set([0x22, 0x5c, 0x08, 0x09, 0x0a, 0x0c, 0x0d]);

/** Of one character of a JSON string. */
const bytesOf = (point: number): number => {
  if (SHORT_ESCAPES.has(point)) return 2;
  if (point < 0x20 || (point >= 0xd800 && point <= 0xdfff)) return 6;
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
};

const jsonBytes = (text: string): number => {
  let bytes = 0;
  for (const character of text) bytes += bytesOf(character.codePointAt(0) ?? 0);
  return bytes;
};

const beginningOf = (text: string, bytes: number): string => {
  let left = bytes;
  let end = 0;
  for (const character of text) {
    left -= bytesOf(character.codePointAt(0) ?? 0);
    if (left < 0) break;
    end += character.length;
  }
  return text.slice(0, end);
};

const endOf = (text: string, bytes: number): string => {
  let left = bytes;
  let start = text.length;
  while (start > 0) {
    const low = text.charCodeAt(start - 1);
    const isPair = low >= 0xdc00 && low <= 0xdfff && start > 1 && (text.codePointAt(start - 2) ?? 0) > 0xffff;
    const length = isPair ? 2 : 1;
    left -= bytesOf(text.codePointAt(start - length) ?? 0);
    if (left < 0) break;
    start -= length;
  }
  return text.slice(start);
};
