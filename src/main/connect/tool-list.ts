import type { Json } from '../foreign-text/json-reader.ts';
import { AnswerError, isFields } from './tool-result.ts';

/** Of one page of a list. What is behind it is not looked at. */
const MAX_ITEMS = 1000;
/** Of what names the next page, in UTF-16 units. */
const MAX_CURSOR = 4096;

/** A tool as its server describes it, in words and schemas of any kind. */
export interface ListedTool {
  readonly name: string;
  readonly description?: string | undefined;
  readonly inputSchema: unknown;
  readonly outputSchema?: unknown;
}

export interface ToolPage {
  readonly tools: readonly ListedTool[];
  /** Where there is another page. */
  readonly cursor: string | undefined;
  /** Whether all items of it were looked at. */
  readonly isWhole: boolean;
}

/** What of a page are tools; all else is passed by. @throws AnswerError when it is no page */
export const pageOf = ({ nextCursor, tools }: Readonly<Record<string, Json>>): ToolPage => {
  if (!Array.isArray(tools)) throw new AnswerError('it has no tools');
  return {
    tools: tools.slice(0, MAX_ITEMS).flatMap((tool) => toolIn(tool) ?? []),
    cursor: typeof nextCursor === 'string' && nextCursor.length <= MAX_CURSOR ? nextCursor : undefined,
    isWhole: tools.length <= MAX_ITEMS,
  };
};

const toolIn = (tool: Json): ListedTool | null => {
  if (!isFields(tool)) return null;
  const { description, inputSchema, name, outputSchema } = tool;
  if (typeof name !== 'string' || !isFields(inputSchema)) return null;
  return {
    name,
    description: typeof description === 'string' ? description : undefined,
    inputSchema,
    outputSchema,
  };
};
