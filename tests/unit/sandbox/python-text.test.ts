import { expect, it } from 'vitest';
import { readPythonText } from '../../../src/main/sandbox/python-text.ts';

it.each([
  ['f("a", \'b c\', """d""")', ['a', 'b c', 'd']],
  ['# "a"\n"b # c"', ['b # c']],
  [String.raw`"a\"b" r"c" f'{d}' b"e" xr"f" "g\n"`, ['f']],
  ['"not closed', []],
  [`"${'a'.repeat(201)}"`, []],
  ['""', ['']],
])('%j has the literals %j', (source, literals) => {
  expect([...readPythonText(source).literals]).toEqual(literals);
});

it('blanks strings and comments out, and joins lines', () => {
  expect(readPythonText('a = "b" # c\nd = \\\ne').code).toBe('a =  ""  \nd =  e');
});
