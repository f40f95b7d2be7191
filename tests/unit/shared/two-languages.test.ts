/** What stands in TypeScript and again in Python, where neither can read the other's. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { textOfDisplay } from '../../../src/main/cli/output/display-text.ts';
import { ANIMATION_MIME } from '../../../src/shared/contract/animation.ts';
import { chartLibraryOf } from '../../../src/shared/contract/charts.ts';
import { CLEAR_OUTPUT } from '../../../src/shared/contract/clear-output.ts';
import { TABLE_MIME } from '../../../src/shared/contract/table.ts';
import { WORKSPACE } from '../../../src/shared/contract/workspace-path.ts';
import { LIMITS } from '../../../src/shared/limits.ts';

const source = (file: string): string =>
  readFileSync(path.join(import.meta.dirname, '..', '..', '..', 'src', file), 'utf8');

it.each([
  ['utility/python/tables/shown_tables.py', `TABLE_MIME = "${TABLE_MIME}"`],
  ['shared/python/plots/film.py', `ANIMATION_MIME = "${ANIMATION_MIME}"`],
  ['utility/python/imports/provided/IPython/display.py', `_CLEAR = "${CLEAR_OUTPUT}"`],
  ['utility/python/packages/packages.py', `_WORKSPACE = "${WORKSPACE}"`],
  ['utility/python/packages/plot_fonts.py', `_WORKSPACE = "${WORKSPACE}"`],
  ['shared/python/workspace/workspace_files.py', `_MAX_FILES = ${LIMITS.listedFiles}`],
])('%s has the same: %s', (file, line) => {
  expect(source(file).split('\n')).toContain(line);
});

it('charts are the same for Python, for the window and on a terminal', () => {
  const [, listed = ''] =
    /^_CHARTS = \((.*)\)$/mu.exec(source('shared/python/displays/display_forms.py')) ?? [];
  const beginnings = [...listed.matchAll(/"([^"]+)"/gu)].map(([, beginning = '']) => beginning);
  const charts = ['plotly.v1+json', 'vega.v5+json', 'vega.v6.json', 'vegalite.v5+json', 'vegalite.v6.json'];
  for (const chart of charts.map((name) => `application/vnd.${name}`)) {
    expect(chartLibraryOf(chart)).not.toBeNull();
    expect(beginnings.some((beginning) => chart.startsWith(beginning))).toBe(true);
    expect(textOfDisplay({ mime: { [chart]: '{}' } })).toMatch(/^\[a chart/u);
  }
  const known = [...charts.map((name) => `application/vnd.${name}`), ANIMATION_MIME];
  expect(beginnings.filter((beginning) => !known.some((mime) => mime.startsWith(beginning)))).toEqual([]);
});
