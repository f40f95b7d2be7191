// Controls, invisible format characters (bidi overrides among them), line separators and lone surrogates:
// in a message they would forge terminal output or hide what is really there. So would blanks of other kinds, which no
// font shows; not the selector that gives emoji their colours.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u2800]|(?!\uFE0F)\p{Default_Ignorable_Code_Point}/gu;

/** Foreign text with nothing in it that can't be seen, in one line: `a\nb` is shown as `a\u{a}b`. */
export const printable = (text: string): string =>
  text.replace(UNPRINTABLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);

/** The same, with its lines and tabs. */
export const printableLines = (text: string): string =>
  text
    .split(/(\r?\n|\t)/u)
    .map((piece, index) => (index % 2 === 1 ? piece : printable(piece)))
    .join('');
