import { printable } from '../../shared/printable.ts';

/** Longest stretch of foreign text worth repeating in a one-line message, in UTF-16 units. */
const MAX_LENGTH = 1000;

/** Makes foreign text fit for a one-line message: `a\nb` is shown as `a\u{a}b`. */
export function oneLine(text: string): string {
  return printable(text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text);
}

/** A name the user gave, for a one-line message. */
export function quote(text: string): string {
  return `"${oneLine(text)}"`;
}
