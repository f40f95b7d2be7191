/** Texts that are set: formulas, Markdown, JSON. */
import { describe, expect, it } from 'vitest';
import {
  branchOf,
  childrenOf,
  FIRST_CHILDREN,
  leafText,
  readJson,
  spanWith,
  withMoreBefore,
  withMoreBehind,
} from '../../../src/renderer/console/model/texts/json-tree.ts';
import { readMarkdown, type MarkdownPart } from '../../../src/renderer/console/model/texts/markdown.ts';
import { mathSegments } from '../../../src/renderer/console/model/texts/math-text.ts';
import { shownOutput } from '../../../src/renderer/console/model/rich-output.ts';

describe('formulas in a text', () => {
  it.each([
    ['$\\displaystyle x^{2}$', [{ kind: 'math', tex: '\\displaystyle x^{2}', block: false }]],
    ['x^2', [{ kind: 'math', tex: 'x^2', block: true }]],
    ['$$a$$', [{ kind: 'math', tex: 'a', block: true }]],
    [
      'so $a$ is',
      [
        { kind: 'text', text: 'so ' },
        { kind: 'math', tex: 'a', block: false },
        { kind: 'text', text: ' is' },
      ],
    ],
    ['$a\\$b$', [{ kind: 'math', tex: 'a\\$b', block: false }]],
  ])('%s', (text, segments) => {
    expect(mathSegments(text)).toEqual(segments);
  });

  it('are found in time that grows with the text only', () => {
    const started = performance.now();
    mathSegments('$ '.repeat(4096));
    mathSegments('$'.repeat(8192));
    mathSegments('\\$'.repeat(4096));
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

/** All texts in it, in order. */
const wordsOf = (parts: readonly MarkdownPart[]): string =>
  parts
    .map((part) => {
      if (part.kind === 'element') return wordsOf(part.parts);
      return 'text' in part ? part.text : '';
    })
    .join('');

describe('Markdown', () => {
  it('is made of elements of a fixed list', () => {
    expect(readMarkdown('# One\n\n- **two** `three`')).toEqual([
      { kind: 'element', tag: 'h1', parts: [{ kind: 'text', text: 'One' }] },
      {
        kind: 'element',
        tag: 'ul',
        parts: [
          {
            kind: 'element',
            tag: 'li',
            parts: [
              {
                kind: 'element',
                tag: 'p',
                parts: [
                  { kind: 'element', tag: 'strong', parts: [{ kind: 'text', text: 'two' }] },
                  { kind: 'text', text: ' ' },
                  { kind: 'code', text: 'three', block: false },
                ],
              },
            ],
          },
        ],
      },
    ]);
  });

  it.each([
    ['<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
    ['[press](https://leak.invalid)', 'press (https://leak.invalid)'],
    ['[press](javascript:alert(1))', '[press](javascript:alert(1))'],
    ['![a picture](https://leak.invalid/a.png)', '[a picture]'],
  ])('has nothing of HTML, links and images but their words: %s', (text, words) => {
    expect(wordsOf(readMarkdown(text))).toBe(words);
    expect(JSON.stringify(readMarkdown(text))).not.toMatch(/"tag":"(?:a|img|script)"/u);
  });

  it('has formulas, in which nothing else has a meaning', () => {
    expect(readMarkdown('$a_1 * b_2 * c$')).toEqual([
      { kind: 'element', tag: 'p', parts: [{ kind: 'math', tex: 'a_1 * b_2 * c', block: false }] },
    ]);
  });

  it('has no more formulas than the page has time to set', () => {
    const parts = readMarkdown('$aaaaaaaaaa$ '.repeat(500));
    const text = JSON.stringify(parts);
    expect(text.match(/"math"/gu)).toHaveLength(409);
    expect(text.match(/"code"/gu)).toHaveLength(91);
  });

  it('is read in bounded time, whatever is in it', () => {
    const length = 32 * 1024;
    const started = performance.now();
    for (const piece of ['*', '[', '`', '> ', '- ', '$', '![', '|', '\\', '<', '_a ', '[a](', '$a ', '~~'])
      readMarkdown(piece.repeat(Math.floor(length / piece.length)));
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('JSON', () => {
  it('is opened piece by piece', () => {
    const value = readJson('{"a": [1, 2, 3], "b": "text"}');
    expect(branchOf(value)).toEqual({ kind: 'object', count: 2 });
    expect(childrenOf(value, { from: 0, to: 1 })).toEqual([['a', [1, 2, 3]]]);
    expect(childrenOf(value, { from: 1, to: 9 })).toEqual([['b', 'text']]);
    expect(childrenOf([1, 2, 3], { from: 1, to: 3 })).toEqual([
      ['1', 2],
      ['2', 3],
    ]);
    expect(childrenOf(readJson('{"__proto__": 1}'), FIRST_CHILDREN)).toEqual([['__proto__', 1]]);
    expect(branchOf('text')).toBeNull();
    expect(leafText('t'.repeat(500))).toHaveLength(401);
  });

  it.each(['{', '', `[${'0,'.repeat(2 * 1024 * 1024)}0]`])('that can not be read is left as text', (text) => {
    expect(readJson(text)).toBeUndefined();
  });
});

describe('the children of JSON that are drawn', () => {
  it('are a hundred more at each wish, at both ends', () => {
    const more = withMoreBehind(FIRST_CHILDREN);
    expect(more).toEqual({ from: 0, to: 200 });
    expect(withMoreBefore({ from: 150, to: 250 })).toEqual({ from: 50, to: 250 });
    expect(withMoreBefore({ from: 50, to: 250 })).toEqual({ from: 0, to: 250 });
  });

  it('are never a million because the one that was found is far down', () => {
    expect(spanWith(FIRST_CHILDREN, 99)).toBe(FIRST_CHILDREN);
    for (const index of [100, 250, 999_999]) {
      const { from, to } = spanWith(FIRST_CHILDREN, index);
      expect(to - from).toBe(100);
      expect(from).toBeLessThanOrEqual(index);
      expect(to).toBeGreaterThan(index);
    }
  });

  it.each([
    ['[', ']'],
    ['{"a":', '}'],
  ])('are in no more than a hundred others: %s', (open, close) => {
    const nested = (depth: number): string => `${open.repeat(depth)}"]}{[\\""${close.repeat(depth)}`;
    expect(readJson(nested(100))).toBeDefined();
    expect(readJson(nested(101))).toBeUndefined();
    expect(readJson(nested(20_000))).toBeUndefined();
    expect(readJson(`[${'[],'.repeat(1000)}[]]`)).toHaveLength(1001);
  });
});

describe('an output', () => {
  it.each([
    ['latex', { 'text/latex': '$x$', 'text/plain': 'x' }],
    ['markdown', { 'text/markdown': '# a', 'text/latex': '$x$' }],
    ['json', { 'application/json': '{}', 'text/plain': '<JSON>' }],
    ['text', { 'text/latex': 'x'.repeat(10_000), 'text/plain': 'x' }],
    ['html', { 'audio/wav': 'UklGRg==' }],
    ['text', { 'audio/wav': '"><script>', 'text/plain': 'x' }],
  ] as const)('is shown as %s', (kind, mime: Readonly<Record<string, string>>) => {
    expect(shownOutput(mime).kind).toBe(kind);
  });
});
