// As a whole: see electron-launcher.ts.
import * as electron from 'electron';
import type { Caller } from '../../ipc/route.ts';
import type { AskingPages } from './asking-pages-electron.ts';
import type { SettingsRoutesDeps } from './settings-routes.ts';

/** The system's dialog, belonging to the window of the page that asks. */
export const pickFileFor =
  (pages: AskingPages): SettingsRoutesDeps['pickFile'] =>
  async ({ title }, caller: Caller) => {
    const contents = pages.contentsOf(caller);
    const window = contents === undefined ? null : electron.BrowserWindow.fromWebContents(contents);
    const asked: electron.OpenDialogOptions = {
      ...(title === undefined ? {} : { title }),
      properties: ['openFile'],
    };
    const { filePaths } = await (window === null
      ? electron.dialog.showOpenDialog(asked)
      : electron.dialog.showOpenDialog(window, asked));
    return filePaths[0] ?? null;
  };
