import { expect, it } from 'vitest';
import { Yielder } from '../../../../src/main/foreign-text/yielder.ts';
import { readPythonText } from '../../../../src/main/sandbox/packages/python-text.ts';

it.each([
  ['f("a", \'b c\', """d""")', ['a', 'b c', 'd']],
  ['# "a"\n"b # c"', ['b # c']],
  [String.raw`"a\"b" r"c" f'{d}' b"e" xr"f" "g\n"`, ['f']],
  ['"not closed', []],
  [`"${'a'.repeat(201)}"`, []],
  ['""', ['']],
])('%j has the literals %j', async (source, literals) => {
  expect([...(await readPythonText(source, new Yielder())).literals]).toEqual(literals);
});

it('blanks strings and comments out, and joins lines', async () => {
  expect((await readPythonText('a = "b" # c\nd = \\\ne', new Yielder())).code).toBe('a =  ""  \nd =  e');
});

it('reads long code as it reads short code', async () => {
  // More than is read at once, with ends of lines, strings and continued lines wherever a stretch may end.
  const line = 'x = "a # b" + \\\r\n  y # c\r';
  const read = async (times: number) => (await readPythonText(line.repeat(times), new Yielder())).code;
  expect(await read(20_000)).toBe((await read(1)).repeat(20_000));
  const shifted = `${' '.repeat(65_535)}\r\nz`;
  expect((await readPythonText(shifted, new Yielder())).code).toBe(shifted.replace('\r', ''));
});
