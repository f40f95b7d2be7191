import { expect, it } from 'vitest';
import { guessImports } from '../../../src/main/sandbox/import-guess.ts';

it.each([
  ['import numpy', ['numpy']],
  ['import numpy as np, pandas as pd # both', ['numpy', 'pandas']],
  ['  import a.b.c; x = 1', ['a.b.c']],
  ['from matplotlib import pyplot as plt, cm', ['matplotlib', 'matplotlib.pyplot', 'matplotlib.cm']],
  ['from sklearn.svm import (SVC)', ['sklearn.svm', 'sklearn.svm.SVC']],
  ['from . import x\nfrom .y import z', []],
  ['print("no")\nimportant = 1', []],
  ['import 1, a-b', []],
  [
    'import micropip, IPython\nfrom IPython.display import display, HTML\nfrom IPython import get_ipython',
    [],
  ],
  ['import IPython.core.magic, IPythonic', ['IPython.core.magic', 'IPythonic']],
])('%j seems to import %j', (code, modules) => {
  expect(guessImports(code)).toEqual(modules);
});

it('stays small and quick, whatever the code is', () => {
  const many = Array.from({ length: 5000 }, (_none, index) => `import m${String(index)}`).join('\n');
  expect(guessImports(many)).toHaveLength(100);
  expect(guessImports(`import ${'a'.repeat(500_000)}`)).toEqual([]);
  expect(guessImports(`from ${'\t'.repeat(500_000)}`)).toEqual([]);
});
