/** Documents as sessions, and sessions as the bytes of documents. */
import type { DocumentContent, DocumentFormat } from '../../../shared/ipc/documents.ts';
import { LIMITS } from '../../../shared/limits.ts';
import type { Cell } from '../model/cell.ts';
import type { DocumentSource } from '../model/document.ts';
import type { Session } from '../model/session.ts';
import { cellOfSource, NEW_NOTEBOOK, readNotebook, writeNotebook, writtenCells } from './notebook.ts';
import { encodePython } from './python-encoding.ts';
import { refused, type DocumentReading, type OpenedCell } from './reading.ts';
import { cellOfScript, NEW_SCRIPT, readScript, writeScript } from './script.ts';

/** All code goes into one part of the kept work, with room for more; and so does what a notebook has around its cells. */
const MAX_PART_BYTES = (LIMITS.workPartBytes * 3) / 4;

const keptBytes = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).byteLength;

const readers: Readonly<Record<DocumentFormat, (bytes: Uint8Array) => DocumentReading>> = {
  ipynb: readNotebook,
  py: readScript,
};

export const readDocument = (format: DocumentFormat, bytes: Uint8Array): DocumentReading => {
  const reading = readers[format](bytes);
  if (reading.kind === 'refused') return reading;
  const { source } = reading;
  const most = `${MAX_PART_BYTES / 1024 / 1024}`;
  if (keptBytes({ ...source, cells: [] }) > MAX_PART_BYTES) return refused('tooMuchAround', { most });
  return keptBytes(reading.cells.map((cell) => cell.source)) > MAX_PART_BYTES
    ? refused('tooMuchCode', { most })
    : reading;
};

/** What a cell of a source looks like; null when it is not to be understood. */
export const openedCell = (source: DocumentSource, index: number): OpenedCell | null => {
  if (index >= source.cells.length) return null;
  switch (source.format) {
    case 'ipynb':
      return cellOfSource(source, index);
    case 'py':
      return cellOfScript(source, index);
  }
};

/** Shows what the source has for a cell that was not run here. */
export const showOpened = (cell: Cell, { items, number }: OpenedCell): void => {
  cell.number = number;
  if (items.length === 0) return;
  cell.items = items;
  cell.phase = { name: 'opened' };
};

/** Puts a document into a session without work of its own. */
export const fillSession = (
  session: Session,
  file: Pick<DocumentContent, 'name'> & { readonly id: string | null; readonly version: string | null },
  format: DocumentFormat,
  reading: Extract<DocumentReading, { kind: 'read' }>,
): void => {
  session.cells = [];
  for (const [index, opened] of reading.cells.entries()) {
    const cell = session.addCell(opened.source);
    cell.kind = opened.kind;
    cell.hidden = opened.hidden;
    cell.origin = { index, isCopy: false, keepsOutputs: true };
    showOpened(cell, opened);
  }
  // Runs go on counting where it ends.
  session.runs = Math.max(0, ...reading.cells.map(({ number }) => number ?? 0));
  session.documentSource = reading.source;
  session.sourceRevision += 1;
  session.document = { id: file.id, name: file.name, format, version: file.version };
  session.saved = session.savedCells;
  if (session.cells.length === 0) session.addCell();
  session.scrollTop = 0;
};

export type WriteResult =
  | {
      readonly kind: 'bytes';
      readonly bytes: Uint8Array;
      /** The texts of the cells of a notebook, for `markSaved`. */
      readonly cells: readonly string[];
    }
  | { readonly kind: 'unwritable'; readonly encoding: string; readonly character: string | null };

/** A session as the bytes of a file. */
export const writeDocument = (session: Session, format: DocumentFormat): WriteResult => {
  const cells = session.documentCells;
  const source = session.documentSource;
  switch (format) {
    case 'ipynb': {
      const isOfNotebook = source?.format === 'ipynb';
      const own = isOfNotebook ? source : NEW_NOTEBOOK;
      const texts = writtenCells(own, isOfNotebook ? cells : cells.map(withoutOrigin));
      return {
        kind: 'bytes',
        bytes: new TextEncoder().encode(writeNotebook(own, texts)),
        cells: texts,
      };
    }
    case 'py': {
      const text =
        source?.format === 'py'
          ? writeScript(source, cells)
          : writeScript(NEW_SCRIPT, cells.map(withoutOrigin));
      const encoded = encodePython(text, source?.format === 'py' && source.hasByteOrderMark);
      switch (encoded.kind) {
        case 'bytes':
          return { ...encoded, cells: [] };
        case 'missing':
          return { kind: 'unwritable', encoding: encoded.encoding, character: encoded.character };
        case 'unknown':
          return { kind: 'unwritable', encoding: encoded.encoding, character: null };
      }
    }
  }
};

/** For a file of the other format. */
const withoutOrigin = ({
  hidden,
  id,
  items,
  kind,
  number,
  source,
}: Cell): Pick<Cell, 'hidden' | 'id' | 'items' | 'kind' | 'number' | 'origin' | 'source'> => ({
  hidden,
  id,
  items,
  kind,
  number,
  source,
  origin: null,
});
