/** What was read of a session's file, as parts of the kept work. It never changes, so it is saved once. */
import { z } from 'zod';
import { DocumentSource } from '../model/document.ts';

/** A part after the first one has cells alone. Under the session's name with `DOCUMENT_MARK` and a number from 1. */
export const KeptSource = z.strictObject({
  version: z.literal(1),
  source: DocumentSource.nullable(),
  cells: z.array(z.string()),
});
export type KeptSource = z.infer<typeof KeptSource>;

export const DOCUMENT_MARK = '-document-';

/** Most UTF-16 units of one part, unless one cell has more. */
const PART_LENGTH = 1024 * 1024;

const groupsOf = (cells: readonly string[]): string[][] => {
  const groups: string[][] = [[]];
  let length = 0;
  for (const cell of cells) {
    length += cell.length;
    const last = groups.at(-1);
    if (last !== undefined && (last.length === 0 || length <= PART_LENGTH)) last.push(cell);
    else {
      groups.push([cell]);
      length = cell.length;
    }
  }
  return groups;
};

/** How many parts a source has. */
export const partCount = ({ cells }: DocumentSource): number => groupsOf(cells).length;

export const keptSources = (source: DocumentSource): KeptSource[] =>
  groupsOf(source.cells).map((cells, at) => ({
    version: 1,
    source: at === 0 ? { ...source, cells: [] } : null,
    cells,
  }));

/** Null when the first one is missing. */
export const joinedSource = (parts: readonly KeptSource[]): DocumentSource | null => {
  const source = parts[0]?.source ?? null;
  return source === null ? null : { ...source, cells: parts.flatMap(({ cells }) => cells) };
};
