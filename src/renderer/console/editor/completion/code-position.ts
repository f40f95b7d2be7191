/** What is being written at a place in Python code, as far as the editor's own syntax tree and the line tell. */
import { ensureSyntaxTree, syntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';
import type { SyntaxNode, Tree } from '@lezer/common';
import type { NameQuestion } from '../../../../shared/protocol/name-reports.ts';

export interface CodePosition {
  readonly about: Exclude<NameQuestion['about'], 'call'>;
  readonly path: readonly string[];
  readonly prefix: string;
  /** Where the prefix begins, in UTF-16 units. */
  readonly from: number;
}

const WORD = String.raw`[\p{L}\p{Nl}_][\p{L}\p{N}\p{M}\p{Pc}]*`;
const WHOLE = new RegExp(String.raw`^${WORD}(?:\.${WORD})*$`, 'u');
const IN_WORD = /[\p{L}\p{N}\p{M}\p{Pc}]/u;
const DIGIT = /\p{N}/u;
const FROM_IMPORT = /^\s*from\s+(\S+)\s+import[\s(]/u;

/** Looked at before the cursor, in UTF-16 units. */
const MAX_LINE = 2000;

/** For the tree to be complete as far as the cursor, in ms. */
const TREE_LIMIT_MS = 50;

const treeOf = (state: EditorState, at: number): Tree =>
  ensureSyntaxTree(state, at, TREE_LIMIT_MS) ?? syntaxTree(state);

/** Names with dots between them, at the end of a text. */
interface Chain {
  readonly path: readonly string[];
  /** What is behind the last dot; '' when nothing is. */
  readonly prefix: string;
  /** What stands before all of it, without blanks at its ends. */
  readonly head: string;
}

/** Null for an attribute of what is no name, as of a call. Looks at each character once. */
const chainAtEnd = (text: string): Chain | null => {
  let at = text.length;
  const skip = (isSkipped: (character: string) => boolean): string => {
    const end = at;
    while (at > 0 && isSkipped(text[at - 1] ?? '')) at -= 1;
    return text.slice(at, end);
  };
  const word = (): string => skip((character) => IN_WORD.test(character));
  const blanks = (): string => skip((character) => character === ' ' || character === '\t');
  const prefix = word();
  const parts: string[] = [];
  for (;;) {
    const before = at;
    blanks();
    if (text[at - 1] !== '.') {
      at = before;
      break;
    }
    at -= 1;
    blanks();
    const part = word();
    if (part === '' || DIGIT.test(part[0] ?? '')) return null;
    parts.push(part);
  }
  return { path: parts.toReversed(), prefix, head: text.slice(0, at).trim() };
};

const isImport = (head: string): boolean =>
  head === 'import' || (/^import\s/u.test(head) && head.endsWith(',') && !/["#']/u.test(head));

const isString = ({ name }: SyntaxNode): boolean => name === 'String' || name === 'FormatString';

/** Null where nothing is to be completed: in comments, most texts and numbers, where a name is made up. */
export const codePositionAt = (state: EditorState, at: number): CodePosition | null => {
  const line = state.doc.lineAt(at);
  const before = state.sliceDoc(Math.max(line.from, at - MAX_LINE), at);
  const node = treeOf(state, at).resolveInner(at, -1);
  if (node.name === 'Comment') return null;
  if (isString(node)) return keyPlace(state, node, at);
  const chain = chainAtEnd(before);
  if (chain === null) return null;
  const { head, path, prefix } = chain;
  const place = (about: CodePosition['about'], of = path): CodePosition => ({
    about,
    path: of,
    prefix,
    from: at - prefix.length,
  });
  const module = path.length === 0 ? FROM_IMPORT.exec(before)?.[1] : undefined;
  if (module !== undefined) return WHOLE.test(module) ? place('imports', module.split('.')) : null;
  if (head === 'from' || isImport(head)) return place('modules');
  if (DIGIT.test(prefix[0] ?? '')) return null;
  if (path.length > 0) return place('members');
  return prefix === '' || isNewName(node) ? null : place('names');
};

/** Inside of `x["…`, one of the texts that `x` is subscribed with. */
const keyPlace = (state: EditorState, node: SyntaxNode, at: number): CodePosition | null => {
  if (node.name !== 'String' || node.from >= at) return null;
  const quote = state.sliceDoc(node.from, node.from + 1);
  if (quote !== '"' && quote !== "'") return null;
  const prefix = state.sliceDoc(node.from + 1, at);
  // The end of the text, another line, or three quotes.
  if (prefix.includes(quote) || prefix.includes('\n') || prefix.length > 200) return null;
  const line = state.doc.lineAt(node.from);
  const path = subscribedAtEnd(state.sliceDoc(Math.max(line.from, node.from - MAX_LINE), node.from));
  return path === null ? null : { about: 'keys', path, prefix, from: node.from + 1 };
};

/** What is subscribed at the end of a text, as in `x[`, `x[["a", `. */
const subscribedAtEnd = (text: string): readonly string[] | null => {
  const open = text.lastIndexOf('[');
  if (open < 0 || /[#()\]]/u.test(text.slice(open))) return null;
  const before = text.slice(0, open).trimEnd();
  const chain = chainAtEnd(before.endsWith('[') ? before.slice(0, -1).trimEnd() : before);
  if (chain === null || chain.prefix === '' || DIGIT.test(chain.prefix[0] ?? '')) return null;
  return [...chain.path, chain.prefix];
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
export interface NamedPosition {
  readonly path: readonly string[];
  /** Where it begins and ends, in UTF-16 units. */
  readonly from: number;
  readonly to: number;
}

/** The name that the cursor touches; otherwise what is called around it. */
export const describedAt = (state: EditorState, at: number): NamedPosition | null =>
  namedAt(state, at) ?? callAround(state, at);

/** What the innermost call around the cursor calls. */
export const callAround = (state: EditorState, at: number): NamedPosition | null => {
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

const namedAt = (state: EditorState, at: number): NamedPosition | null => {
  for (const side of [-1, 1] as const) {
    const node = treeOf(state, at).resolveInner(at, side);
    if (node.name === 'VariableName') return namedOf(state, node);
    // Up to where the cursor is: in `a.b.c`, on `b`, it is `a.b`.
    if (node.name === 'PropertyName' && node.parent !== null) return namedOf(state, node.parent);
  }
  return null;
};

const namedOf = (state: EditorState, { from, to }: SyntaxNode): NamedPosition | null => {
  const text = to - from > MAX_LINE ? '' : state.sliceDoc(from, to).replaceAll(/\s/gu, '');
  return WHOLE.test(text) ? { path: text.split('.'), from, to } : null;
};
