/** Code as notebooks have it: magics that do something, and how long it takes to tell what a line is. */
import { beforeAll, describe, expect, it } from 'vitest';
import { PIP_COMMANDS } from '../../support/pip-commands.ts';
import { startGuest, type Guest } from './guest.ts';

let guest: Guest;

beforeAll(async () => {
  guest = await startGuest();
}, 60_000);

const run = async (code: string): Promise<{ value: unknown; stdout: string; stderr: string }> => {
  const { error, value } = await guest.run(code);
  expect(error).toBeNull();
  return { value: value?.json, stdout: guest.takeStdout(), stderr: guest.takeStderr() };
};

const WALL = /^Wall time: [\d.e+-]+ (?:ns|µs|ms|s)\n$/u;
const LOOPS = /^[\d.e+-]+ (?:ns|µs|ms|s) per loop \(\d+ loops?\)\n$/u;

describe('%time', () => {
  it.each<[string, string, unknown]>([
    ['an expression', '%time sum(range(4))', 6],
    ['with a comment', '%time sum(range(4))  # six', 6],
    ['an assignment', '%time x = sum(range(4))\nx', 6],
    ['several targets', '%time a, b = c = 1, 2\n[a, b, *c]', [1, 2, 1, 2]],
    ['an augmented assignment', 'x = 1\n%time x += 1\nx', 2],
    ['on the right', 'x = %time 2 + 3\nx', 5],
    ['an import', '%time import string\nstring.digits', '0123456789'],
    ['a loop in one line', 'x = 0\n%time for i in range(4): x += i\nx', 6],
    ['in a function', 'def f(n):\n    %time total = sum(range(n))\n    return total\nf(4)', 6],
    [
      'in a block',
      'for n in (4,):\n    if n:\n        %time total = sum(range(n))\n    else:\n        pass\ntotal',
      6,
    ],
    ['of what is awaited', 'import asyncio\n%time x = await asyncio.sleep(0, 7)\nx', 7],
    ['a walrus', '%time (y := 3)\ny', 3],
  ])('tells how long it took: %s', async (_what, code, value) => {
    const { stdout, value: got } = await run(code);
    expect(got).toEqual(value);
    expect(stdout).toMatch(WALL);
  });

  it('works in a function that a later run calls', async () => {
    await run('def later():\n    %time x = 5\n    return x');
    const { stdout, value } = await run('later()');
    expect([value, WALL.test(stdout)]).toEqual([5, true]);
  });

  it('runs what goes on in the next line', async () => {
    expect((await run('%time x = sum([\n    1,\n    2,\n])\nx')).value).toBe(3);
  });
});

describe('%timeit', () => {
  it.each([
    '%timeit sum(range(9))',
    '%timeit x = sum(range(9))',
    '%timeit -n 10 -r 3 y = 1; y += 1',
    'def f(n):\n    %timeit n + 1\nf(2)',
    'def g(n):\n    %timeit m = n + 1\ng(2)',
  ])('measures %j', async (code) => {
    const { stdout } = await run(code);
    expect(stdout).toMatch(LOOPS);
  });

  it('leaves variables unchanged, and returns its result with -o', async () => {
    const { value } = await run(
      'x = 1\n%timeit x = 2\nfound = %timeit -o x + 1\n[x, found.average > 0, found.loops >= 1]',
    );
    expect(value).toEqual([1, true, true]);
  });
});

describe('a magic above a cell', () => {
  it('%%timeit shows a time, and no value', async () => {
    const { stdout, value } = await run('%%timeit\nx = 5\nx + 1');
    expect([value, WALL.test(stdout)]).toEqual([undefined, true]);
    expect((await run('%%time\nx = 5\nx + 1')).value).toBe(6);
  });

  it('%%capture keeps what the cell prints under its name', async () => {
    const first = await run(
      '%%capture out\nfrom __future__ import annotations\nimport sys\nkept = 5\nprint("a")\nprint("b", file=sys.stderr)\nkept',
    );
    expect(first).toEqual({ value: undefined, stdout: '', stderr: '' });
    expect((await run('[kept, out.stdout, str(out), out.stderr]')).value).toEqual([5, 'a\n', 'a\n', 'b\n']);
    expect(await run('out.show()')).toMatchObject({ stdout: 'a\n', stderr: 'b\n' });
    expect(await run('%%capture --no-display\nprint(1)\n2')).toMatchObject({ stdout: '', value: undefined });
    expect(await run('%%capture\n')).toMatchObject({ stdout: '' });
    expect(await run('print("shown")')).toMatchObject({ stdout: 'shown\n' });
  });

  it('%%capture keeps what was printed before an error, and its line', async () => {
    const { error } = await guest.run('%%capture out\nprint("before")\n1 / 0');
    expect(error).toMatchObject({ type: 'ZeroDivisionError', line: 3 });
    expect((await run('str(out)')).value).toBe('before\n');
  });
});

describe('%run', () => {
  it('runs a file as a program, and its names are there afterwards', async () => {
    await run(
      'with open("part.py", "w") as file:\n' +
        '    file.write("import sys\\ndef f():\\n    return y\\ny = 4\\nargs = sys.argv\\nprint(__name__)\\n")',
    );
    const { stdout, value } = await run(
      '%run part.py "a b" c\nimport sys\n[f(), y, args, len(sys.argv) < 3]',
    );
    expect([stdout, value]).toEqual(['__main__\n', [4, 4, ['part.py', 'a b', 'c'], true]]);
    expect((await run('y = 0\n%run part\ny')).value).toBe(4);
  });

  it('tells of a file that is not there, and of an error in one', async () => {
    expect((await guest.run('%run nowhere.py')).error?.type).toBe('FileNotFoundError');
    await run('open("broken.py", "w").write("x = 1\\n1 / 0\\n");');
    const { error } = await guest.run('%run broken.py');
    expect(error?.type).toBe('ZeroDivisionError');
    expect(error?.traceback).toContain('broken.py", line 2');
  });

  it('without a file is named', async () => {
    expect((await guest.run('%run')).error?.message).toContain('magic %run in line 1');
  });
});

it.each(['_ + 1', 'Out[1]'])('what IPython keeps is not there, and that is said: %s', async (code) => {
  const { error } = await guest.run(code);
  expect(error?.message).toContain('give the value a name of your own');
});

describe('%pip install', () => {
  it.each(PIP_COMMANDS)('names the packages that are not there: %j', async (code, names) => {
    const { stderr } = await run(code);
    expect([...stderr.matchAll(/^(\S+) is not installed:/gmu)].map(([, name]) => name)).toEqual(names);
  });

  it.each([
    ['subprocess.run(["pip", "install", "-r", "requirements.txt", "lefthand"])', ['lefthand']],
    ['os.system("pip install --index-url https://index.invalid/simple lefthand>=1")', ['lefthand>=1']],
  ])('asks for no values of options: %j', (code, asked) => {
    expect(guest.findImports(`import os, subprocess\n${code}`).asked).toEqual(asked);
  });
});

describe('code that is not valid Python', () => {
  it.each([
    ['a line of a million characters', `%time ${'a = '.repeat(250_000)}`],
    ['the same of a shell', `!${'a = '.repeat(250_000)}`],
    ['the same with a question mark', `${'a.'.repeat(500_000)}??`],
    ['many magics in much code', `${'%time x = 1\n'.repeat(150)}${'y = [1, 2, 3]\n'.repeat(40_000)}`],
  ])('is reported in bounded time: %s', async (_what, code) => {
    const began = performance.now();
    expect((await guest.run(code)).error?.type).toBe('SyntaxError');
    expect(performance.now() - began).toBeLessThan(30_000);
  });
});

describe('a text with fences in it', () => {
  const text = 'text = """# Title\n\n```bash\npip install x\n```\nend\n"""\ntext';
  it('stays as it is where the code comes in fences of its own', async () => {
    expect((await run(`\`\`\`python\n${text}\n\`\`\``)).value).toBe(
      '# Title\n\n```bash\npip install x\n```\nend\n',
    );
  });
});

describe('an error that is left after characters were taken for others', () => {
  it('is that about the line as it was written', async () => {
    const { error } = await guest.run('x = 1\nprint(\u201cHe said "hi"\u201d)');
    expect(error).toMatchObject({ type: 'SyntaxError', line: 2 });
    expect(error?.message).toMatch(/invalid character .*U\+201C/u);
  });
});

describe('characters that only look right', () => {
  it.each([
    ['quotation marks', 'x = “a” + "“b”"', 'a“b”'],
    ['quotation marks after a string with them', 'x = "“b”" + “a”', '“b”a'],
    ['an apostrophe in a string', 'x = ‘a’ + "it’s"', 'ait’s'],
    ['an apostrophe in what they enclose', 'x = “it’s”', 'it’s'],
    ['one of them and one of the keyboard', 'x = “a"', 'a'],
    ['escaped ones', 'x = "a\\" b"', 'a" b'],
    ['blanks', 'x = "a b" # c d', 'a b'],
    ['an invisible character', 'x = "a​b"​', 'a​b'],
    ['blanks before a long string', 'x = """a b\nc d"""', 'a b\nc d'],
    ['a dash beside a string in others', 'a = 3 – 1; x = “1–2”', '1–2'],
    ['a comma beside one', 'x = [“x，y”，1]', ['x，y', 1]],
    ['brackets around one', 'x = str（“你好（世界）”）', '你好（世界）'],
    ['a colon before one', 'x = {1：“b：c”}[1]', 'b：c'],
    ['apostrophes beside one', 'x = {‘a’: “it’s”}[‘a’]', 'it’s'],
    ['a blank beside one', 'x =\u00a0“a\u00a0b”', 'a\u00a0b'],
    ['an invisible character beside one', 'x = \u200b“a\u200bb”', 'a\u200bb'],
    ['full-width quotation marks', 'x = [＂a，b＂，1]', ['a，b', 1]],
    ['low ones', 'a = 3 – 1; x = „1–2“ + ‚–‘', '1–2–'],
    ['a string in others within one', 'x = {“a”：‘b：“c”’}[“a”]', 'b：“c”'],
    ['a number sign in one', 'x = “a#–b” + ‘#’; a = 3 – 1 # – “', 'a#–b#'],
    ['an escaped one within', 'x = “a\\”b”', 'a"b'],
    ['one in an f-string', 'd = {“k”: 1}; x = f“{d[‘k’]}，”', '1，'],
    ['an equals sign and a semicolon', 'x ＝ “x＝1；”；x ＝ x', 'x＝1；'],
  ])('are mended outside of strings alone: %s', async (_what, code, value) => {
    expect((await run(`${code}\nx`)).value).toEqual(value);
  });
});

describe('code that is indented around a string', () => {
  it('loses what it is indented by, not the string', async () => {
    expect((await run('    x = """\n  a\n"""\n    if x:\n        y = x\n    y')).value).toBe('\n  a\n');
  });

  it('keeps it, and its first error, where it is no Python afterwards', async () => {
    const { error } = await guest.run('    x = 1\ny = """d"""\nfor i in y:\n    print(i)\n');
    expect(error).toMatchObject({ type: 'IndentationError', line: 1 });
  });
});

describe('the answer of a chat', () => {
  const fenced = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``;
  it.each([
    ['a language beside none', `Try:\n${fenced('python', 'x = 1')}\nIt prints:\n${fenced('', 'x = 2')}\n`, 1],
    [
      'none before a language',
      `Put this there:\n${fenced('', 'a b c')}\nand run\n${fenced('py', 'x = 1')}\n`,
      1,
    ],
    [
      'only none, and one is no Python',
      `Try:\n${fenced('', 'x = 1')}\nIt prints:\n${fenced('', 'No. 1: 2')}\n`,
      1,
    ],
    [
      'only none, of which all are Python',
      `Try:\n${fenced('', 'x = 1')}\nthen\n${fenced('', 'x += 2')}\n`,
      3,
    ],
    ['with a copied blank in the code', `Sure:\n${fenced('python', 'x =\u00a03')}\nDone\n`, 3],
    ['with such quotation marks in it', `Sure:\n${fenced('python', 'x = “it’s”')}\nThat’s it\n`, 'it’s'],
    ['of no language with a copied blank', `Sure:\n${fenced('', 'x =\u00a04')}\nDone\n`, 4],
  ])('is read by the languages of its fences: %s', async (_what, text, value) => {
    expect((await run(text)).value).toBeUndefined();
    expect((await run('x')).value).toBe(value);
  });
});

describe('get_ipython', () => {
  it.each([
    [
      'the usual test for a notebook',
      `def in_notebook():
    try:
        return get_ipython().__class__.__name__ == 'ZMQInteractiveShell'
    except NameError:
        return False
in_notebook()`,
      false,
    ],
    [
      'by its configuration',
      `try:
    answer = 'IPKernelApp' in get_ipython().config
except NameError:
    answer = 'no shell'
answer`,
      'no shell',
    ],
    [
      'where a magic is called as well',
      `try:
    get_ipython()
    answer = 'a shell'
except NameError:
    answer = 'no shell'
get_ipython().run_line_magic('matplotlib', 'inline')
answer`,
      'no shell',
    ],
    ['from IPython', 'from IPython import get_ipython\nget_ipython() is None', true],
    ['one of its own', 'def get_ipython(): return "own"\nget_ipython().upper()', 'OWN'],
  ])('is not there for who asks where it runs: %s', async (_what, code, value) => {
    expect((await run(code)).value).toBe(value);
  });

  it.each([
    ['at once', "get_ipython().run_cell('y = 5')\ny", 5],
    ['by a name', "ip = get_ipython()\nif ip is not None:\n    ip.run_cell('y = 6')\ny", 6],
    ['in a function', "def magic():\n    get_ipython().run_cell('y = 7')\nmagic()\ny", 7],
    ['under another name', "from IPython import get_ipython as shell\nshell().run_cell('y = 8')\ny", 8],
    ['for a value', "y = 9\nget_ipython().ev('y')", 9],
    ['without our own future', "get_ipython().run_cell('def f(x: 1): pass')\nf.__annotations__['x']", 1],
  ])('does the known magics: %s', async (_what, code, value) => {
    expect((await run(code)).value).toBe(value);
  });
});

describe('code that is nested too deeply', () => {
  const signs = `a = 1\nb = 2 # not a (\nc = ${'- '.repeat(60_000)}1\nd = 4\n`;
  it.each([
    ['signs', signs, 3],
    // Which line of them is at fault can't be told: none is blamed.
    ['branches', `a = 1\nif a: pass\n${'elif a: pass\n'.repeat(20_000)}`, null],
  ])('is told with its line, or with none: %s', async (_what, code, line) => {
    expect((await guest.run(code)).error).toMatchObject({
      type: 'SyntaxError',
      message: expect.stringContaining('nested too deeply') as string,
      line,
    });
  });
});
