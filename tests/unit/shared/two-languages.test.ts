/** What stands in TypeScript and again in Python, where neither can read the other's. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { textOfDisplay } from '../../../src/main/cli/output/display-text.ts';
import { ANIMATION_LIMITS, ANIMATION_MIME } from '../../../src/shared/contract/animation.ts';
import { chartLibraryOf } from '../../../src/shared/contract/charts.ts';
import { CLEAR_OUTPUT } from '../../../src/shared/contract/clear-output.ts';
import { TABLE_LIMITS, TABLE_MIME } from '../../../src/shared/contract/table.ts';
import { WORKSPACE } from '../../../src/shared/contract/workspace-path.ts';
import { LIMITS } from '../../../src/shared/limits.ts';
import { PRELOADED_FONTS } from '../../../src/shared/plot-fonts.ts';
import { LAST_CALL } from '../../../src/shared/protocol/blocking-calls.ts';
import { MAX_PROMPT_UNITS } from '../../../src/shared/protocol/interpreter.ts';
import { COUNT_BYTES } from '../../../src/utility/realm/guest-device.ts';

const source = (file: string): string =>
  readFileSync(path.join(import.meta.dirname, '..', '..', '..', 'src', file), 'utf8');

it.each([
  ['utility/python/tables/shown_tables.py', `TABLE_MIME = "${TABLE_MIME}"`],
  ['shared/python/plots/animation_frames.py', `ANIMATION_MIME = "${ANIMATION_MIME}"`],
  ['utility/python/imports/provided/IPython/display.py', `_CLEAR = "${CLEAR_OUTPUT}"`],
  ['utility/python/packages/packages.py', `_WORKSPACE = "${WORKSPACE}"`],
  ['utility/python/packages/plot_fonts.py', `_WORKSPACE = "${WORKSPACE}"`],
  ['shared/python/workspace/workspace_files.py', `_MAX_FILES = ${LIMITS.listedFiles}`],
])('%s has the same: %s', (file, line) => {
  expect(source(file).split('\n')).toContain(line);
});

/** The number that a module of Python declares: a product, sum or power of integers. */
const numberIn = (file: string, name: string): number => {
  const declared = new RegExp(`^${name} = ([\\d_ *+-]+)(?:#.*)?$`, 'mu').exec(source(file))?.[1];
  if (declared === undefined) throw new Error(`${file} declares no number ${name}`);
  const power = (text: string): number =>
    text
      .split('**')
      .map((part) => Number(part.replaceAll('_', '')))
      .reduce((base, exponent) => base ** exponent);
  const product = (text: string): number =>
    text
      .split(/(?<!\*)\*(?!\*)/u)
      .map(power)
      .reduce((left, right) => left * right);
  const [first = Number.NaN, ...less] = declared.split('-').map(product);
  return less.reduce((left, right) => left - right, first);
};

/** What a value of JSON is wrapped into in a report, and in that report itself. */
const VALUE_FRAME_DEPTH = 2;

it.each([
  ['utility/python/tables/frame_table.py', '_HEAD_ROWS', TABLE_LIMITS.headRows],
  ['utility/python/tables/frame_table.py', '_HEAD_FIELDS', TABLE_LIMITS.headFields],
  ['utility/python/device.py', '_COUNT_BYTES', COUNT_BYTES],
  ['shared/python/outcomes/exact_json.py', 'MAX_DEPTH', LIMITS.valueJsonDepth - VALUE_FRAME_DEPTH],
  ['shared/python/outcomes/exact_json.py', 'MAX_INT', Number.MAX_SAFE_INTEGER],
  ['utility/python/functions/plain_data.py', '_MAX_INT', Number.MAX_SAFE_INTEGER],
  ['shared/python/names/name_reports.py', '_MAX_NAMES', LIMITS.reportedNames],
  ['main/native/python/channel_input.py', '_LAST_CALL', LAST_CALL],
])('%s has the same %s', (file, name, expected) => {
  expect(numberIn(file, name)).toBe(expected);
});

it.each([
  ['shared/python/plots/animation_frames.py', '_MAX_FRAMES', ANIMATION_LIMITS.frames],
  ['shared/python/plots/animation_frames.py', '_MAX_TEXT', ANIMATION_LIMITS.length],
  ['shared/python/plots/animation_frames.py', '_MAX_PIXELS', ANIMATION_LIMITS.pixels],
  ['utility/python/tables/frame_table.py', '_MAX_CELLS', TABLE_LIMITS.rows],
  ['utility/python/tables/frame_table.py', '_MAX_COLUMNS', TABLE_LIMITS.fields],
  // As JSON in UTF-8 no character has more than six bytes.
  ['utility/python/tables/frame_table.py', '_ANSWER_CHARACTERS', TABLE_LIMITS.answerBytes / 6],
  ['shared/python/outcomes/exact_json.py', 'MAX_BYTES', LIMITS.valueJsonBytes],
  ['main/native/python/channel_input.py', '_MAX_PROMPT_UNITS', MAX_PROMPT_UNITS],
])('%s makes no more than is accepted: %s', (file, name, most) => {
  expect(numberIn(file, name)).toBeGreaterThan(0);
  expect(numberIn(file, name)).toBeLessThanOrEqual(most);
});

it('the fonts that code is looked through for are those that are fetched before it runs', () => {
  const [, listed = ''] =
    /^_BY_NAME = \((.*)\)$/mu.exec(source('shared/python/plots/fallback_fonts.py')) ?? [];
  expect([...listed.matchAll(/"(\w+)"/gu)].map(([, script]) => script)).toEqual([...PRELOADED_FONTS]);
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
