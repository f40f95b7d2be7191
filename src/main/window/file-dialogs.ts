import path from 'node:path';
import { app, dialog, type BrowserWindow } from 'electron';
import { DOCUMENT_FORMATS, type DocumentFormat } from '../../shared/ipc/documents.ts';
import type { Translate } from '../../shared/translate.ts';
import type { FileDialogs } from '../app/file-dialogs.ts';

/** The system's dialogs, belonging to the window if there is one. */
export const nativeFileDialogs = (
  owner: () => BrowserWindow | null,
  translate: () => Translate,
): FileDialogs => ({
  pick: async (options) => {
    const window = owner();
    const asked = { ...options, properties: ['openFile' as const] };
    const { filePaths } = await (window === null
      ? dialog.showOpenDialog(asked)
      : dialog.showOpenDialog(window, asked));
    return filePaths[0] ?? null;
  },
  saveAs: async ({ name }) => {
    const window = owner();
    const asked = {
      defaultPath: path.join(app.getPath('downloads'), name),
      properties: ['showOverwriteConfirmation' as const],
    };
    const { filePath } = await (window === null
      ? dialog.showSaveDialog(asked)
      : dialog.showSaveDialog(window, asked));
    return filePath === '' ? null : filePath;
  },
  pickDocument: async () => {
    const window = owner();
    const t = translate();
    const asked = {
      properties: ['openFile' as const],
      filters: [
        { name: t('documents.both'), extensions: [...DOCUMENT_FORMATS] },
        ...DOCUMENT_FORMATS.map((format) => filterOf(t, format)),
      ],
    };
    const { filePaths } = await (window === null
      ? dialog.showOpenDialog(asked)
      : dialog.showOpenDialog(window, asked));
    return filePaths[0] ?? null;
  },
  saveDocumentAs: async ({ folder, format, name }) => {
    const window = owner();
    const t = translate();
    const asked = {
      defaultPath: path.join(folder ?? app.getPath('documents'), name),
      properties: ['showOverwriteConfirmation' as const],
      // The first one is chosen before the user chooses.
      filters: [format, ...DOCUMENT_FORMATS.filter((other) => other !== format)].map((one) =>
        filterOf(t, one),
      ),
    };
    const { filePath } = await (window === null
      ? dialog.showSaveDialog(asked)
      : dialog.showSaveDialog(window, asked));
    return filePath === '' ? null : filePath;
  },
});

const filterOf = (t: Translate, format: DocumentFormat): { name: string; extensions: string[] } => ({
  name: t(`documents.${format}`),
  extensions: [format],
});
