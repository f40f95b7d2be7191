/** What is to be read of outputs, text by text, each under the name that its place on the page has (`data-find`). */
import type { CellItem, RichItem } from '../cell.ts';
import { htmlTableSteps, type TableData } from '../tables/html-table.ts';
import { cellText } from '../tables/table-text.ts';
import { cellKey, gridKey } from '../tables/table-position.ts';
import { childKey } from '../texts/json-place.ts';
import { isObject, leafText, readJson } from '../texts/json-tree.ts';
import { readMarkdown, type MarkdownPart } from '../texts/markdown.ts';
import { mathSegments } from '../texts/math-text.ts';
import { shownRange } from '../texts/text-block.ts';
import { htmlText } from './html-text.ts';

/** A line's number, or a name. */
export type TextKey = number | string;

export interface ItemText {
  readonly key: TextKey;
  readonly text: string;
  /** Whether it may have codes of terminals, which are not to be seen. */
  readonly hasCodes: boolean;
}

const plain = (key: TextKey, text: string): ItemText => ({ key, text, hasCodes: false });

/** Null stands for a piece of work that has brought no text yet. @param from of a text that grows: the first line that was not read yet */
export function* textsOf(item: CellItem, from = 0): Generator<ItemText | null> {
  switch (item.kind) {
    case 'text':
      for (let line = from; line < item.lineCount; line += 1)
        yield { key: line, text: item.lineAt(line).text, hasCodes: true };
      return;
    case 'value':
      yield* linesOf(item.text);
      return;
    case 'error':
      yield plain('type', item.error.type);
      yield plain('message', item.error.message);
      yield plain('traceback', item.error.traceback);
      return;
    case 'input':
      if (!item.printed) yield plain('prompt', item.prompt);
      // What is secret is not to be seen.
      if (!item.secret && typeof item.answer === 'string') yield plain('answer', item.answer);
      return;
    case 'rich':
      yield* richTexts(item);
  }
}

function* richTexts({ shown }: RichItem): Generator<ItemText | null> {
  switch (shown.kind) {
    case 'text':
      yield* linesOf(shown.text);
      return;
    case 'markdown':
      yield plain('text', markdownText(readMarkdown(shown.text)));
      return;
    case 'latex':
      yield plain(
        'text',
        mathSegments(shown.text)
          .map((segment) => (segment.kind === 'text' ? segment.text : ''))
          .join(''),
      );
      return;
    case 'json': {
      const value = readJson(shown.text);
      if (value === undefined) yield* linesOf(shown.text);
      else yield* jsonTexts(value);
      return;
    }
    case 'html': {
      const table = yield* htmlTableSteps(shown.html);
      if (table === null) yield plain('page', yield* htmlText(shown.html));
      else yield* tableTexts(table);
      return;
    }
    case 'table':
      // Rows that are not loaded are in the interpreter alone.
      for (const { name } of shown.table.fields) yield plain('names', name.join('\n'));
      for (const [row, cells] of shown.table.head.entries())
        for (const [field, cell] of cells.entries()) yield plain(gridKey(row, field), cellText(cell));
      return;
    case 'animation':
    case 'chart':
    case 'image':
  }
}

/** As a text block shows them: what follows a carriage return replaces what was before it. */
function* linesOf(text: string): Generator<ItemText> {
  for (let [start, line] = [0, 0]; start < text.length; line += 1) {
    const at = text.indexOf('\n', start);
    const end = at < 0 ? text.length : at;
    const whole = text.slice(start, end);
    yield { key: line, text: whole.slice(...shownRange(whole)), hasCodes: true };
    start = end + 1;
  }
}

function* tableTexts({ body, caption, head }: TableData): Generator<ItemText> {
  for (const [part, rows] of [['head', head] as const, ['body', body] as const])
    for (const [row, cells] of rows.entries())
      for (const [cell, { text }] of cells.entries()) yield plain(cellKey(part, row, cell), text);
  if (caption !== '') yield plain('caption', caption);
}

const nodeText = (name: string | undefined, value: unknown): string => {
  const own = isObject(value) ? '' : leafText(value);
  return name === undefined ? own : `${name}: ${own}`;
};

/** A list or an object that is gone through, one child after the other. */
interface JsonCursor {
  readonly key: string;
  readonly value: Readonly<Record<string | number, unknown>>;
  /** Null for a list, which may have a million values. */
  readonly names: readonly string[] | null;
  readonly count: number;
  next: number;
}

const jsonCursor = (key: string, value: unknown): JsonCursor | null => {
  if (!isObject(value)) return null;
  const names = Array.isArray(value) ? null : Object.keys(value);
  return { key, value, names, count: Array.isArray(value) ? value.length : (names?.length ?? 0), next: 0 };
};

function* jsonTexts(root: unknown): Generator<ItemText> {
  yield plain('', nodeText(undefined, root));
  const first = jsonCursor('', root);
  const open = first === null ? [] : [first];
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    if (top.next === top.count) {
      open.pop();
      continue;
    }
    const name = top.names === null ? String(top.next) : (top.names[top.next] ?? '');
    const key = childKey(top.key, top.next);
    const child = top.value[name];
    top.next += 1;
    yield plain(key, nodeText(name, child));
    const inner = jsonCursor(key, child);
    if (inner !== null) open.push(inner);
  }
}

/** What is within a line. */
const INLINE: readonly string[] = ['em', 's', 'strong'];

/** As the page reads it (see `find/text-positions.ts`): a line break between what is not in the same line. */
const markdownText = (parts: readonly MarkdownPart[]): string => {
  const pieces: string[] = [];
  let last: object | null = null;
  const add = (text: string, block: object): void => {
    if (text === '') return;
    if (last !== null && last !== block) pieces.push('\n');
    last = block;
    pieces.push(text);
  };
  const walk = (some: readonly MarkdownPart[], block: object): void => {
    for (const part of some) {
      if (part.kind === 'text') add(part.text, block);
      else if (part.kind === 'code') add(part.text, part.block ? part : block);
      else if (part.kind === 'element') walk(part.parts, INLINE.includes(part.tag) ? block : part);
    }
  };
  walk(parts, {});
  return pieces.join('');
};
