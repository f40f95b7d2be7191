/**
 * What is read of a notebook: nbformat 4. Loose, as Jupyter is: what is not named here is nobody's business but its
 * writer's, and is written back as it was.
 */
import { z } from 'zod';

/** A text, or its lines. */
export const MultilineText = z.union([z.string(), z.array(z.string())]);
export type MultilineText = z.infer<typeof MultilineText>;

export const NotebookCell = z.looseObject({
  cell_type: z.string(),
  source: MultilineText,
  outputs: z.array(z.unknown()).optional(),
  execution_count: z.number().nullish(),
});
export type NotebookCell = z.infer<typeof NotebookCell>;

const Named = z.looseObject({ name: z.string().optional(), language: z.string().optional() });

export const Notebook = z.looseObject({
  nbformat: z.literal(4),
  nbformat_minor: z.number().int().nonnegative(),
  metadata: z.looseObject({
    kernelspec: Named.optional().catch(undefined),
    language_info: Named.optional().catch(undefined),
  }),
  cells: z.array(NotebookCell),
});
export type Notebook = z.infer<typeof Notebook>;

export const NotebookOutput = z.discriminatedUnion('output_type', [
  z.looseObject({
    output_type: z.literal('stream'),
    name: z.string(),
    text: MultilineText,
  }),
  z.looseObject({
    output_type: z.literal('display_data'),
    data: z.record(z.string(), z.unknown()),
  }),
  z.looseObject({
    output_type: z.literal('execute_result'),
    data: z.record(z.string(), z.unknown()),
  }),
  z.looseObject({
    output_type: z.literal('error'),
    ename: z.string(),
    evalue: z.string(),
    traceback: z.array(z.string()),
  }),
]);

export const wholeText = (text: MultilineText): string => (typeof text === 'string' ? text : text.join(''));

/** With their line breaks, as Jupyter writes them. */
export const linesOf = (text: string): string[] => (text === '' ? [] : text.split(/(?<=\n)/u));
