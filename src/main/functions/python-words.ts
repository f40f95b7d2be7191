/** Pieces of Python source. Whatever the texts are, what is made of them is what it says and nothing else. */
import type { JsonData } from '../../shared/json-data.ts';

const KEYWORDS: ReadonlySet<string> = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from ' +
    'global if import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
);
const IDENTIFIER = /^[A-Za-z_]\w*$/;

export const isIdentifier = (text: string): boolean => IDENTIFIER.test(text) && !KEYWORDS.has(text);

/** A parameter's name for any key: `from` is `from_`, `user-id` is `user_id`. Two `_` before it have a meaning of their own. */
export const parameterName = (key: string): string => {
  const name = key.replaceAll(/\W/g, '_').replace(/^__+/, '_');
  if (KEYWORDS.has(name)) return `${name}_`;
  return isIdentifier(name) ? name : `_${name}`;
};

/** Characters that nobody sees, or that end a line for some readers; not the selector that gives emoji their colours. */
const UNSEEN = /[\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u2800]|(?!\uFE0F)\p{Default_Ignorable_Code_Point}/gu;

const escaped = (character: string): string => {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
};

/** JSON's escapes are Python's, but for characters beyond 16 bits. */
export const stringLiteral = (text: string): string => JSON.stringify(text).replaceAll(UNSEEN, escaped);

/** A value as a default, or in `Literal`; null where source would be too long for that. */
export const shortLiteral = (value: JsonData): string | null => {
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string') return stringLiteral(value);
  if (typeof value === 'number') return String(value);
  return null;
};

/** A text for people, without what is no character of one, and without spaces at the ends of lines. */
export const cleanText = (text: string): string =>
  text
    .replaceAll(/\p{Surrogate}/gu, '\uFFFD')
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/(?![\t\n])\p{Cc}/gu, ' ')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();

/** Escapes what would end the string. */
const escapeInDocstring = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');

/** @param indent of the line that it stands in */
export const docstring = (text: string, indent: string): string => {
  const lines = escapeInDocstring(cleanText(text)).split('\n');
  const whole = lines.map((line, index) => (index === 0 || line === '' ? line : `${indent}${line}`));
  return lines.length === 1 ? `"""${whole.join('')}"""` : `"""${whole.join('\n')}\n${indent}"""`;
};
