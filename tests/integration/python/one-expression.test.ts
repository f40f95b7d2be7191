/** A line that is nothing but an expression is compiled as such: nobody may see a difference. */
import { beforeAll, describe, expect, it } from 'vitest';
import { startGuest, type Guest } from './guest.ts';

let guest: Guest;

beforeAll(async () => {
  guest = await startGuest();
}, 60_000);

/** What a run comes to, without its number. */
const told = async (code: string): Promise<unknown> => {
  const outcome = await guest.run(code);
  const all = { outcome, stdout: guest.takeStdout(), stderr: guest.takeStderr() };
  return JSON.parse(JSON.stringify(all).replaceAll(/<script(?: \d+)?>/gu, '<script>')) as unknown;
};

describe('a line by itself and the same line with an end of line', () => {
  it.each([
    '1+1',
    '"a text"',
    'print("told", end="")',
    'print(',
    '[n * n for n in range(3)]',
    'sum(n for n in range(3))',
    '1, 2',
    '*[1, 2], 3',
    '*[1, 2]',
    '1 / 0',
    '(1, 2)[3] + len(nothing)',
    '1 is 1',
    '"\\d"',
    '"\\d" wrong',
    'wrong wrong',
    '1 +',
    '1))',
    '1 if',
    '(yield 1)',
    'yield 1',
    'return',
    'pass',
    'import string',
    'raise ValueError("told")',
    'del nothing',
    'global nothing',
    'assert not 1',
    'await __import__("asyncio").sleep(0, 7)',
    'get_ipython()',
    'ls',
    'pip install six',
    '$HOME',
    '1\t+ 1',
    '1 \\',
    '0777',
    'ｌen("x")',
    '"\ud800"',
    '1\0',
    '…',
    '“text”',
    '-'.repeat(150) + '1',
    '('.repeat(190) + ')'.repeat(9),
  ])('%j', async (line) => {
    expect(await told(line)).toEqual(await told(`${line}\n`));
  });

  it('is compiled to the same code', async () => {
    const compiled = (line: string): string => `
import sys
frame = sys._getframe()
while "compile_script" not in frame.f_globals:
    frame = frame.f_back
compile_script = frame.f_globals["compile_script"]
def parts(code):
    return [code.co_code, code.co_flags, code.co_names, code.co_name, code.co_firstlineno, list(code.co_positions()),
        [parts(const) if hasattr(const, "co_code") else const for const in code.co_consts]]
alone, with_end = compile_script(${line}, "<x>"), compile_script(${line} + "\\n", "<x>")
assert alone.statements is with_end.statements is None and not alone.has_magics
parts(alone.expression) == parts(with_end.expression)`;
    for (const line of ['1+1', 'f(x)[1].y', '[n for n in await g()]', '"a" "b"', 'x  if  y else  z']) {
      const { error, value } = await guest.run(compiled(JSON.stringify(line)));
      expect([line, error, value?.json]).toEqual([line, null, true]);
    }
  });
});
