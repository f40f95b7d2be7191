import { expect, it } from 'vitest';
import { printable, printableLines } from '../../../src/shared/printable.ts';

it.each([
  ['plain text', 'plain text', 'plain text'],
  ['a\r\nb\tc\n', String.raw`a\u{d}\u{a}b\u{9}c\u{a}`, 'a\r\nb\tc\n'],
  ['a\rb', String.raw`a\u{d}b`, String.raw`a\u{d}b`],
  [
    '\u202Egnp\u2066\n\u200B',
    String.raw`\u{202e}gnp\u{2066}\u{a}\u{200b}`,
    '\\u{202e}gnp\\u{2066}\n\\u{200b}',
  ],
  ['\u001B[2K\u3164\uD800', String.raw`\u{1b}[2K\u{3164}\u{d800}`, String.raw`\u{1b}[2K\u{3164}\u{d800}`],
  ['\u2764\uFE0F שלום', '\u2764\uFE0F שלום', '\u2764\uFE0F שלום'],
])('%j is shown with nothing that can not be seen', (text, line, lines) => {
  expect(printable(text)).toBe(line);
  expect(printableLines(text)).toBe(lines);
});
