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

const UTF8 = /^(?:utf-?8(?:-.*)?|u8|cp65001)$/u;
const LATIN1 = /^(?:latin-?1|l1|iso-?8859-1|iso-latin-1|cp819|8859)$/u;
const ASCII = /^(?:us-)?ascii$/u;

/** What Python means by a name that `declaredEncoding` gave: the web reads `latin-1` and `ascii` as another. */
export type NamedEncoding =
  | { readonly kind: 'utf-8' | 'latin-1' | 'ascii' }
  /** @property label what the Encoding Standard may call it */
  | { readonly kind: 'other'; readonly label: string };

export const namedEncoding = (name: string): NamedEncoding => {
  if (UTF8.test(name)) return { kind: 'utf-8' };
  if (LATIN1.test(name)) return { kind: 'latin-1' };
  if (ASCII.test(name)) return { kind: 'ascii' };
  return { kind: 'other', label: name.replace(/^mac-roman$/u, 'macintosh').replace(/^latin-/u, 'latin') };
};
