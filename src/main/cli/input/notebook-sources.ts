import { z } from 'zod';

const Loose = z.looseObject({});

const Cell = z.object({ cell_type: z.string(), source: z.unknown(), input: z.unknown() }).partial();
const Cells = z.array(Cell);

const Notebook = z.object({
  nbformat: z.number(),
  metadata: z
    .object({
      kernelspec: Loose.optional().catch(undefined),
      language_info: Loose.optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
  cells: Cells.optional(),
  worksheets: z.array(z.object({ cells: Cells })).optional(),
});

/** A notebook without what its cells have shown; null for a text that is none. See notebook_file.py, which reads it. */
export const onlySources = (text: string): string | null => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  const notebook = Notebook.safeParse(parsed);
  if (!notebook.success) return null;
  const { cells, worksheets } = notebook.data;
  if (cells === undefined && worksheets === undefined) return null;
  return JSON.stringify({ cells: [], ...notebook.data });
};
