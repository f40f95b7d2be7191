import { expect, it } from 'vitest';
import { definesName } from '../../../src/renderer/console/model/defined-names.ts';

it.each([
  ['x = 1', 'x'],
  ['x: int = 1', 'x'],
  ['a = x = 1', 'x'],
  ['a, (x, b) = f()', 'x'],
  ['[a, x] = f()', 'x'],
  ['a, *x = f()', 'x'],
  ['def x(): pass', 'x'],
  ['async def x(): pass', 'x'],
  ['class x: pass', 'x'],
  ['@d\ndef x(): pass', 'x'],
  ['import x', 'x'],
  ['import x.y', 'x'],
  ['import numpy as x', 'x'],
  ['import a, x', 'x'],
  ['from m import x', 'x'],
  ['from m import a as x', 'x'],
  ['for x in y: pass', 'x'],
  ['for a, x in y: pass', 'x'],
  ['with f() as x: pass', 'x'],
  ['print(x := 1)', 'x'],
  ['if a:\n    x = 1', 'x'],
  ['1/0\nx = 1', 'x'],
  ['x = 1\n((', 'x'],
])('%j makes the name', (source, name) => {
  expect(definesName(source, name)).toBe(true);
});

it.each([
  ['y = x', 'x'],
  ['print(x)', 'x'],
  ['x.a = 1', 'x'],
  ['x[0] = 1', 'x'],
  ['def f(x):\n    x = 1', 'x'],
  ['class A:\n    x = 1', 'x'],
  ['lambda x: x', 'x'],
  ['[x for x in y]', 'x'],
  ['import x as z', 'x'],
  ['import y.x', 'x'],
  ['from x import y', 'x'],
  ['for y in x: pass', 'x'],
  ['f(x=1)', 'x'],
  ['x == 1', 'x'],
  ['"x = 1"', 'x'],
  ['# x = 1', 'x'],
  ['xs = 1', 'x'],
  ['', 'x'],
])('%j does not', (source, name) => {
  expect(definesName(source, name)).toBe(false);
});
