/** What a source of Python declares of its encoding (PEP 263). */

const COOKIE = /^[ \t\f]*#.*?coding[:=][ \t]*(?<name>[-\w.]+)/u;
const BLANK = /^[ \t\f]*(?:#.*)?$/u;

/** Two lines, in characters; nobody writes longer ones before the code. */
export const HEAD_LENGTH = 2000;

/** What the first two lines of a source declare; null when they declare nothing. */
export const declaredEncoding = (text: string): string | null => {
  const [first = '', second = ''] = text.slice(0, HEAD_LENGTH).split(/\r\n?|\n/u, 2);
  const name = COOKIE.exec(first)?.groups?.['name'];
  const found = name ?? (BLANK.test(first) ? COOKIE.exec(second)?.groups?.['name'] : undefined);
  return found === undefined ? null : found.toLowerCase().replaceAll('_', '-');
};
