/** Changes of a JSON text that leave all the rest of it letter for letter as it is. The text was read by `JSON.parse` before. */
import { entriesOf } from './json-spans.ts';

/** How the text is laid out. */
export interface JsonLayout {
  /** One level; null for a text without lines. */
  readonly indent: string | null;
  /** By how many the object's own braces are indented. */
  readonly levels: number;
}

export const pretty = (value: unknown, { indent, levels }: JsonLayout): string =>
  indent === null
    ? JSON.stringify(value)
    : JSON.stringify(value, null, indent).replaceAll('\n', `\n${indent.repeat(levels)}`);

/**
 * An object with a member: in place of the one of that name, or among the others as Jupyter sorts them.
 *
 * @param text of the object, from its brace on
 * @param value as JSON text
 */
export const withMember = (text: string, name: string, value: string, layout: JsonLayout): string => {
  const entries = entriesOf(text, 0);
  const there = entries.findLast(({ key }) => key === name);
  if (there !== undefined) return text.slice(0, there.value.start) + value + text.slice(there.value.end);
  const own = `${JSON.stringify(name)}: ${value}`;
  const [first] = entries;
  const last = entries.at(-1);
  if (first === undefined || last === undefined) {
    const { indent, levels } = layout;
    return indent === null ? `{${own}}` : `{\n${indent.repeat(levels + 1)}${own}\n${indent.repeat(levels)}}`;
  }
  const blanks = text.slice(1, first.start);
  const next = entries.find(({ key }) => key > name);
  const gap = blanks === '' ? ' ' : blanks;
  return next === undefined
    ? `${text.slice(0, last.value.end)},${gap}${own}${text.slice(last.value.end)}`
    : `${text.slice(0, next.start)}${own},${gap}${text.slice(next.start)}`;
};

/** An object without the members of that name, however many there are. @param text of the object, from its brace on */
export const withoutMember = (text: string, name: string): string => {
  const entries = entriesOf(text, 0);
  const kept = entries.flatMap(({ key, start, value }, index) =>
    // What is before the next member goes with it.
    key === name ? [] : [{ start, next: entries[index + 1]?.start ?? value.end, end: value.end }],
  );
  const [first, last] = [entries[0], entries.at(-1)];
  if (first === undefined || last === undefined || kept.length === entries.length) return text;
  if (kept.length === 0) return '{}';
  const members = kept.map(({ end, next, start }, index) =>
    text.slice(start, index === kept.length - 1 ? end : next),
  );
  return text.slice(0, first.start) + members.join('') + text.slice(last.value.end);
};
