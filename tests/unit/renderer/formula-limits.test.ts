/** Formulas that a guest writes take the page a bounded time. */
import { renderToString } from 'katex';
import { describe, expect, it } from 'vitest';
import {
  FORMULA_OPTIONS,
  isBounded,
  isModest,
  MAX_FORMULA_LENGTH,
} from '../../../src/renderer/console/model/texts/formula-limits.ts';

const set = (tex: string): string => renderToString(tex, { ...FORMULA_OPTIONS, displayMode: true });

/** As long as it may be. */
const repeated = (piece: string): string => piece.repeat(Math.floor(MAX_FORMULA_LENGTH / piece.length));
const nested = (before: string, after: string, depth = MAX_FORMULA_LENGTH): string => {
  const most = Math.min(depth, Math.floor((MAX_FORMULA_LENGTH - 1) / (before.length + after.length)));
  return `${before.repeat(most)}x${after.repeat(most)}`;
};

interface Tree {
  readonly children: Tree[];
}
/** KaTeX's markup as the elements that a browser makes of it. */
const treeOf = (markup: string): Tree => {
  const root: Tree = { children: [] };
  const open = [root];
  for (const [tag, end] of markup.matchAll(/<(\/?)[a-z][^>]*>/gu)) {
    if (end === '/') {
      open.pop();
      continue;
    }
    const tree: Tree = { children: [] };
    open.at(-1)?.children.push(tree);
    if (!tag.endsWith('/>')) open.push(tree);
  }
  expect(open).toHaveLength(1);
  return root;
};

describe('formulas as they are common', () => {
  it.each([
    '\\displaystyle \\int\\limits_{0}^{\\infty} \\frac{\\sin{\\left(x \\right)}}{x}\\, dx',
    '\\left[\\begin{matrix}\\cos{\\left(\\theta \\right)} & - \\sin{\\left(\\theta \\right)}\\\\0 & 1\\end{matrix}\\right]',
    '\\begin{cases} x & \\text{for}\\: x \\geq 0 \\\\- x & \\text{otherwise} \\end{cases}',
    '\\begin{align*} a &= b + c \\tag{1}\\\\ &\\ne d \\notag \\end{align*}',
    'a \\longrightarrow b \\Longleftrightarrow c \\leftarrow \\left(d\\right)',
    'a \\ne b, \\quad c \\notin D, \\dots, \\operatorname{rank}(A) \\iff \\hspace{1em} x \\pmod 3',
    '\\Set{x \\in \\R | x > 0} \\quad \\Braket{\\phi | \\psi}',
    // A polynomial of many terms, a matrix of many cells, a continued fraction.
    Array.from({ length: 90 }, (_one, power) => `${power}\\,x^{${power}}\\cdot y`).join(' + '),
    `\\begin{matrix}${'a_{1} & b & c & d & e & f & g & h\\\\'.repeat(8)}\\end{matrix}`,
    nested('1 + \\frac{1}{', '}', 16),
  ])('are set: %s', (tex) => {
    expect(isBounded(tex)).toBe(true);
    expect(isModest(treeOf(set(tex)))).toBe(true);
  });
});

describe('TeX that defines something', () => {
  it.each([
    `\\def\\a#1{${'#1'.repeat(500)}}\\def\\c{\\a{${'x'.repeat(200)}}}${'\\c'.repeat(100)}`,
    ...['def', 'gdef', 'edef', 'xdef', 'let', 'futurelet', 'global', 'long'].map(
      (name) => `x\\${name}\\a{b}`,
    ),
    ...['newcommand', 'renewcommand', 'providecommand'].map((name) => `\\${name}{\\a}[1]{#1#1}`),
    '\\def2{x}',
    '\\verb\\x\\\\def\\a{b}',
    `\\tag{${'x'.repeat(1000)}}${'\\df@tag'.repeat(100)}`,
    '\\bra@ket{a}{b}{c}{d}{e}',
  ])('is not: %s', (tex) => {
    expect(isBounded(tex)).toBe(false);
  });
});

it('none is longer than the page has time for', () => {
  expect(isBounded('x'.repeat(MAX_FORMULA_LENGTH))).toBe(true);
  expect(isBounded('x'.repeat(MAX_FORMULA_LENGTH + 1))).toBe(false);
});

describe('elements that the browser would need too long for', () => {
  it.each([
    ['boxes in each other', nested('\\boxed{', '}', 40)],
    ['fractions in each other', nested('\\frac{', '}1', 80)],
    ['roots in each other', nested('\\sqrt{', '}', 80)],
    ['rows without an end', `\\begin{align}${'\\\\'.repeat(1000)}\\end{align}`],
    ['cells without an end', `\\begin{matrix}${'&'.repeat(900)}${'\\\\'.repeat(100)}\\end{matrix}`],
  ])('are left out: %s', (_what, tex) => {
    expect(isBounded(tex)).toBe(true);
    expect(isModest(treeOf(set(tex)))).toBe(false);
  });
});

describe('KaTeX', () => {
  const pairs = [
    ['\\mathchoice{', '}{}{}{}'],
    ['\\mathllap{', '}'],
    ['\\llap{$', '$}'],
    ['\\boxed{', '}'],
    ['\\pmb{', '}'],
    ['\\hphantom{', '}'],
    ['\\dddot{', '}'],
    ['\\Set{', '}'],
    ['\\Braket{', '}'],
    ['\\substack{', '}'],
    ['\\operatorname*{', '}_x'],
    ['\\overset x{', '}'],
    ['\\mathop{', '}_x'],
    ['\\left(', '\\right)'],
    ['\\overbrace{', '}^x'],
    ['\\tmspace{', '}{}{}'],
    ['\\begin{array}{c}', '\\end{array}'],
    ['x^{', '}'],
  ] as const;
  const pieces = [
    '\\frac12',
    '\\LaTeX',
    '\\ne',
    '⦵',
    '\\bmod ',
    '\\Coloneqq',
    '\\dfrac',
    '\\Large ',
    "x'",
    'e\u0301',
  ];
  it.each<[what: string, tex: string]>([
    ...pairs.map(
      ([before, after]) => [`${before}x${after} in itself`, nested(before, after)] as [string, string],
    ),
    ...pieces.map((piece) => [`${piece} again and again`, repeated(piece)] as [string, string]),
    ['arrows', `\\begin{CD}${'A@>>>'.repeat(400)}\\end{CD}`],
    ['lines', `\\begin{array}{${'|'.repeat(900)}}${'\\\\'.repeat(500)}\\end{array}`],
    ['cells', `\\begin{matrix}${'&'.repeat(900)}${'\\\\'.repeat(100)}\\end{matrix}`],
  ])('has no more to do than a short formula gives: %s', (_what, tex) => {
    expect(isBounded(tex)).toBe(true);
    // The least of several: other programs take time of the machine, too.
    let least = Infinity;
    for (let turn = 0; turn < 12 && least > 50; turn += 1) {
      const started = performance.now();
      try {
        set(tex);
      } catch {
        // It has given up.
      }
      least = Math.min(least, performance.now() - started);
    }
    expect(least).toBeLessThan(200);
  });
});
