import { CompletionContext } from '@codemirror/autocomplete';
import { python } from '@codemirror/lang-python';
import { ensureSyntaxTree } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { describe, expect, it } from 'vitest';
import { completionsFor } from '../../../src/renderer/console/editor/completion/python-completions.ts';
import { OtherNames } from '../../../src/renderer/console/editor/completion/text-names.ts';
import type { NameKind } from '../../../src/shared/protocol/name-reports.ts';

/** What is offered at the end of the code, and the code once it is taken. */
const taken = async (
  code: string,
  name: string,
  kind: NameKind,
): Promise<readonly { readonly label: string; readonly code: string }[]> => {
  const state = EditorState.create({ doc: code, extensions: python() });
  ensureSyntaxTree(state, code.length, 5000);
  const source = {
    ask: async () => ({ kind: 'names' as const, names: [[name, kind] as [string, NameKind]], isCut: false }),
    otherTexts: () => [],
    modules: async () => [],
  };
  const found = await completionsFor(
    new CompletionContext(state, code.length, true),
    source,
    new OtherNames(),
  );
  return (found?.options ?? []).map(({ apply, label }) => ({
    label,
    code: code.slice(0, found?.from) + (typeof apply === 'string' ? apply : label),
  }));
};

/** Whether the text that is open at its end is the whole rest of the code. */
const isOneText = (code: string, from: number): boolean => {
  const state = EditorState.create({ doc: `${code}${code[from] ?? ''}]`, extensions: python() });
  const tree = ensureSyntaxTree(state, state.doc.length, 5000);
  const node = tree?.resolveInner(from + 1, 1);
  return node?.name === 'String' && node.from === from && node.to === code.length + 1;
};

const HOSTILE = `x"];__import__("os").system("true")#`;

describe('a column that is taken into the code', () => {
  it.each([
    ['df["', HOSTILE, String.raw`df["x\"];__import__(\"os\").system(\"true\")#`],
    ["df['", HOSTILE, `df['${HOSTILE}`],
    ["df['", `it's`, String.raw`df['it\'s`],
    ['df["', `it's`, `df["it's`],
    ['df["', `a\\`, String.raw`df["a\\`],
    ['df["x', String.raw`x\"]#`, String.raw`df["x\\\"]#`],
    ['df["', 'größe in m²', 'df["größe in m²'],
  ])('stays in its text: %s, %s', async (code, name, whole) => {
    for (const kind of ['column', 'key'] as const) {
      expect(await taken(code, name, kind)).toEqual([{ label: name, code: whole }]);
    }
    expect(isOneText(whole, code.search(/["']/u))).toBe(true);
  });

  it('is offered behind a dot only when it is a name', async () => {
    expect(await taken('df.', 'x;evil()', 'column')).toEqual([]);
    expect(await taken('df.', 'price', 'column')).toEqual([{ label: 'price', code: 'df.price' }]);
  });
});
