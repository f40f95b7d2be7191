/** Names in the code of cells: what can be completed without asking Python. */
import { pythonLanguage } from '@codemirror/lang-python';
import type { Tree } from '@lezer/common';

export interface TextNames {
  /** Variables, functions, modules. */
  readonly names: ReadonlySet<string>;
  /** What stands behind a dot. */
  readonly members: ReadonlySet<string>;
}

/** Longer code is not looked at, in UTF-16 units: it would be parsed while someone types. */
const MAX_TEXT = 100_000;
/** Of all cells together. */
const MAX_TOTAL = 400_000;
const MAX_NAME = 200;

const NOTHING: TextNames = { names: new Set(), members: new Set() };

/** @param but where the name begins that is being written */
export const namesIn = (text: string, tree: Tree, but = -1): TextNames => {
  const names = new Set<string>();
  const members = new Set<string>();
  tree.iterate({
    enter: ({ from, name, to }) => {
      if (from === but || to - from > MAX_NAME) return;
      if (name === 'VariableName') names.add(text.slice(from, to));
      else if (name === 'PropertyName') members.add(text.slice(from, to));
    },
  });
  return { names, members };
};

/** Names in the code of other cells, which is parsed once. */
export class OtherNames {
  readonly #known = new Map<string, TextNames>();

  in(texts: readonly string[]): readonly TextNames[] {
    let total = 0;
    const found = texts.map((text): TextNames => {
      total += text.length;
      if (text.length > MAX_TEXT || total > MAX_TOTAL) return NOTHING;
      const names = this.#known.get(text) ?? namesIn(text, pythonLanguage.parser.parse(text));
      this.#known.set(text, names);
      return names;
    });
    const here = new Set(texts);
    for (const text of this.#known.keys()) if (!here.has(text)) this.#known.delete(text);
    return found;
  }
}
