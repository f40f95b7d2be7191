import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { readDelimited } from '../../../src/renderer/console/model/delimited-text.ts';
import { previewOf } from '../../../src/renderer/console/model/file-preview.ts';
import {
  drawnSize,
  MAX_ELEMENTS,
  MAX_ELEMENTS_PER_OUTPUT,
} from '../../../src/renderer/console/model/drawn-size.ts';
import { shownOutput } from '../../../src/renderer/console/model/rich-output.ts';
import { jsonShape } from '../../../src/renderer/console/model/texts/json-shape.ts';
import { findPackages, packageRows } from '../../../src/renderer/packages/model/package-rows.ts';
import { joinLines, splitLines } from '../../../src/renderer/settings/lines.ts';
import { createFormat } from '../../../src/renderer/shared/format.ts';
import { readNumber } from '../../../src/renderer/shared/read-number.ts';
import { TABLE_LIMITS, TABLE_MIME } from '../../../src/shared/contract/table.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('an output', () => {
  it.each([
    [{ 'text/plain': 'Figure', 'image/png': 'iVBORw0KGgo=' }, 'image'],
    [{ 'image/svg+xml': '<svg/>', 'text/html': '<b>' }, 'image'],
    [{ 'text/html': '<table>', 'text/plain': 'x' }, 'html'],
    [{ 'image/png': 'iVBORw0KGgo=', 'application/vnd.plotly.v1+json': '{}' }, 'chart'],
    [{ 'application/vnd.vegalite.v6.json': '{}' }, 'chart'],
    [{ 'application/vnd.vegalite.v5+json': '{}' }, 'chart'],
    [{ 'application/vnd.vega.v6+json': '{}' }, 'chart'],
    [{ 'application/vnd.plotly.v1+jsonx': '{}', 'text/html': '<b>' }, 'html'],
    [{ 'text/plain': 'x' }, 'text'],
    [{ 'image/png': 'not base64!', 'text/plain': 'x' }, 'text'],
    [{ 'application/x-unknown': 'x' }, 'text'],
  ])('%j is shown as %s', (mime, kind) => {
    expect(shownOutput(mime).kind).toBe(kind);
  });
});

describe('a data frame', () => {
  const described = (fields: number, head: unknown): string =>
    JSON.stringify({
      version: 1,
      table: 'ab',
      rows: 1000,
      columns: fields - 1,
      keptRows: 1000,
      levels: 1,
      fields: Array.from({ length: fields }, (_none, at) => ({
        name: ['a', 'b', `${at}, {"`],
        type: 'int64',
        isNumber: true,
      })),
      head,
    });
  const { fields, headFields, headRows } = TABLE_LIMITS;
  const row = Array<string>(headFields).fill('1,2:[{');

  it('of as many columns as there can be is shown as a table', () => {
    const text = described(fields, Array<string[]>(headRows).fill(row));
    expect(shownOutput({ [TABLE_MIME]: text, 'text/plain': 'x' }).kind).toBe('table');
  });

  it('with millions of small values is not even parsed', () => {
    const parse = vi.spyOn(JSON, 'parse');
    onTestFinished(() => parse.mockRestore());
    const text = `{"version":1,"head":[[${'0,'.repeat(900_000)}0]]}`;
    expect(shownOutput({ [TABLE_MIME]: text, 'text/plain': 'x' }).kind).toBe('text');
    expect(parse).not.toHaveBeenCalled();
  });
});

it.each([
  ['1', { depth: 0, values: 1 }],
  ['[1, [2], {"a": "b"}]', { depth: 2, values: 7 }],
  [String.raw`{"[,:\"": "]\\"}`, { depth: 1, values: 3 }],
  [']]]', { depth: 0, values: 1 }],
  ['"[', { depth: 0, values: 1 }],
])('%s is known by its shape', (json, shape) => {
  expect(jsonShape(json)).toEqual(shape);
});

describe('what takes much of the page', () => {
  const elementsOf = (mime: Record<string, string>): number => drawnSize(shownOutput(mime)).elements;

  it('is what has many rows, and never so much that it hides what is beside it', () => {
    const small = elementsOf({ 'application/json': '[1]' });
    const large = elementsOf({ 'application/json': `[${'1,'.repeat(5000)}1]` });
    expect([small < 20, large > 500, large < 1000]).toEqual([true, true, true]);
    expect(elementsOf({ 'text/html': `<table>${'<td>'.repeat(1_000_000)}` })).toBe(MAX_ELEMENTS_PER_OUTPUT);
    expect(2 * MAX_ELEMENTS_PER_OUTPUT).toBeLessThan(MAX_ELEMENTS);
    expect(elementsOf({ 'text/html': `<p>${'x'.repeat(1_000_000)}</p>` })).toBeLessThan(100);
    expect(elementsOf({ 'image/png': 'iVBORw0KGgo=' })).toBeLessThan(100);
  });
});

describe('a preview', () => {
  it('of a table understands quotes, and counts its rows', () => {
    const rows = Array.from({ length: 150 }, (_, index) => `${index};"a;""b""\nc"`).join('\r\n');
    const preview = previewOf('x.CSV', bytesOf(`n;text\r\n${rows}`));
    if (preview.kind !== 'table') throw new Error(preview.kind);
    expect(preview.cut).toBe(true);
    expect(preview.table.body).toHaveLength(100);
    expect(preview.table.body[1]?.map(({ text, isNumber }) => [text, isNumber])).toEqual([
      ['1', true],
      ['a;"b"\nc', false],
    ]);
  });

  it.each([
    ['a.png', 'image'],
    ['a.txt', 'text'],
    ['a.constructor', 'text'],
    ['a.bin', 'none'],
  ])('%s', (name, kind) => {
    expect(previewOf(name, kind === 'none' ? new Uint8Array([0, 255]) : bytesOf('hello ü')).kind).toBe(kind);
  });

  it('reads no more rows than it shows', () => {
    expect(readDelimited('a,b\n'.repeat(1000), 3)).toHaveLength(3);
    expect(readDelimited('', 3)).toEqual([]);
  });
});

describe('packages', () => {
  const rows = packageRows(
    [
      { name: 'numpy', version: '2', imports: ['numpy'], installed: true },
      { name: 'pandas', version: '3', imports: ['pandas'], installed: false },
      { name: 'geopandas', version: '1', imports: ['geopandas'], installed: false },
    ],
    [
      { name: 'numpy', version: '2', bytes: 5, origin: 'lock', kind: 'wheel' },
      { name: 'openblas', version: '1', bytes: 5, origin: 'lock', kind: 'library' },
    ],
    ['numpy', 'openblas'],
  );

  it('are listed with installed ones first and without shared libraries', () => {
    expect(rows.map(({ name, bytes, inSession }) => [name, bytes, inSession])).toEqual([
      ['numpy', 5, true],
      ['geopandas', null, false],
      ['pandas', null, false],
    ]);
  });

  it('are found by part of the name, the best match first', () => {
    expect(findPackages(rows, ' PANDAS').map(({ name }) => name)).toEqual(['pandas', 'geopandas']);
  });
});

describe('what is typed', () => {
  it.each([
    ['1,5', { min: 0.1, max: 10, whole: false }, 1.5],
    [' 64 ', { min: 64, max: 4096, whole: true }, 64],
    ['63', { min: 64, max: 4096, whole: true }, null],
    ['64.5', { min: 64, max: 4096, whole: true }, null],
    ['1e9', { min: 0, max: 1e12, whole: false }, null],
    ['', { min: 0, max: 1, whole: false }, null],
  ])('%j is a number or not', (text, range, value) => {
    expect(readNumber(text, range)).toBe(value);
  });

  it('lists have one entry a line', () => {
    expect(splitLines('a\n\n b ,c\na')).toEqual(['a', 'b', 'c']);
    expect(joinLines(['a', 'b'])).toBe('a\nb');
  });
});

describe('numbers with units', () => {
  const format = createFormat('en');
  it.each([
    [format.seconds(300), '0.3 s'],
    [format.seconds(40), '0.04 s'],
    [format.seconds(62_000), '62 s'],
    [format.elapsed(3_000), '00:03'],
    [format.elapsed(3_723_000), '01:02:03'],
    [format.bytes(0), '0 B'],
    [format.bytes(1_500_000), '1.5 MB'],
    [format.bytes(12_345_678), '12 MB'],
    [format.memory(512), '512 MiB'],
    [format.memory(1024), '1.0 GiB'],
    [createFormat('de').memory(1536), '1,5 GiB'],
  ])('%s', (written, wanted) => {
    expect(written).toBe(wanted);
  });
});
