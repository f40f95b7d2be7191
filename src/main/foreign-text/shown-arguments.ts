import { oneLine } from './printable.ts';

/** Of each value at least, in UTF-16 units: its beginning and its end. */
const MIN_SHOWN = 24;
/** `oneLine` cuts what is long. */
const PIECES = /[^]{1,500}/gu;

const printable = (text: string): string => (text.match(PIECES) ?? []).map(oneLine).join('');

const shortened = (text: string, length: number): string => {
  if (text.length <= length) return printable(text);
  const tail = Math.floor(length / 3);
  const left = text.length - length;
  return `${printable(text.slice(0, length - tail))}[… ${left} characters left out …]${printable(text.slice(-tail))}`;
};

/**
 * Arguments in one line for a person who decides on them, with nothing in it that would not be seen. Every argument is
 * named, however long the others are: each has its share of the length.
 *
 * @param length about how long it may become, in UTF-16 units
 * @returns null when not even all names would be seen
 */
export const shownArguments = (values: object, length: number): string | null => {
  const entries = Object.entries(values).map(([name, value]): [string, string] => [
    JSON.stringify(name),
    JSON.stringify(value),
  ]);
  const names = entries.reduce((sum, [name]) => sum + name.length + 4, 0);
  const share = Math.floor((length - names) / Math.max(1, entries.length));
  if (entries.length > 0 && share < MIN_SHOWN) return null;
  // What short values leave is for the long ones.
  const long = entries.filter(([, value]) => value.length > share);
  const spare = entries.reduce((sum, [, value]) => sum + Math.max(0, share - value.length), 0);
  const room = share + Math.floor(spare / Math.max(1, long.length));
  return `{${entries.map(([name, value]) => `${printable(name)}: ${shortened(value, room)}`).join(', ')}}`;
};
