/** Longest stretch of foreign text worth repeating in a one-line message, in UTF-16 units. */
const MAX_LENGTH = 1000;

// Controls, invisible format characters (bidi overrides among them), line separators and lone surrogates:
// in a message they would forge terminal output or hide what is really there. So would blanks of other kinds, which no
// font shows; not the selector that gives emoji their colours.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u2800]|(?!\uFE0F)\p{Default_Ignorable_Code_Point}/gu;

/** Makes foreign text fit for a one-line message: `a\nb` is shown as `a\u{a}b`. */
export function oneLine(text: string): string {
  const cut = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
  return cut.replace(UNPRINTABLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** A name the user gave, for a one-line message. */
export function quote(text: string): string {
  return `"${oneLine(text)}"`;
}
