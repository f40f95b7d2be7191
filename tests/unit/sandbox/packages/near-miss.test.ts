import { expect, it } from 'vitest';
import { nearMiss } from '../../../../src/main/sandbox/packages/near-miss.ts';

const NAMES = ['numpy', 'pandas', 'matplotlib', 'scipy', 'os', 'json', 'csv', 'seaborn', 'utils', 'sklearn'];

it.each([
  ['pandsa', 'pandas'],
  ['panda', 'pandas'],
  ['nunpy', 'numpy'],
  ['matplotlb', 'matplotlib'],
  ['matplotib', 'matplotlib'],
  ['seabron', 'seaborn'],
  ['utlis', 'utils'],
  ['Scipy', 'scipy'],
  ['pandass', 'pandas'],
  ['matplotlip', 'matplotlib'],
  ['sklear', 'sklearn'],
  ['config', null],
  ['helpers', null],
  ['jsn', null],
  ['cvs', null],
  ['ax', null],
  ['p'.repeat(500), null],
])('%s: %s was meant', (typed, meant) => {
  expect(nearMiss(typed, NAMES)).toBe(meant);
});

it.each([
  ['config', 'donfig'],
  ['stats', 'pstats'],
  ['graph', 'igraph'],
  ['parser', 'parse'],
  ['schemas', 'schema'],
  ['tools', 'toolz'],
  ['plotting', 'plotnine'],
  ['functions', 'functional'],
])('%s is what people call files of their own, and no slip for %s', (typed, packageName) => {
  expect(nearMiss(typed, [packageName])).toBeNull();
});

it('the nearest one is taken, and of equally near ones the first', () => {
  expect(nearMiss('statsmodel', ['statmodels', 'statsmodels'])).toBe('statsmodels');
  expect(nearMiss('plotyl', ['plotly', 'plotyll'])).toBe('plotly');
});
