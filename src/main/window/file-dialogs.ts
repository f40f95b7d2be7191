import path from 'node:path';
import { app, dialog, type BrowserWindow } from 'electron';
import type { FileDialogs } from '../app/file-dialogs.ts';

/** The system's dialogs, belonging to the window if there is one. */
export const nativeFileDialogs = (owner: () => BrowserWindow | null): FileDialogs => ({
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
});
