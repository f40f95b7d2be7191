/** What is being written at a place in Python code, as far as the editor's own syntax tree and the line tell. */
import { ensureSyntaxTree, syntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';
import type { SyntaxNode, Tree } from '@lezer/common';
import type { NameQuestion } from '../../../../shared/protocol/name-reports.ts';

export interface CodePlace {
  readonly about: Exclude<NameQuestion['about'], 'call'>;
  readonly path: readonly string[];
  readonly prefix: string;
  /** Where the prefix begins, in UTF-16 units. */
  readonly from: number;
}

const WORD = String.raw`[\p{L}\p{Nl}_][\p{L}\p{N}\p{M}\p{Pc}]*`;
const DOTTED = String.raw`${WORD}(?:\s*\.\s*${WORD})*`;
const PREFIX = String.raw`(?:${WORD})?`;
const IMPORT = new RegExp(String.raw`^\s*import\s+(?:[^#'"]*,\s*)?(?:(${DOTTED})\s*\.\s*)?(${PREFIX})$`, 'u');
const FROM = new RegExp(String.raw`^\s*from\s+(?:(${DOTTED})\s*\.\s*)?(${PREFIX})$`, 'u');
const FROM_IMPORT = new RegExp(String.raw`^\s*from\s+(${DOTTED})\s+import\s+\(?[^#'"()]*?(${PREFIX})$`, 'u');
const MEMBER = new RegExp(String.raw`(?:^|[^\p{L}\p{N}_.\s)\]}'"])\s*(${DOTTED})\s*\.\s*(${PREFIX})$`, 'u');
const KEY = new RegExp(String.raw`(?:^|[^\p{L}\p{N}_.\s)\]}'"])\s*(${DOTTED})\s*\[\s*\[?[^\[\]#]*$`, 'u');
const NAME = new RegExp(String.raw`(?:^|[^\p{L}\p{N}\p{M}_.])(${WORD})$`, 'u');
const NUMBER_BEFORE = /\d\.?$/u;

/** Looked at before the cursor, in UTF-16 units. */
const MAX_LINE = 2000;

/** For the tree to be complete as far as the cursor, in ms. */
const TREE_LIMIT_MS = 50;

const treeOf = (state: EditorState, at: number): Tree =>
  ensureSyntaxTree(state, at, TREE_LIMIT_MS) ?? syntaxTree(state);

const partsOf = (dotted: string | undefined): string[] =>
  dotted === undefined ? [] : dotted.split('.').map((part) => part.trim());

const isString = ({ name }: SyntaxNode): boolean => name === 'String' || name === 'FormatString';

/** Null where nothing is to be completed: in comments, most texts and numbers, where a name is made up. */
export const codePlaceAt = (state: EditorState, at: number): CodePlace | null => {
  const line = state.doc.lineAt(at);
  const before = state.sliceDoc(Math.max(line.from, at - MAX_LINE), at);
  const node = treeOf(state, at).resolveInner(at, -1);
  if (node.name === 'Comment') return null;
  if (isString(node)) return keyPlace(state, node, at);
  const place = (
    about: CodePlace['about'],
    path: string | undefined,
    prefix: string | undefined,
  ): CodePlace => ({
    about,
    path: partsOf(path),
    prefix: prefix ?? '',
    from: at - (prefix ?? '').length,
  });
  const fromImport = FROM_IMPORT.exec(before);
  if (fromImport !== null) return place('imports', fromImport[1], fromImport[2]);
  const imported = FROM.exec(before) ?? IMPORT.exec(before);
  if (imported !== null) return place('modules', imported[1], imported[2]);
  const member = MEMBER.exec(before);
  if (member !== null) return place('members', member[1], member[2]);
  if (isNewName(node)) return null;
  const name = NAME.exec(before);
  if (name === null || NUMBER_BEFORE.test(before.slice(0, -(name[1] ?? '').length))) return null;
  return place('names', undefined, name[1]);
};

/** Inside of `x["…`, one of the texts that `x` is subscribed with. */
const keyPlace = (state: EditorState, node: SyntaxNode, at: number): CodePlace | null => {
  if (node.name !== 'String' || node.from >= at) return null;
  const quote = state.sliceDoc(node.from, node.from + 1);
  if (quote !== '"' && quote !== "'") return null;
  const prefix = state.sliceDoc(node.from + 1, at);
  // The end of the text, another line, or three quotes.
  if (prefix.includes(quote) || prefix.includes('\n') || prefix.length > 200) return null;
  const line = state.doc.lineAt(node.from);
  const match = KEY.exec(state.sliceDoc(Math.max(line.from, node.from - MAX_LINE), node.from));
  return match === null ? null : { about: 'keys', path: partsOf(match[1]), prefix, from: node.from + 1 };
};

/** The name of what is being defined is new. */
const isNewName = (node: SyntaxNode): boolean => {
  const parent = node.parent?.name;
  return (
    (node.name === 'VariableName' && (parent === 'ParamList' || parent === 'LambdaExpression')) ||
    ((parent === 'FunctionDefinition' || parent === 'ClassDefinition') && node.name === 'VariableName')
  );
};

/** Something that is called or named. */
export interface NamedPlace {
  readonly path: readonly string[];
  /** Where it begins and ends, in UTF-16 units. */
  readonly from: number;
  readonly to: number;
}

/** The name that the cursor touches; otherwise what is called around it. */
export const describedAt = (state: EditorState, at: number): NamedPlace | null =>
  namedAt(state, at) ?? callAround(state, at);

/** What the innermost call around the cursor calls. */
export const callAround = (state: EditorState, at: number): NamedPlace | null => {
  for (
    let node: SyntaxNode | null = treeOf(state, at).resolveInner(at, -1);
    node !== null;
    node = node.parent
  ) {
    if (node.name !== 'ArgList' || node.from >= at) continue;
    // Behind its closing parenthesis it is over.
    const isOver = node.to <= at && node.lastChild?.name === ')';
    const called = node.parent?.firstChild ?? null;
    const named = isOver || called === null ? null : namedOf(state, called);
    if (named !== null) return named;
  }
  return null;
};

const namedAt = (state: EditorState, at: number): NamedPlace | null => {
  for (const side of [-1, 1] as const) {
    const node = treeOf(state, at).resolveInner(at, side);
    if (node.name === 'VariableName') return namedOf(state, node);
    // Up to where the cursor is: in `a.b.c`, on `b`, it is `a.b`.
    if (node.name === 'PropertyName' && node.parent !== null) return namedOf(state, node.parent);
  }
  return null;
};

const WHOLE = new RegExp(`^${DOTTED}$`, 'u');

const namedOf = (state: EditorState, { from, to }: SyntaxNode): NamedPlace | null => {
  const text = to - from > MAX_LINE ? '' : state.sliceDoc(from, to);
  return WHOLE.test(text) ? { path: partsOf(text), from, to } : null;
};
