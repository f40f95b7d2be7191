import { describe, expect, it } from 'vitest';
import { withinBudget } from '../../../src/main/mcp/text-budget.ts';

const jsonBytes = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2;
const loneSurrogates = (text: string): number => text.match(/\p{Cs}/gu)?.length ?? 0;
/** Of the word about what is left out. */
const WORD_BYTES = 60;

describe('a text within a budget', () => {
  it('is left as it is where it fits', () => {
    expect(withinBudget('abc', 3)).toEqual({ text: 'abc', cut: false });
    expect(withinBudget('', 0)).toEqual({ text: '', cut: false });
    expect(withinBudget('"é\n', 8)).toEqual({ text: '"é\n', cut: false });
  });

  it.each([
    ['letters', 'abcdefghij'.repeat(5000)],
    ['what is escaped', '\u0000"\\\u001b'.repeat(5000)],
    ['pairs of surrogates', '😀'.repeat(5000)],
    ['lone surrogates', '\ud83d'.repeat(5000)],
    ['mixed ones', 'a😀\ud83dé\u0001'.repeat(5000)],
    ['one line of ideographs', '中文'.repeat(5000)],
  ])('keeps head and tail of %s', (_what, text) => {
    for (const budget of [0, 1, 7, 100, 4001]) {
      const { cut, text: short } = withinBudget(text, budget);
      expect(cut).toBe(true);
      expect(jsonBytes(short)).toBeLessThanOrEqual(budget + WORD_BYTES);
      const [head = '', tail = ''] = short.split(/\n\[… \d+ characters left out …\]\n/u);
      expect([text.startsWith(head), text.endsWith(tail)]).toEqual([true, true]);
      // No pair is torn apart.
      expect(loneSurrogates(short)).toBeLessThanOrEqual(loneSurrogates(text));
      const left = Number(/(\d+) characters/u.exec(short)?.[1]);
      expect(head.length + tail.length + left).toBe(text.length);
    }
  });
});
