/** What is pasted that is no Python, and what shells and notebooks have above the code. */
import { beforeAll, describe, expect, it } from 'vitest';
import { startGuest, type Guest } from './guest.ts';

let guest: Guest;

beforeAll(async () => {
  guest = await startGuest();
}, 60_000);

describe('a text in another language', () => {
  it.each([
    ['JavaScript', 'const x = 5;\nconsole.log(x);'],
    ['JavaScript', '// adds\nfunction add(a, b) {\n  return a + b;\n}'],
    ['JavaScript', 'import fs from "fs";'],
    ['SQL', 'SELECT *\nFROM t WHERE a = 1;'.replace('\n', ' ')],
    ['SQL', '-- all\nCREATE TABLE t (a int);'],
    ['HTML', '<!DOCTYPE html>\n<html></html>'],
    ['C or C++', '#include <stdio.h>\nint main() { return 0; }'],
    ['Java', 'public class Main { }'],
    ['R', 'x <- c(1, 2)\nprint(x[1)'],
    ['TypeScript', 'interface Point { x: number }\nconst a: Point = { x: 1 };'],
    ['LaTeX', '\\documentclass{article}\n\\begin{document}x\\end{document}'],
    ['Ruby', 'puts "hi"'],
    ['Ruby', '[1, 2].each do |x|\n  p x\nend'],
    ['MATLAB', 'x = linspace(0, 1, 10);\ny = x.^2;'],
    ['MATLAB', "clc; clear all\ny = x';"],
    ['a patch', '@@ -1,2 +1,2 @@\n-print("old")\n+print("new")'],
    ['a patch', '--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,2 @@\n-print("old")\n+print("new")'],
    ['a patch', '--- /dev/null\n+++ b/x.py\n@@ -0,0 +1 @@\n+print("new")'],
    ['a patch', '--- x.py\t2024-01-02 03:04:05\n+++ x.py\t2024-01-03 03:04:05\n@@ -1 +1 @@\n-a b'],
    ['SQL', '--- all of them\nSELECT a FROM t;'],
    ['a patch', '+import os\n+print(1)'],
    ['a sentence', 'Write a program that prints the first ten primes.'],
    ['a sentence', 'Schreibe ein Programm, das die ersten Primzahlen ausgibt!'],
    ['Python 2', 'x = 1\nraise ValueError, "x"'],
    ['Python 2', 'print "a"'],
    ['Python 2', 'print 5 <> 3'],
    ['Python 2', 'x = "a" <> "b"'],
    ['Python 2', 'x = 10L'],
    ['Python 2', 'x = ur"a"'],
    ['commands of a shell', '#!/bin/bash\necho "hi"'],
    ['commands of a shell', 'cd /tmp && ls -la'],
    ['commands of a shell', 'python script.py --x 1'],
  ])('is told as what it looks like: %s', async (language, code) => {
    const { error } = await guest.run(code);
    expect(error?.type).toBe('SyntaxError');
    expect(error?.message.replace('Python 3 runs', 'Python runs')).toContain(
      `this looks like ${language}, and only Python runs here`,
    );
    expect(error?.traceback).toContain(`this looks like ${language}`);
  });

  it.each([
    'print(1',
    'print("a <> b"',
    "print('10L' 'x'",
    'x = "it\\"s 10L" y',
    'x = "never <> closed',
    'x = (1 # 10L <> 5',
    'x = = 5',
    'def f(x)\n    return x',
    'import numpy as np\nx = (1',
    'from a import b\nthis is no code at all',
    'if this is not code',
    'x = datetime(2024, 01, 02)',
    "x = 'a.^b' y",
    'y = x.T * (2',
    'def f(:\n    pass',
    'if x\n    pass',
    'let = (1',
    'select = [1',
    'from x imp y',
    'cat = (',
  ])('is not what Python with an error in it is taken for: %j', async (code) => {
    const { error } = await guest.run(code);
    expect(error?.type).toBe('SyntaxError');
    expect(error?.message).not.toContain('looks like');
  });

  it('is found in linear time', async () => {
    const began = performance.now();
    await guest.run(`select ${'a '.repeat(200_000)}`);
    await guest.run(`${'- '.repeat(200_000)}{`);
    await guest.run(`${'x.'.repeat(200_000)} <`);
    await guest.run(`ls = 1\nls - 1\n${'\n'.repeat(200_000)}x = foo`);
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});

describe('lines that Python can read, and that are none of its own', () => {
  it.each([
    ['R', 'x <- c(1, 2, 3)\nmean(x)'],
    ['commands of a shell', 'cd /tmp\nls -la'],
  ])('are told as %s where a name is missing', async (language, code) => {
    const { error } = await guest.run(code);
    expect(error?.type).toBe('NameError');
    expect(error?.message).toContain(`this looks like ${language}, and only Python runs here`);
    expect(error?.traceback).toContain(`this looks like ${language}`);
  });

  it.each([
    ['pd.DataFrame()', 'import pandas as pd'],
    ['print(np.pi)', 'import numpy as np'],
    ['Counter("aab")', 'from collections import Counter'],
    ['for i in xrange(3): pass', 'range is what Python 3 has for it'],
    ['x = null', 'Python has None for it'],
    ['{"a": true}', 'Python has True for it'],
  ])('a name that is known elsewhere is told as such: %s', async (code, advice) => {
    const { error } = await guest.run(code);
    expect(error?.type).toBe('NameError');
    expect(error?.message).toMatch(/^name '\w+' is not defined/u);
    expect(error?.message).toContain(advice);
    expect(error?.traceback).toContain(advice);
  });

  it.each(['mine', 'def f():\n    pdx\nf()', 'def f():\n    print(np)\n    np = 1\nf()'])(
    'nothing is said of a name of the code: %j',
    async (code) => {
      const { error } = await guest.run(code);
      expect(error?.traceback.trimEnd()).toMatch(/(?:NameError|UnboundLocalError): [^;]*$/u);
    },
  );
});

describe('a path of Windows', () => {
  it.each(['open("C:\\Users\\me\\data.csv")', 'print("D:\\new\\x")'])('is explained: %s', async (code) => {
    const { error } = await guest.run(code);
    expect(error?.message).toContain('write paths as r"C:\\Users\\…", or with / in them');
  });
});

it.each([
  ['a task', 'import asyncio\nasync def main(): pass\ncoroutine = main()\nasyncio.create_task(coroutine)'],
  ['the loop', 'import asyncio\nasyncio.get_running_loop()'],
])('without an await, %s has no event loop: it is said what would help', async (_what, code) => {
  const { error } = await guest.run(code);
  expect(error?.message).toBe(
    'no running event loop; top-level code runs in an event loop only if it has an await: ' +
      'await the task or the coroutine, or call asyncio.run()',
  );
  expect((await guest.run(`${code}\nawait asyncio.sleep(0)`)).error).toBeNull();
});

it.each(['__file__', '"/workspace/" + __file__'])(
  'open(%s) of code that is in no file says so',
  async (name) => {
    const { error } = await guest.run(`open(${name})`);
    expect(error?.message).toContain('; this code was given as text, and is in no file');
  },
);

it.each([
  ['input()', 'input()', 'line'],
  ['getpass()', 'import getpass, io\ngetpass.getpass(stream=io.StringIO())', 'password'],
])('%s without a line says what would help', async (called, code, read) => {
  const { error } = await guest.run(code);
  expect(error?.type).toBe('EOFError');
  expect(error?.message).toBe(
    `EOF when reading a ${read}; no line is left for ${called}: nobody answers it here, or the input has ended; ` +
      'give a line for each call, or write the values into the code',
  );
});

it.each(['raise EOFError("end of the file")', 'import io, pickle\npickle.load(io.BytesIO())'])(
  'an end of another file is none of the input: %s',
  async (code) => {
    const { error } = await guest.run(code);
    expect(error?.type).toBe('EOFError');
    expect(error?.message).not.toContain('no line is left');
  },
);

it.each([
  ['gbk', 'chinese', 'gb18030'],
  ['cp1252', 'Größe; Müller und noch viel mehr', 'cp1252'],
  ['cp1251', 'Привет, мир', 'cp1251'],
])('bytes in %s are told to be in what they may be', async (encoding, text, told) => {
  const written = text === 'chinese' ? '\u59d3\u540d,\u5206\u6570' : text;
  const { error } = await guest.run(`${JSON.stringify(written)}.encode("${encoding}").decode()`);
  expect(error?.type).toBe('UnicodeDecodeError');
  expect(error?.message).toContain(`"${told}"`);
});

describe('a line of a shell that installs packages', () => {
  beforeAll(async () => {
    // What Python says of coroutines that an earlier test left would come with the next collection.
    await guest.run('import gc\ngc.collect()');
    guest.takeStderr();
  });

  it.each([
    'pip install six',
    '$ pip3 install -q six',
    'python -m pip install six',
    'conda install six -y',
    '  uv pip install six',
  ])('above the code is no error: %s', async (line) => {
    const { error, value } = await guest.run(`${line.trim()}\n\nx = 3\nx`);
    expect([error, value?.json]).toEqual([null, 3]);
    expect(guest.takeStderr()).toBe(
      'six is not installed: packages come before the code runs, not while it does; name it for the run\n',
    );
  });

  it.each(['pip list', 'pip = 1 2', 'install pip'])('is not any line with such a word: %s', async (line) => {
    expect((await guest.run(`${line}\n3`)).error?.type).toBe('SyntaxError');
  });
});

describe('magics of folders and variables', () => {
  it('lead where IPython’s lead', async () => {
    const { error, value } = await guest.run(
      '%cd /content\nhere = %pwd\nopen("seen.txt", "w").close()\n%ls -l\n%env COLOUR=red\nimport os\n[here, os.environ["COLOUR"]]',
    );
    expect([error, value?.json]).toEqual([null, ['/workspace', 'red']]);
    expect(guest.takeStdout()).toMatch(/^\/workspace\n(?:.*\n)*seen\.txt\n(?:.*\n)*env: COLOUR=red\n$/u);
  });

  it('tell of a folder that is not there', async () => {
    expect((await guest.run('%cd nowhere')).error?.type).toBe('FileNotFoundError');
  });
});

describe('a file with the name of a module', () => {
  it('of Python is named where the module lacks something', async () => {
    const { error } = await guest.run(
      'open("colorsys.py", "w").write("x = 1")\nimport colorsys\ncolorsys.rgb_to_hsv(0, 0, 0)',
    );
    expect(error?.message).toContain(
      "the file colorsys.py here is imported in place of Python's module colorsys: give it another name",
    );
    expect((await guest.run('from colorsys import rgb_to_hsv')).error?.message).toContain(
      'the file colorsys.py here',
    );
  });

  it('of a package is named where it imports itself', async () => {
    await guest.run('open("frames.py", "w").write("import frames\\nframes.DataFrame")');
    expect((await guest.run('import frames')).error?.message).toContain(
      'the file frames.py here imports itself: if the package frames is meant, give the file another name',
    );
  });

  it('is not blamed for anything else', async () => {
    await guest.run('open("mine.py", "w").write("x = 1")\nimport mine, math');
    expect((await guest.run('mine.y')).error?.message).not.toContain('the file');
    expect((await guest.run('math.nothing')).error?.message).not.toContain('the file');
  });
});

describe('bytes that are no UTF-8', () => {
  it.each([
    ['cp1252', '"Größe".encode("cp1252")', 'the text is not in UTF-8: give its encoding'],
    ['UTF-16', '"Größe".encode("utf-16")', 'the text is in UTF-16: give encoding="utf-16"'],
    ['a workbook', 'b"PK\\x03\\x04\\x14\\x00\\x90\\xff"', 'this is no text, but a ZIP archive'],
    ['a picture', 'b"\\x89PNG\\r\\n"', 'this is no text, but a picture'],
  ])('are told as what they are: %s', async (_what, bytes, advice) => {
    const { error } = await guest.run(`open("data.bin", "wb").write(${bytes})\nopen("data.bin").read()`);
    expect(error?.type).toBe('UnicodeDecodeError');
    expect(error?.message).toContain(advice);
    expect(error?.traceback).toContain(advice);
  });

  it('are not looked at for other encodings', async () => {
    expect((await guest.run('b"\\x81".decode("cp1252")')).error?.message).not.toContain('give its encoding');
  });
});

describe('a key of a table whose file begins with a byte order mark', () => {
  it.each([
    'for row in csv.DictReader(open("marked.csv", encoding="utf-8")):\n    print(row["id"])',
    '[row["id"] for row in csv.DictReader(open("marked.csv", encoding="utf-8"))]',
    'def ids(rows):\n    for row in rows:\n        yield row["id"]\nlist(ids(csv.DictReader(open("marked.csv", encoding="utf-8"))))',
  ])('is told with what helps: %s', async (code) => {
    await guest.run('open("marked.csv", "wb").write(b"\\xef\\xbb\\xbfid,name\\n1,a\\n")');
    const { error } = await guest.run(`import csv\n${code}`);
    expect(error?.type).toBe('KeyError');
    expect(error?.message).toContain('open that with encoding="utf-8-sig"');
    expect(error?.traceback).toContain('open that with encoding="utf-8-sig"');
  });

  it('is not blamed for other keys', async () => {
    const { error } = await guest.run('row = {"\\ufeffid": 1}\nrow["name"]');
    expect(error?.message).toBe("'name'");
  });
});

describe('a name that Python had once', () => {
  it.each([
    ['time.clock()', 'import time', 'time.perf_counter'],
    ['collections.Mapping', 'import collections', 'collections.abc.Mapping'],
    ['Iterable', 'from collections import Iterable', 'collections.abc.Iterable'],
    ['gcd(1, 2)', 'from fractions import gcd', 'math.gcd'],
    ['string.letters', 'import string', 'string.ascii_letters'],
    ['{}.has_key(1)', '', 'key in mapping'],
    ['{"a": 1}.iteritems()', '', 'items'],
    ['inspect.getargspec(len)', 'import inspect', 'inspect.getfullargspec'],
    ['asyncio.coroutine', 'import asyncio', 'async def'],
  ])('is told with what took its place: %s', async (code, header, meant) => {
    const { error } = await guest.run(`${header}\n${code}`);
    expect(error?.message).toMatch(/^[^;]+; .+ is of older versions; what has taken its place: /u);
    expect(error?.message.endsWith(`what has taken its place: ${meant}`)).toBe(true);
    expect(error?.traceback).toContain(`what has taken its place: ${meant}`);
  });

  it.each([
    'import time\ntime.clocks()',
    'class DataFrame:\n    pass\nDataFrame().append(1)',
    'class dict:\n    pass\ndict().has_key(1)',
    "raise AttributeError(\"some text; module 'time' has no attribute 'clock'\")",
    'raise AttributeError(5)',
    'raise AttributeError("module \'" + "a." * 200000)',
  ])('is not what others are taken for: %s', async (code) => {
    const { error } = await guest.run(code);
    expect(error?.type).toBe('AttributeError');
    expect(error?.message).not.toContain('older versions');
  });
});

describe('a program that asyncio is to start', () => {
  it.each(['create_subprocess_exec("ls", "-l")', 'create_subprocess_shell("ls -l")'])(
    'is refused in words: %s',
    async (call) => {
      const { error } = await guest.run(
        `import asyncio\nasync def main():\n    await asyncio.${call}\nasyncio.run(main())`,
      );
      expect(error).toMatchObject({ type: 'OSError' });
      expect(error?.message).toContain('the sandbox can not start other programs');
      expect(error?.message).toContain('(ls -l)');
    },
  );
});

describe('code that was copied with the numbers of its lines', () => {
  it.each([
    ['blanks', ' 1  def f():\n 2      return 3\n 3  \n 4  f()'],
    ['points', '1. def f():\n2.     return 3\n3. f()'],
    ['from further down', '98|x = 1\n99|\n100|x + 2'],
  ])('runs without them: %s', async (_what, code) => {
    const { error, value } = await guest.run(code);
    expect([error, value?.json]).toEqual([null, 3]);
  });

  it.each(['1 x = 1\n3 y = 2', '1 x = 1', '1 x = 1\n', '1 x = \n2 y =', '0777\n', '07\n08\n'])(
    'is not what %j is taken for',
    async (code) => {
      expect((await guest.run(code)).error?.type).toBe('SyntaxError');
    },
  );

  it('is not what a table of numbers is taken for', async () => {
    expect((await guest.run('1 + 1\n2 + 2\n')).value?.json).toBe(4);
  });
});

describe('an error that is found after parsing', () => {
  it.each(['return x', 'yield 1', 'def f():\n    await g()', 'x = 1\nnonlocal x'])(
    'shows its line: %j',
    async (code) => {
      const { error } = await guest.run(code);
      const line = code.split('\n').at(-1)?.trim() ?? '';
      expect(error?.type).toBe('SyntaxError');
      expect(error?.traceback).toContain(`    ${line}\n`);
    },
  );
});
