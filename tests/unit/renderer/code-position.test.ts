import { python } from '@codemirror/lang-python';
import { ensureSyntaxTree } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { describe, expect, it } from 'vitest';
import {
  callAround,
  codePositionAt,
  describedAt,
} from '../../../src/renderer/console/editor/completion/code-position.ts';
import { namesIn, OtherNames } from '../../../src/renderer/console/editor/completion/text-names.ts';

/** A text with `|` where the cursor is. */
const at = (text: string): readonly [EditorState, number] => {
  const place = text.indexOf('|');
  const doc = text.slice(0, place) + text.slice(place + 1);
  const state = EditorState.create({ doc, extensions: python() });
  ensureSyntaxTree(state, doc.length, 5000);
  return [state, place];
};
const place = (text: string): string | null => {
  const found = codePositionAt(...at(text));
  return found === null ? null : `${found.about} ${found.path.join('.')}|${found.prefix}`;
};

describe('what is completed', () => {
  it.each([
    ['val|', 'names |val'],
    ['x = f(val|', 'names |val'],
    ['x = 1\n  + größe|', 'names |größe'],
    ['df.|', 'members df|'],
    ['x = np.linalg.no|', 'members np.linalg|no'],
    ['f(a, df . gro|)', 'members df|gro'],
    ['-x.re|', 'members x|re'],
    ['import nu|', 'modules |nu'],
    ['import os, js|', 'modules |js'],
    ['import os.pa|', 'modules os|pa'],
    ['from |', 'modules |'],
    ['from xml.do|', 'modules xml|do'],
    ['from pandas import |', 'imports pandas|'],
    ['from xml.dom import (Node, mini|', 'imports xml.dom|mini'],
    ['df["na|"]', 'keys df|na'],
    ["x = df.loc['na|']", 'keys df.loc|na'],
    ['df[["a", "b|"]]', 'keys df|b'],
    ['"text|"', null],
    ['f("text|")', null],
    ['# comment val|', null],
    ['12|', null],
    ['1e|', null],
    ['1.|', null],
    ['f().x|', null],
    ['a[0].x|', null],
    ['"text".jo|', null],
    ['def nam|', null],
    ['class Nam|', null],
    ['x = |', null],
    ['|', null],
  ])('%s', (text, expected) => {
    expect(place(text)).toBe(expected);
  });

  it('takes no longer with long lines that match nothing', () => {
    for (const part of ['a.', 'a ', 'import a, ', '[', 'a[', 'from a import b, ', '.']) {
      const state = EditorState.create({ doc: part.repeat(20_000), extensions: python() });
      const began = performance.now();
      codePositionAt(state, state.doc.length);
      // The tree is waited for at most 50 ms.
      expect(performance.now() - began, part).toBeLessThan(1000);
    }
  });
});

describe('what is described', () => {
  it.each([
    ['pd.read_csv(|', 'pd.read_csv'],
    ['pd.read|_csv(x)', 'pd.read_csv'],
    ['p|d.read_csv(x)', 'pd'],
    ['f(a, g(b|), c)', 'b'],
    ['f(a, g(1|), c)', 'g'],
    ['f(a, g(1)|, c)', 'f'],
    ['f(1)|', null],
    ['(lambda: 1)(|)', null],
    ['   |', null],
  ])('%s', (text, expected) => {
    expect(describedAt(...at(text))?.path.join('.') ?? null).toBe(expected);
  });

  it('the call around the cursor, also where that is in a name', () => {
    expect(callAround(...at('f(abc|)'))?.path).toEqual(['f']);
  });
});

describe('names in texts', () => {
  it('are told apart from members, and without the one that is being written', () => {
    const [state] = at('total = frame.size\nto|');
    const text = state.doc.toString();
    const tree = ensureSyntaxTree(state, text.length, 5000);
    expect(tree).not.toBeNull();
    if (tree === null) return;
    const names = namesIn(text, tree, text.lastIndexOf('to'));
    expect([...names.names]).toEqual(['total', 'frame']);
    expect([...names.members]).toEqual(['size']);
  });

  it('of texts that are too long are left out', () => {
    const others = new OtherNames();
    expect(others.in(['x = 1', `y = "${'z'.repeat(200_000)}"`]).map(({ names }) => [...names])).toEqual([
      ['x'],
      [],
    ]);
  });
});
