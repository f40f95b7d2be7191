import type { CallToolResult } from '@modelcontextprotocol/client';
import { visibleText } from './tool-schema.ts';

/** Of what a tool says of its failure, in UTF-16 units. */
const MAX_MESSAGE = 2000;

/** What a tool without a schema for its result gives. */
export const TEXT_OR_DATA = {
  anyOf: [
    { type: 'string' },
    { type: 'null' },
    { type: 'object' },
    { type: 'array', items: { type: 'object' } },
  ],
} as const;

/**
 * What a tool's answer is in Python: its data where it gives data, else its text, else its blocks as they are.
 *
 * @throws Error with the tool's own words when it failed
 */
export const valueOf = ({ content, isError, structuredContent }: CallToolResult): unknown => {
  if (isError === true) {
    const text = visibleText(textOf(content) ?? '', MAX_MESSAGE);
    throw new Error(text === '' ? 'the tool failed, and does not say why' : text);
  }
  if (structuredContent !== undefined) return structuredContent;
  if (content.length === 0) return null;
  return content.every(({ type }) => type === 'text') ? textOf(content) : content;
};

const textOf = (content: CallToolResult['content']): string | null =>
  content.length === 0 ? null : content.map((block) => (block.type === 'text' ? block.text : '')).join('\n');
