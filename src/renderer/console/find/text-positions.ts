/** Texts on the page that are searched, as the page shows them: elements with `data-find`, whose value is the text's key. */
import { matchSteps, type Pattern } from '../model/find/pattern.ts';
import type { CurrentMatch } from '../model/find/find-state.ts';
import { pieceAt, type Piece } from './text-pieces.ts';

/** One text; a long line in several elements, one for each of its rows that are drawn. */
export interface LocatedText {
  readonly key: string;
  /** Where it begins in the text that was searched: not all rows of a long line are drawn. */
  readonly from: number;
  readonly text: string;
  readonly pieces: readonly Piece<Text>[];
}

/** What is within a line. */
const INLINE = new Set(['B', 'CODE', 'EM', 'S', 'SPAN', 'STRONG']);
/** Is read aloud or drawn, and was not searched. */
const LEFT_OUT = '.formula';

const blockOf = (node: Text, root: Element): Element => {
  let element = node.parentElement ?? root;
  while (element !== root && INLINE.has(element.tagName)) element = element.parentElement ?? root;
  return element;
};

/** The texts of elements in their order. */
export const locatedTexts = (elements: Iterable<HTMLElement>): LocatedText[] => {
  const texts: LocatedText[] = [];
  for (const element of elements) {
    const key = element.dataset['find'] ?? '';
    const from = Number(element.dataset['findFrom'] ?? 0);
    const last = texts.at(-1);
    const own = readText(element);
    // The next row of the same line: a match may go on in it.
    if (last?.key === key && from > 0 && last.from + last.text.length === from) {
      const shift = last.text.length;
      texts[texts.length - 1] = {
        ...last,
        text: last.text + own.text,
        pieces: [...last.pieces, ...own.pieces.map(({ node, start }) => ({ node, start: start + shift }))],
      };
    } else texts.push({ key, from, ...own });
  }
  return texts;
};

const readText = (root: HTMLElement): Pick<LocatedText, 'pieces' | 'text'> => {
  const pieces: Piece<Text>[] = [];
  let text = '';
  let block: Element | null = null;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (
      !(node instanceof Text) ||
      node.length === 0 ||
      (node.parentElement?.closest(LEFT_OUT) ?? null) !== null
    )
      continue;
    const own = blockOf(node, root);
    if (block !== null && own !== block) text += '\n';
    block = own;
    pieces.push({ node, start: text.length });
    text += node.data;
  }
  return { pieces, text };
};

/** A part of a text on the page; null when it is not there. @param from in the text that was searched */
export const rangeAt = (placed: LocatedText, from: number, length: number): Range | null => {
  const start = from - placed.from;
  const first = pieceAt(placed.pieces, start);
  const last = pieceAt(placed.pieces, start + length - 1);
  if (start < 0 || start + length > placed.text.length || first === null || last === null) return null;
  const end = start + length - last.start;
  // It may have become shorter since it was read.
  if (start - first.start > first.node.length || end > last.node.length) return null;
  const range = document.createRange();
  range.setStart(first.node, start - first.start);
  range.setEnd(last.node, end);
  return range;
};

/** The matches in a text on the page; null after each short piece of it. Whoever reads them may stop at any, or rest. */
export function* rangesIn(placed: LocatedText, pattern: Pattern): Generator<Range | null> {
  for (const at of matchSteps(pattern, placed.text))
    yield at === null ? null : rangeAt(placed, placed.from + at, pattern.units.length);
}

/** The current match in the output that it is in; null while it is not drawn. */
export const currentRange = (output: Element, { from, key, length }: CurrentMatch): Range | null => {
  const elements = output.querySelectorAll<HTMLElement>(`[data-find="${CSS.escape(String(key))}"]`);
  for (const placed of locatedTexts(elements)) {
    const range = rangeAt(placed, from, length);
    if (range !== null) return range;
  }
  return null;
};
