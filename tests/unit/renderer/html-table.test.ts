import { describe, expect, it } from 'vitest';
import { htmlTableSteps, type TableData } from '../../../src/renderer/console/model/tables/html-table.ts';

const readHtmlTable = (html: string): TableData | null => {
  const steps = htmlTableSteps(html);
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value;
};

const FRAME = `<div>
<style scoped>
    .dataframe tbody tr th { vertical-align: top; }
</style>
<table border="1" class="dataframe">
  <thead><tr style="text-align: right;"><th></th><th>city</th><th>people</th></tr></thead>
  <tbody>
    <tr><th>0</th><td>Bern &amp; more</td><td>134794</td></tr>
    <tr><th>1</th><td>&lt;b&gt;</td><td>NaN</td></tr>
  </tbody>
</table>
<p>2 rows × 2 columns</p>
</div>`;

describe('a data frame', () => {
  const table = readHtmlTable(FRAME);

  it('becomes rows of texts, markup in cells included', () => {
    expect(table?.head.map((row) => row.map(({ text }) => text))).toEqual([['', 'city', 'people']]);
    expect(table?.body.map((row) => row.map(({ text }) => text))).toEqual([
      ['0', 'Bern & more', '134794'],
      ['1', '<b>', 'NaN'],
    ]);
    expect(table?.caption).toBe('2 rows × 2 columns');
  });

  it('knows headers and numbers', () => {
    expect(table?.body[1]?.map(({ isHeader, isNumber }) => [isHeader, isNumber])).toEqual([
      [true, true],
      [false, false],
      [false, true],
    ]);
  });
});

it('does not take the contents of a style element for text', () => {
  const table = readHtmlTable('<table><tr><td><style>td { color: red }</style>a</td></tr></table>');
  expect(table?.body[0]?.map(({ text }) => text)).toEqual(['a']);
});

it('bounds the spans of cells', () => {
  const table = readHtmlTable(
    '<table><tr><td colspan="2" rowspan="0">a</td><td colspan="1e9">b</td></tr></table>',
  );
  expect(table?.body[0]?.map(({ columns, rows }) => [columns, rows])).toEqual([
    [2, 1],
    [1000, 1],
  ]);
});

it.each([
  ['no table', '<p>hello</p>'],
  ['two tables', '<table><tr><td>a</td></tr></table><table><tr><td>b</td></tr></table>'],
  ['a picture', '<table><tr><td><img src="x"></td></tr></table>'],
  ['a script', '<table><tr><td>a</td></tr></table><script>alert(1)</script>'],
  ['styled cells', '<style>#a{color:red}</style><table><tr><td id="a">a</td></tr></table>'],
  ['no cells', '<table></table>'],
  ['too many cells', `<table><tr>${'<td>x</td>'.repeat(50_001)}</tr></table>`],
])('%s is shown as a page instead', (_name, html) => {
  expect(readHtmlTable(html)).toBeNull();
});

it.each([
  ['a number without end', `<table><tr><td>${'1'.repeat(2_000_000)}x</td></tr></table>`, 1],
  ['elements in each other', `<table>${'<div>'.repeat(500_000)}${'</b>'.repeat(500_000)}</table>`, null],
  ['ends of nothing', `<table><tr><td>x${'</b>'.repeat(1_000_000)}</td></tr></table>`, 1],
])('reads %s in bounded time', (_what, html, rows) => {
  expect(readHtmlTable(html)?.body.length ?? null).toBe(rows);
});

it('leaves tables that would keep the page busy to a frame', () => {
  const rows = (count: number, text: string): string =>
    `<table>${`<tr><td>${text}</td></tr>`.repeat(count)}</table>`;
  expect(readHtmlTable(rows(10_000, 'x'))?.body).toHaveLength(10_000);
  expect(readHtmlTable(rows(10_001, 'x'))).toBeNull();
  const [row] = readHtmlTable(rows(1, 'x'.repeat(5000)))?.body ?? [];
  expect(row?.map(({ text }) => text)).toEqual([`${'x'.repeat(1000)}…`]);
});
