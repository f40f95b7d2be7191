/** What was read of a session's file, as parts of the kept work. It changes when the file is saved, and is another one then. */
import { z } from 'zod';
import { DocumentSource } from '../model/document.ts';

/** A part after the first one has cells alone. Under the name of `sourceParts`. */
export const KeptSource = z.strictObject({
  version: z.literal(1),
  source: DocumentSource.nullable(),
  cells: z.array(z.string()),
  /** Its first text is more of the last cell before it. */
  continues: z.boolean().default(false),
});
export type KeptSource = z.infer<typeof KeptSource>;

export const DOCUMENT_MARK = '-document-';

/** Most UTF-16 units of one part. */
const PART_LENGTH = 1024 * 1024;

interface Group {
  readonly cells: string[];
  readonly continues: boolean;
}

const groupsOf = (cells: readonly string[]): Group[] => {
  const groups: Group[] = [{ cells: [], continues: false }];
  let length = 0;
  for (const cell of cells) {
    for (let at = 0; at === 0 || at < cell.length; at += PART_LENGTH) {
      const piece = cell.slice(at, at + PART_LENGTH);
      length += piece.length;
      const last = groups.at(-1);
      if (at === 0 && last !== undefined && (last.cells.length === 0 || length <= PART_LENGTH))
        last.cells.push(piece);
      else {
        groups.push({ cells: [piece], continues: at > 0 });
        length = piece.length;
      }
    }
  }
  return groups;
};

/** How many parts a source has. */
export const partCount = ({ cells }: DocumentSource): number => groupsOf(cells).length;

export const keptSources = (source: DocumentSource): KeptSource[] =>
  groupsOf(source.cells).map(({ cells, continues }, at) => ({
    version: 1,
    source: at === 0 ? { ...source, cells: [] } : null,
    cells,
    continues,
  }));

/** Null when the first one is missing. */
export const joinedSource = (parts: readonly KeptSource[]): DocumentSource | null => {
  const source = parts[0]?.source ?? null;
  if (source === null) return null;
  const cells: string[][] = [];
  for (const part of parts) {
    for (const [at, text] of part.cells.entries()) {
      const last = cells.at(-1);
      if (at === 0 && part.continues && last !== undefined) last.push(text);
      else cells.push([text]);
    }
  }
  return { ...source, cells: cells.map((pieces) => pieces.join('')) };
};

/** The names of a source's parts. @param revision of the source: what is on disk of one is not mixed with another's */
export const sourceParts = (session: string, revision: number, count: number): string[] =>
  Array.from(
    { length: count },
    (_none, at) => `${session}${DOCUMENT_MARK}${revision === 0 ? '' : `${revision}-`}${at + 1}`,
  );
