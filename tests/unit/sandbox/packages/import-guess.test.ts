import { expect, it } from 'vitest';
import { CodeAnalysis } from '../../../../src/main/sandbox/packages/code-analysis.ts';

const guessImports = (code: string): Promise<readonly string[]> => new CodeAnalysis(code).imports();

it.each([
  ['import numpy', ['numpy']],
  ['import numpy as np, pandas as pd # both', ['numpy', 'pandas']],
  ['  import a.b.c; x = 1', ['a.b.c']],
  ['from matplotlib import pyplot as plt, cm', ['matplotlib', 'matplotlib.pyplot', 'matplotlib.cm']],
  ['from sklearn.svm import (SVC)', ['sklearn.svm', 'sklearn.svm.SVC']],
  ['from . import x\nfrom .y import z', []],
  ['print("no")\nimportant = 1', []],
  ['import 1, a-b', []],
  ['"""Say\n\nimport numpy\n"""\nimport pandas', ['pandas']],
  ["'''from a import b\n\\''' import c\nimport d'''; import e", ['e']],
  ['# import a\nx = 1 # import b\n  #import c\nimport d  # "', ['d']],
  ['text = "# no comment"\nimport a', ['a']],
  ['text = "\\"\\\\"\nimport a', ['a']],
  ['text = "not closed\nimport a', ['a']],
  ['rf"""\nimport {a}\n"""', []],
  ['try: import a\nexcept ImportError: import b; import c', ['a', 'b', 'c']],
  ['from a import (  # some\n  b,  # of it\n  c as d,\n)', ['a', 'a.b', 'a.c']],
  ['from a \\\n  import b, \\\n  c', ['a', 'a.b', 'a.c']],
  ['import a\r\nimport b\rimport c', ['a', 'b', 'c']],
  ['x = {"import": a}\ny = {1: important}', []],
  ['"""never closed\nimport a', []],
  [
    'import micropip, IPython\nfrom IPython.display import display, HTML\nfrom IPython import get_ipython',
    [],
  ],
  [
    'from IPython.core.display import HTML\nfrom IPython.lib.display import Audio\nfrom IPython.core.interactiveshell import InteractiveShell\nfrom IPython.core import display',
    [],
  ],
  ['import IPython.core.magic, IPythonic', ['IPython.core.magic', 'IPythonic']],
])('%j seems to import %j', async (code, modules) => {
  expect(await guessImports(code)).toEqual(modules);
});

it('gives a bounded result in bounded time, whatever the code is', async () => {
  const many = Array.from({ length: 5000 }, (_none, index) => `import m${String(index)}`).join('\n');
  expect(await guessImports(many)).toHaveLength(100);
  expect(await guessImports(`import ${'a'.repeat(500_000)}`)).toEqual([]);
  expect(await guessImports(`from ${'\t'.repeat(500_000)}`)).toEqual([]);
});

it('takes no longer for hostile code than for any other', { timeout: 20_000 }, async () => {
  const pieces = [
    '"',
    "'",
    '\\',
    '"""',
    '#',
    '\0\n)]}',
    "x='''\\",
    'from a import (',
    ': ',
    'import\t',
    '\n \\\n',
  ];
  for (const piece of pieces) expect((await guessImports(piece.repeat(70_000))).length).toBeLessThan(3);
});

it('names in modules do not keep later modules out', async () => {
  const many = Array.from({ length: 40 }, (_none, index) => `from m${String(index)} import a, b, c, d`);
  expect(await guessImports([...many, 'import openpyxl'].join('\n'))).toContain('openpyxl');
});
