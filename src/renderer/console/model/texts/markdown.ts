/** Markdown as a tree of plain parts: nothing in it is HTML, and nothing in it loads or leads anywhere. */
import MarkdownIt, { type Token } from 'markdown-it';
import { formulaAt, MAX_MATH_LENGTH } from './math-text.ts';

export type MarkdownPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'math'; readonly tex: string; readonly block: boolean }
  | { readonly kind: 'code'; readonly text: string; readonly block: boolean }
  | { readonly kind: 'break' | 'rule' }
  | { readonly kind: 'element'; readonly tag: MarkdownTag; readonly parts: readonly MarkdownPart[] };

const TAGS = [
  ...([
    'p',
    'h1',
    'h2',
    'h3',
    'h4',
    'h5',
    'h6',
    'strong',
    'em',
    's',
    'ul',
    'ol',
    'li',
    'blockquote',
  ] as const),
  ...(['table', 'thead', 'tbody', 'tr', 'th', 'td'] as const),
] as const;
export type MarkdownTag = (typeof TAGS)[number];

const tagOf = (name: string): MarkdownTag | null => TAGS.find((tag) => tag === name) ?? null;

type Markdown = InstanceType<typeof MarkdownIt>;

/** Formulas between dollar signs, before anything else has a meaning in them. */
const withMath = (markdown: Markdown): Markdown => {
  markdown.inline.ruler.before('escape', 'formula', (state, silent) => {
    if (state.src[state.pos] !== '$') return false;
    const found = formulaAt(state.src, state.pos);
    if (found === null) return false;
    if (!silent) {
      const token = state.push('formula', '', 0);
      token.content = found.tex;
      token.markup = found.block ? '$$' : '$';
    }
    state.pos = found.end;
    return true;
  });
  return markdown;
};

class Tree {
  readonly root: MarkdownPart[] = [];
  readonly #open: MarkdownPart[][] = [this.root];
  #mathLeft = MAX_MATH_LENGTH;

  add(part: MarkdownPart): void {
    this.#open.at(-1)?.push(part);
  }

  /** Of formulas; what is asked for is taken. */
  hasRoomFor(tex: string): boolean {
    this.#mathLeft -= tex.length;
    return this.#mathLeft >= 0;
  }

  enter(tag: MarkdownTag): void {
    const parts: MarkdownPart[] = [];
    this.add({ kind: 'element', tag, parts });
    this.#open.push(parts);
  }

  leave(): void {
    if (this.#open.length > 1) this.#open.pop();
  }
}

const addTo = (tree: Tree, token: Token, links: string[]): void => {
  switch (token.type) {
    case 'inline':
      for (const child of token.children ?? []) addTo(tree, child, links);
      return;
    case 'text':
      if (token.content !== '') tree.add({ kind: 'text', text: token.content });
      return;
    case 'formula':
      if (tree.hasRoomFor(token.content))
        tree.add({ kind: 'math', tex: token.content, block: token.markup === '$$' });
      else tree.add({ kind: 'code', text: token.content, block: false });
      return;
    case 'code_inline':
      tree.add({ kind: 'code', text: token.content, block: false });
      return;
    case 'fence':
    case 'code_block':
      tree.add({ kind: 'code', text: token.content.replace(/\n$/u, ''), block: true });
      return;
    case 'softbreak':
      tree.add({ kind: 'text', text: ' ' });
      return;
    case 'hardbreak':
      tree.add({ kind: 'break' });
      return;
    case 'hr':
      tree.add({ kind: 'rule' });
      return;
    case 'image':
      // Nothing is loaded: its words take its place.
      tree.add({ kind: 'text', text: `[${token.content}]` });
      return;
    case 'link_open':
      links.push(String(token.attrGet('href') ?? ''));
      return;
    case 'link_close': {
      // Where it would lead is said, and not gone to.
      tree.add({ kind: 'text', text: ` (${links.pop() ?? ''})` });
      return;
    }
    default: {
      const tag = tagOf(token.tag);
      if (tag === null) return;
      if (token.nesting === 1) tree.enter(tag);
      else if (token.nesting === -1) tree.leave();
    }
  }
};

export const readMarkdown = (text: string): readonly MarkdownPart[] => {
  const markdown = withMath(
    new MarkdownIt({ html: false, linkify: false, typographer: false, maxNesting: 30 }),
  );
  const tree = new Tree();
  const links: string[] = [];
  for (const token of markdown.parse(text, {})) addTo(tree, token, links);
  return tree.root;
};
