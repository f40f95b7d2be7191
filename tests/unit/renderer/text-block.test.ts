import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { spansOf } from '../../../src/renderer/console/model/texts/ansi.ts';
import { foldOf } from '../../../src/renderer/console/model/texts/fold.ts';
import { TextBlock } from '../../../src/renderer/console/model/texts/text-block.ts';
import { ROW_CHARACTERS, rowsOf, TextRows } from '../../../src/renderer/console/model/texts/text-rows.ts';

const ESC = '\u001B';
const blockOf = (...pieces: string[]): TextBlock => {
  const block = new TextBlock('stdout');
  for (const piece of pieces) block.append(piece);
  return block;
};
const linesOf = (block: TextBlock): string[] => block.lines(0, block.lineCount).map(({ text }) => text);

describe('text that streams in', () => {
  it('is cut into lines wherever its pieces begin and end', () => {
    expect(linesOf(blockOf('a', 'b\nc', '\n', '\nd'))).toEqual(['ab', 'c', '', 'd']);
    expect(linesOf(blockOf('a\n'))).toEqual(['a']);
    expect(linesOf(blockOf('a\r', '\nb'))).toEqual(['a', 'b']);
    expect(blockOf().lineCount).toBe(0);
  });

  it('lets a carriage return begin the line again, as progress bars want it', () => {
    expect(linesOf(blockOf('10 %\r', '20 %\r30 %'))).toEqual(['30 %']);
    expect(linesOf(blockOf('10 %\r20 %\ndone\n'))).toEqual(['20 %', 'done']);
  });

  it('keeps colours over the end of a line, until they are reset', () => {
    const block = blockOf(`${ESC}[31mred\nstill${ESC}[0m\nplain`);
    expect(block.lines(0, 3).map((line) => spansOf(line).map(({ classes }) => classes))).toEqual([
      [['ansi-fg-red']],
      [['ansi-fg-red']],
      [[]],
    ]);
    expect(block.plain()).toBe('red\nstill\nplain');
  });

  it('does not let unclosed colours pile up', () => {
    const block = blockOf(`${`${ESC}[31m`.repeat(1000)}x\ny`);
    expect(block.lineAt(1).carry.length).toBeLessThanOrEqual(200);
  });
});

describe('spans', () => {
  it('hold what the guest wrote as text, markup included', () => {
    const [span] = spansOf({ carry: '', text: `${ESC}[1;32m<img src=x onerror=alert(1)>${ESC}[0m` });
    expect(span).toEqual({
      text: '<img src=x onerror=alert(1)>',
      classes: ['ansi-fg-green', 'ansi-bold'],
    });
  });
});

it.each([
  [0, { folded: false }],
  [40, { folded: false }],
  [41, { folded: true, head: 20, tail: 21 }],
  [10_000, { folded: true, head: 20, tail: 9980 }],
])('folding %i lines', (count, fold) => {
  expect(foldOf(count)).toEqual(fold);
});

describe('rows', () => {
  const textsOf = (rows: TextRows): string[] =>
    Array.from({ length: rows.count }, (_none, row) => rows.at(row).text);

  it('of a line of a megabyte are its whole text, each short enough to be drawn', () => {
    const long = Array.from({ length: 100_000 }, (_none, index) => `${String(index)} 😀`).join('-');
    const rows = new TextRows(blockOf(`one\n${long}\nlast\n${long.slice(0, 5000)}`));
    const texts = textsOf(rows);
    expect(Math.max(...texts.map(({ length }) => length))).toBeLessThanOrEqual(ROW_CHARACTERS);
    expect([texts[0], texts[1]?.endsWith(' ')]).toEqual(['one', true]);
    expect(texts.join('')).toBe(`one${long}last${long.slice(0, 5000)}`);
    expect(texts.every((text) => !/[\uD800-\uDBFF]$|^[\uDC00-\uDFFF]/u.test(text))).toBe(true);
  });

  it('grow with the text, and follow the line that is being written', () => {
    const block = blockOf('a\nb');
    const rows = new TextRows(block);
    expect(textsOf(rows)).toEqual(['a', 'b']);
    block.append(`${'x'.repeat(2500)}\rdone`);
    rows.update();
    expect(textsOf(rows)).toEqual(['a', 'done']);
    block.append(`\n${'y'.repeat(4001)}\nend\n`);
    rows.update();
    expect(textsOf(rows).map(({ length }) => length)).toEqual([1, 4, 2000, 2000, 1, 3]);
  });

  it('keep colours, and cut through no colour code', () => {
    for (let at = ROW_CHARACTERS - 8; at <= ROW_CHARACTERS + 2; at++) {
      const text = `${'x'.repeat(at)}${ESC}[1;31mred${ESC}[0m${'y'.repeat(3000)}`;
      const spans = rowsOf({ carry: '', text }).flatMap((row) => spansOf(row));
      expect(spans.map((span) => span.text).join('')).toBe(`${'x'.repeat(at)}red${'y'.repeat(3000)}`);
      const red = spans.filter(({ classes }) => classes.includes('ansi-fg-red'));
      expect(red.map((span) => span.text).join('')).toBe('red');
    }
    const escapes = ESC.repeat(10_000);
    expect(
      rowsOf({ carry: '', text: escapes })
        .map((row) => row.text)
        .join(''),
    ).toBe(escapes);
  });

  it('of very many lines are found at once', () => {
    const rows = new TextRows(blockOf(`${'z'.repeat(3000)}\n`.repeat(300), 'line\n'.repeat(100_000)));
    const begun = performance.now();
    for (let row = 0; row < rows.count; row++) rows.at(row);
    expect(rows.count).toBe(100_600);
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});

describe('parts between carriage returns', () => {
  it.each(['a\rb', '\rb', 'a\r', 'a\r\rb\r', '\r\r', 'abc\ra', 'a'])(
    'show the same whole and letter by letter: %j',
    (text) => {
      const whole = blockOf(`x${text}`, 'y');
      const single = blockOf('x', ...Array.from(text), 'y');
      expect(whole.plain()).toBe(single.plain());
    },
  );

  it('are not made where a line has millions of them', () => {
    const split = vi.spyOn(String.prototype, 'split');
    onTestFinished(() => split.mockRestore());
    expect(blockOf('\r'.repeat(2_000_000), 'end').plain()).toBe('end');
    expect(split.mock.calls.map(([separator]) => separator)).not.toContain('\r');
  });
});
