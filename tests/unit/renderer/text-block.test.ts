import { describe, expect, it } from 'vitest';
import { spansOf } from '../../../src/renderer/console/model/ansi.ts';
import { foldOf } from '../../../src/renderer/console/model/fold.ts';
import { TextBlock } from '../../../src/renderer/console/model/text-block.ts';

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

  it('cut very long lines', () => {
    const [span] = spansOf({ carry: '', text: 'x'.repeat(1_000_000) });
    expect(span?.text.length).toBeLessThan(10_000);
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
