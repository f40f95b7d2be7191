/** What matches a text that is looked for, and what does not; and that it takes no longer for hostile texts. */
import { describe, expect, it } from 'vitest';
import {
  caseFolds,
  matchesIn,
  matchSteps,
  MAX_QUERY_LENGTH,
  patternOf,
  Scan,
  type Pattern,
} from '../../../../src/renderer/console/model/find/pattern.ts';

const folds = caseFolds();
const pattern = (text: string, options: { matchesCase?: boolean; isWholeWord?: boolean } = {}): Pattern => {
  const made = patternOf({ text, matchesCase: false, isWholeWord: false, ...options }, folds);
  if (made === null) throw new Error('nothing to look for');
  return made;
};

describe('a text', () => {
  it.each([
    ['needle', 'a NEEDLE, a Needle', [2, 12]],
    ['aa', 'aaaaa', [0, 2]],
    ['aab', 'aaaab', [2]],
    ['abcabd', 'abcabcabd', [3]],
    ['.*', 'a.*b.+', [1]],
    ['\\d', '1 \\d', [2]],
    ['straße', 'STRAßE strasse', [0]],
    ['ΣΟΦΌΣ', 'σοφός', [0]],
    ['äö', 'ÄÖ', [0]],
    ['😀', 'x😀😀', [1, 3]],
    ['x', '', []],
  ])('%s in %s, whatever its case', (text, searched, expected) => {
    expect(matchesIn(pattern(text), searched)).toEqual(expected);
  });

  it('in its own case', () => {
    expect(matchesIn(pattern('Ab', { matchesCase: true }), 'ab AB Ab')).toEqual([6]);
  });

  it.each([
    ['x', 'x = xs + _x + x', [0, 14]],
    ['x', 'éx xé 1x x1', []],
    ['an', 'banan an', [6]],
    ['.x', 'a.x .xy', [1]],
    ['aa', 'aaa aa', [4]],
    ['データ', 'データ、データ型', [0]],
  ])('%s in %s as a whole word', (text, searched, expected) => {
    expect(matchesIn(pattern(text, { isWholeWord: true }), searched)).toEqual(expected);
  });

  it.each([false, true])('is found across the pieces of a text (whole word: %s)', (isWholeWord) => {
    const text = 'one needle, two needles, needle';
    const expected = matchesIn(pattern('needle', { isWholeWord }), text);
    expect(expected).toEqual(isWholeWord ? [4, 25] : [4, 16, 25]);
    for (let size = 1; size < text.length; size += 1) {
      const found: number[] = [];
      const scan = new Scan(pattern('needle', { isWholeWord }), (from) => void found.push(from));
      for (let at = 0; at < text.length; at += size) scan.add(text.slice(at, at + size));
      scan.end();
      expect(found, `pieces of ${String(size)}`).toEqual(expected);
    }
  });

  it('that is empty or too long is not looked for', () => {
    expect(patternOf({ text: '', matchesCase: true, isWholeWord: false }, folds)).toBeNull();
    const long = 'x'.repeat(MAX_QUERY_LENGTH + 1);
    expect(patternOf({ text: long, matchesCase: true, isWholeWord: false }, folds)).toBeNull();
  });
});

it('takes a time that grows with the text alone, also for one that nearly matches everywhere', () => {
  const timeOf = (text: string, query: string): number => {
    const made = pattern(query, { isWholeWord: true });
    let best = Infinity;
    for (let round = 0; round < 5; round += 1) {
      const begun = performance.now();
      matchesIn(made, text);
      best = Math.min(best, performance.now() - begun);
    }
    return best;
  };
  const text = 'a'.repeat(2_000_000);
  const short = timeOf(text, 'ab');
  // A search that begins anew at each place would take 500 times as long.
  expect(timeOf(text, `${'a'.repeat(999)}b`)).toBeLessThan(short * 20 + 20);
});

describe('the steps of a search', () => {
  const text = 'needle, '.repeat(1_000_000);

  it.each([false, true])('find the same (whole word: %s)', (isWholeWord) => {
    const made = pattern('needle', { isWholeWord });
    const long = `${text.slice(0, 80_000)}needle`;
    expect([...matchSteps(made, long)].filter((at) => at !== null)).toEqual(matchesIn(made, long));
  });

  it('are short, and as few as are asked for', () => {
    let asked = 0;
    const made = pattern('needle', { matchesCase: true });
    // How much of the text is looked at shows in how much of the pattern is.
    const counted = new Proxy(made.units, {
      get: (units, key) => {
        if (key !== 'length') asked += 1;
        return Reflect.get(units, key) as unknown;
      },
    });
    const steps = matchSteps({ ...made, units: counted }, text);
    for (let count = 0; count < 300; count += 1) expect(steps.next().done).toBe(false);
    expect(asked).toBeLessThan(30_000);
  });
});
