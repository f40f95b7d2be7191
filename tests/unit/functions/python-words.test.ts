/** Texts of other people's as Python source. */
import { expect, it } from 'vitest';
import { stringLiteral } from '../../../src/main/functions/python-words.ts';

it.each([
  ['plain', '"plain"'],
  ['"quoted" \\ \n', String.raw`"\"quoted\" \\ \n"`],
  ['❤\uFE0F ä 漢', '"❤\uFE0F ä 漢"'],
  ['a\u202Eb\u2028c\u3164', String.raw`"a\u202eb\u2028c\u3164"`],
  ['tag \u{E0041}\u{E0100}', String.raw`"tag \U000e0041\U000e0100"`],
  ['lone \uD800', String.raw`"lone \ud800"`],
])('%j is the literal %s, in which every character is seen', (text, literal) => {
  expect(stringLiteral(text)).toBe(literal);
});
