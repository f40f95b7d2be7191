import type { JsonData } from '../../shared/json-data.ts';
import type { Json } from '../foreign-text/json-reader.ts';
import { visibleText } from './tool-schema.ts';

/** Of what a tool says of its failure, in UTF-16 units. */
const MAX_MESSAGE = 2000;
/** Most blocks (texts, pictures, links) of one answer. */
const MAX_BLOCKS = 1000;

/** What a tool without a schema for its result gives. */
export const TEXT_OR_DATA: Readonly<Record<string, JsonData>> = {
  anyOf: [
    { type: 'string' },
    { type: 'null' },
    { type: 'object' },
    { type: 'array', items: { type: 'object' } },
  ],
};

type Fields = Readonly<Record<string, Json>>;

/** What a server sent is not what the protocol has in that place. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
}

export const isFields = (value: Json | undefined): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What a tool's answer is in Python: its data where it gives data, else its text, else its blocks as they are.
 *
 * @throws AnswerError; Error with the tool's own words when it failed
 */
export const valueOf = (result: Fields): Json => {
  const { isError, structuredContent } = result;
  const blocks = blocksOf(result);
  if (isError === true) {
    const text = visibleText(textOf(blocks), MAX_MESSAGE);
    throw new Error(text === '' ? 'the tool failed, and does not say why' : text);
  }
  if (structuredContent !== undefined) return structuredContent;
  if (blocks.length === 0) return null;
  return blocks.every(({ type }) => type === 'text') ? textOf(blocks) : blocks;
};

/** @throws AnswerError */
const blocksOf = ({ content }: Fields): Record<string, Json>[] => {
  if (!Array.isArray(content)) throw new AnswerError('it has no content');
  if (content.length > MAX_BLOCKS) throw new AnswerError(`it has more than ${MAX_BLOCKS} blocks`);
  return content.map((block) => {
    const isBlock = isFields(block) && typeof block['type'] === 'string';
    if (!isBlock || (block['type'] === 'text' && typeof block['text'] !== 'string')) {
      throw new AnswerError('its content is none of the protocol');
    }
    return block;
  });
};

const textOf = (blocks: readonly Fields[]): string =>
  blocks.map(({ text, type }) => (type === 'text' && typeof text === 'string' ? text : '')).join('\n');
