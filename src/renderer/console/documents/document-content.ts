/** Documents as sessions, and sessions as the bytes of documents. */
import type { DocumentContent, DocumentFormat } from '../../../shared/ipc/documents.ts';
import { LIMITS } from '../../../shared/limits.ts';
import type { Cell } from '../model/cell.ts';
import type { DocumentSource } from '../model/document.ts';
import type { Session } from '../model/session.ts';
import { cellOfSource, NEW_NOTEBOOK, readNotebook, writeNotebook } from './notebook.ts';
import { encodePython } from './python-encoding.ts';
import { refused, type DocumentReading, type OpenedCell } from './reading.ts';
import { cellOfScript, NEW_SCRIPT, readScript, writeScript } from './script.ts';

/** One cell has to go into one part of the kept work, where its text may take more room. */
const MAX_CELL_LENGTH = LIMITS.workPartBytes / 4;

export const readDocument = (format: DocumentFormat, bytes: Uint8Array): DocumentReading => {
  const reading = format === 'ipynb' ? readNotebook(bytes) : readScript(bytes);
  if (reading.kind === 'refused') return reading;
  const { source } = reading;
  const around = source.format === 'ipynb' ? source.before.length + source.after.length : 0;
  return around > MAX_CELL_LENGTH || source.cells.some(({ length }) => length > MAX_CELL_LENGTH)
    ? refused('tooLargeCell', { most: `${MAX_CELL_LENGTH / 1024 / 1024}` })
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
    cell.origin = { index, isCopy: false, keepsOutputs: true };
    showOpened(cell, opened);
  }
  // Runs go on counting where it ends.
  session.runs = Math.max(0, ...reading.cells.map(({ number }) => number ?? 0));
  session.documentSource = reading.source;
  session.document = { id: file.id, name: file.name, format, version: file.version };
  session.saved = session.savedCells;
  if (session.cells.length === 0) session.addCell();
  session.scrollTop = 0;
};

export type Written =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'unwritable'; readonly encoding: string; readonly character: string | null };

/** A session as the bytes of a file. */
export const writeDocument = (session: Session, format: DocumentFormat): Written => {
  const cells = session.documentCells;
  const source = session.documentSource;
  switch (format) {
    case 'ipynb': {
      const text =
        source?.format === 'ipynb'
          ? writeNotebook(source, cells)
          : writeNotebook(NEW_NOTEBOOK, cells.map(withoutOrigin));
      return { kind: 'bytes', bytes: new TextEncoder().encode(text) };
    }
    case 'py': {
      const text =
        source?.format === 'py'
          ? writeScript(source, cells)
          : writeScript(NEW_SCRIPT, cells.map(withoutOrigin));
      const encoded = encodePython(text, source?.format === 'py' && source.hasByteOrderMark);
      switch (encoded.kind) {
        case 'bytes':
          return encoded;
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
  id,
  items,
  kind,
  number,
  source,
}: Cell): Pick<Cell, 'id' | 'items' | 'kind' | 'number' | 'origin' | 'source'> => ({
  id,
  items,
  kind,
  number,
  source,
  origin: null,
});
