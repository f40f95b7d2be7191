/** Where a text is found in cells: in their code, and in all that came of them. */
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { MAX_MATCHES, PartSearch } from '../../../../src/renderer/console/model/find/cell-search.ts';
import { textsOf } from '../../../../src/renderer/console/model/find/item-texts.ts';
import { caseFolds, patternOf, type Pattern } from '../../../../src/renderer/console/model/find/pattern.ts';
import { Cell, richItem, type CellItem } from '../../../../src/renderer/console/model/cell.ts';
import { plainText } from '../../../../src/renderer/console/model/texts/plain-text.ts';
import { TextBlock } from '../../../../src/renderer/console/model/texts/text-block.ts';
import { TextRows } from '../../../../src/renderer/console/model/texts/text-rows.ts';
import { TABLE_MIME } from '../../../../src/shared/contract/table.ts';

const folds = caseFolds();
const pattern = (text: string): Pattern => {
  const made = patternOf({ text, matchesCase: false, isWholeWord: false }, folds);
  if (made === null) throw new Error('nothing to look for');
  return made;
};
const finish = (search: PartSearch): PartSearch => {
  while (!search.step());
  return search;
};
const placesIn = (item: CellItem, text: string): (readonly [number | string, number])[] =>
  finish(new PartSearch(new Cell('c'), item, pattern(text), textsOf)).matches.map(
    ({ from, key }) => [key, from] as const,
  );
const block = (text: string): TextBlock => {
  const made = new TextBlock('stdout');
  made.append(text);
  return made;
};
/** Of a processor, in ms: what else the machine is busy with does not count. */
const busyDuring = (work: () => void): number => {
  const before = process.cpuUsage();
  work();
  const { system, user } = process.cpuUsage(before);
  return (system + user) / 1000;
};

it('code, with each kind of line break as one', () => {
  const cell = new Cell('c', 'a\r\nneedle\rneedle');
  const { matches } = finish(new PartSearch(cell, null, pattern('needle'), textsOf));
  expect(matches.map(({ from }) => from)).toEqual([2, 9]);
});

describe('outputs', () => {
  it('lines of a text, without the codes of a terminal', () => {
    expect(placesIn(block('one\nne\x1b[31mED\x1b[0mle needle\nprogress\rneedle\n'), 'needle')).toEqual([
      [1, 0],
      [1, 7],
      [2, 0],
    ]);
  });

  it('a value, line by line as it is shown', () => {
    expect(placesIn({ kind: 'value', text: 'x\n\nx needle\nover\rneedle' }, 'needle')).toEqual([
      [2, 2],
      [3, 0],
    ]);
  });

  it.each([
    ['\r\rneedle\r\r', [[0, 0]]],
    ['a\rb needle', [[0, 2]]],
    ['needle\rb', []],
    ['\r\r', []],
    ['\r\nneedle\r\n\r', [[1, 0]]],
  ])('a value whose lines are written over: %j', (text, places) => {
    expect(placesIn({ kind: 'value', text }, 'needle')).toEqual(places);
  });

  it('a value of carriage returns, without a text for what is between each two', () => {
    const text = `needle${'\r'.repeat(32 * 1024 * 1024)}`;
    const seen: (string | undefined)[] = [];
    const reading = busyDuring(() => {
      for (const read of textsOf({ kind: 'value', text })) seen.push(read?.text);
    });
    expect(seen).toEqual(['needle']);
    expect(reading).toBeLessThan(busyDuring(() => text.split('\r')) / 2);
  });

  it('an error, an input; nothing secret', () => {
    const error = { type: 'NeedleError', message: 'a needle', traceback: '\n needle', line: null };
    expect(placesIn({ kind: 'error', error }, 'needle')).toEqual([
      ['type', 0],
      ['message', 2],
      ['traceback', 2],
    ]);
    const input = {
      kind: 'input',
      prompt: 'needle?',
      printed: false,
      secret: false,
      answer: 'needle',
    } as const;
    expect(placesIn(input, 'needle')).toEqual([
      ['prompt', 0],
      ['answer', 0],
    ]);
    expect(placesIn({ ...input, printed: true, secret: true }, 'needle')).toEqual([]);
  });

  it('Markdown and text with formulas, as they are shown', () => {
    const text = '# A *nee*dle\n\n- needle $needle$\n\n```\nneedle\n```';
    expect(placesIn(richItem({ 'text/markdown': text }), 'needle')).toEqual([
      ['text', 2],
      ['text', 9],
      ['text', 17],
    ]);
    expect(placesIn(richItem({ 'text/latex': 'needle $needle$' }), 'needle')).toEqual([['text', 0]]);
  });

  it('a tree of JSON, in its order', () => {
    const json = JSON.stringify({ needle: [1, 'needle'], other: { needle: 2 } });
    expect(placesIn(richItem({ 'application/json': json }), 'needle')).toEqual([
      ['/0', 0],
      ['/0/1', 4],
      ['/1/0', 0],
    ]);
  });

  it('tables and pages of HTML, and data frames', () => {
    const table =
      '<table><thead><tr><th>needle</th></tr></thead><tbody><tr><td>a needle</td></tr></tbody></table>';
    expect(placesIn(richItem({ 'text/html': table }), 'needle')).toEqual([
      ['head/0/0', 0],
      ['body/0/0', 2],
    ]);
    const page = '<h1>nee<b>dle</b></h1><script>needle</script><p>needle';
    expect(placesIn(richItem({ 'text/html': page }), 'needle')).toHaveLength(1);
    const frame = {
      version: 1,
      table: 'ab',
      rows: 1,
      columns: 1,
      keptRows: 1,
      levels: 1,
      fields: [
        { name: [''], type: 'int64', isNumber: true },
        { name: ['needle'], type: 'object', isNumber: false },
      ],
      head: [['0', 'a needle']],
    };
    expect(placesIn(richItem({ [TABLE_MIME]: JSON.stringify(frame) }), 'needle')).toEqual([
      ['names', 0],
      ['cell/0/1', 2],
    ]);
  });

  it('pictures have nothing to be read', () => {
    expect(placesIn(richItem({ 'image/png': 'iVBORw0KGgo=', 'text/plain': 'needle' }), 'needle')).toEqual([]);
  });
});

it('goes on where a text has grown, and keeps what it has found', () => {
  const text = block('needle\nnee');
  const search = finish(new PartSearch(new Cell('c'), text, pattern('needle'), textsOf));
  const [first] = search.matches;
  text.append('dle\nneedle');
  finish(search);
  expect(search.matches.map(({ from, key }) => [key, from])).toEqual([
    [0, 0],
    [1, 0],
    [2, 0],
  ]);
  expect(search.matches[0]).toBe(first);
  text.append('\n');
  expect(finish(search).matches).toHaveLength(3);
});

it('a match in a long line with colours is in the row in which it is shown', () => {
  const line = Array.from(
    { length: 2000 },
    (_none, at) => `\x1b[3${String(at % 8)}mitem ${String(at)}\x1b[0m`,
  ).join(', ');
  const text = block(`first\n${line}\nneedle`);
  const rows = new TextRows(text);
  const { matches } = finish(new PartSearch(new Cell('c'), text, pattern('item 1777'), textsOf));
  expect(matches).toHaveLength(1);
  const from = matches[0]?.from ?? 0;
  const row = rows.rowOf(1, from);
  const place = rows.place(row);
  expect(place.line).toBe(1);
  const shown = [row, row + 1].map((at) => plainText(rows.at(at).text)).join('');
  expect(shown.slice(from - place.from)).toMatch(/^item 1777/u);
  expect(rows.place(rows.rowOf(2, 0))).toEqual({ line: 2, from: 0 });
  expect(rows.place(0)).toEqual({ line: 0, from: 0 });
});

it('stops counting, and goes through 50 MB of one line in short pieces', () => {
  const text = block('a needle, '.repeat(5_000_000));
  const search = new PartSearch(new Cell('c'), text, pattern('needle'), textsOf);
  search.step();
  let steps = 0;
  while (!search.step()) steps += 1;
  expect(search.matches.length).toBeGreaterThan(MAX_MATCHES);
  expect(steps).toBeLessThan(100);
  const rare = new PartSearch(new Cell('c'), text, pattern('needles'), textsOf);
  let pieces = 1;
  while (!rare.step()) pieces += 1;
  expect(rare.matches).toEqual([]);
  // A millisecond or so each.
  expect(pieces).toBeGreaterThan(50_000_000 / 128 / 1024);
});

describe('JSON', () => {
  it('of a million values is gone through value by value', () => {
    const item = richItem({ 'application/json': `[${'0,'.repeat(1_000_000)}"needle"]` });
    const firstOf = (most: number): number =>
      busyDuring(() => {
        const texts = textsOf(item);
        for (let count = 0; count < most && texts.next().done !== true; count += 1);
      });
    // To read the JSON takes a small part of it; to list all its values first, the most of it.
    expect(firstOf(10)).toBeLessThan(firstOf(Infinity) / 2);
    expect(placesIn(item, 'needle')).toEqual([['/1000000', 10]]);
  });

  it('that is nested too deep for a tree is searched as the text that it is shown as', () => {
    const json = `${'['.repeat(20_000)}"needle"${']'.repeat(20_000)}`;
    expect(placesIn(richItem({ 'application/json': json }), 'needle')).toEqual([[0, 20_001]]);
  });
});

describe('a page of HTML', () => {
  const textOf = (html: string): string => {
    for (const text of textsOf(richItem({ 'text/html': html }))) if (text !== null) return text.text;
    throw new Error('no text');
  };

  it.each([
    ['<h1>a <b>b</b></h1>\n c&amp;&#100;<br>e', 'a b c&d e'],
    ['<head><title>x</title><style>y</style><body>a', 'a'],
    ['<template>x<template>y</template>z</template>a</template>', 'a'],
    ['<script>"<b>x"</script>a<SCRIPT>x', 'a'],
    ['<p title="x">a<!-- x -->b</p>', 'ab'],
    ['', ''],
  ])('%s', (html, text) => {
    expect(textOf(`<img>${html}`)).toBe(text);
  });

  it('is read whole, also where a piece of it ends within a tag, a blank or a character that is written in letters', () => {
    for (const part of ['<i class="x">a</i>', 'a  \n\t ', '&nbsp;a&amp;', '<!-- x -->a']) {
      const count = 5000;
      expect(textOf(`<img>${part.repeat(count)}`).match(/a(?!mp)/gu)).toHaveLength(count);
      expect(textOf(`<img>${part.repeat(count)}`)).not.toMatch(/\s\s|[<>x]/u);
    }
  });

  it.each([
    ['elements in each other, and ends of others', `${'<b>'.repeat(1e6)}${'</i>'.repeat(1e6)}needle`],
    ['attributes', `<p ${'a=b '.repeat(2e6)}>needle`],
    ['text', `${'<a '.repeat(1e4)}>${'text &amp; '.repeat(7e5)}needle`],
    ['a table', `<table><tr><td>${'x</i> '.repeat(1e6)}</td></tr><tr><td>needle</td></tr></table><img>`],
  ])('of %s takes time that grows with its length, in short pieces', (_what, html) => {
    const search = new PartSearch(new Cell('c'), richItem({ 'text/html': html }), pattern('needle'), textsOf);
    let steps = 0;
    const busy = busyDuring(() => {
      for (; !search.step(); steps += 1);
    });
    expect(search.matches).toHaveLength(1);
    expect(steps).toBeGreaterThan(html.length / 32 / 1024);
    // Some hundred milliseconds; hours when each end of an element looks through all that are open.
    expect(busy).toBeLessThan(10_000);
  });
});
