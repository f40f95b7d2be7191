import path from 'node:path';
import type { FileDialogs } from '../app/file-dialogs.ts';
import { DocumentError } from '../documents/document-file.ts';
import type { Documents } from '../documents/documents.ts';
import { ApiFailure } from './api-failure.ts';
import type { HandlersOf } from './route.ts';

export const documentsHandlers = (
  documents: Documents,
  dialogs: Pick<FileDialogs, 'pickDocument' | 'saveDocumentAs'>,
): HandlersOf<'documents'> => ({
  choose: async () => {
    const file = await dialogs.pickDocument();
    return file === null ? null : told(() => documents.choose(file));
  },
  waiting: () => documents.takeWaiting(),
  read: ([id]) => told(() => documents.read(id)),
  place: async ([{ format, id, name }]) => {
    const now = id === null ? null : documents.whereIs(id);
    const file = await dialogs.saveDocumentAs({
      folder: now === null ? null : path.dirname(now),
      name,
      format,
    });
    return file === null ? null : told(() => documents.place(file, format));
  },
  piece: ([version, at]) => {
    const piece = documents.piece(version, at);
    if (piece === null) throw new ApiFailure('not-found', 'another document was read meanwhile; try again');
    return piece;
  },
  give: ([at, bytes]) =>
    told(() => {
      documents.give(at, bytes);
      return Promise.resolve(null);
    }),
  save: ([id, known]) => told(() => documents.save(id, known)),
  versions: ([ids]) => documents.versions(ids),
});

/** Passes the reason on. */
const told = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DocumentError) throw new ApiFailure('failed', error.message);
    throw error;
  }
};
