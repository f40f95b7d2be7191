import { writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import type { VivariumWindow } from '../support/vivarium-window.ts';

/** Keeps a picture of the window in the folder that VIVARIUM_PICTURES names, for a person to look at; without it, none. */
export const keepPicture = async ({ app }: Pick<VivariumWindow, 'app'>, name: string): Promise<void> => {
  const folder = process.env['VIVARIUM_PICTURES'];
  if (folder === undefined) return;
  // Of the window: a picture of the page would cut off what is enlarged.
  const png = await app.evaluate(async ({ BrowserWindow }) => {
    const image = await BrowserWindow.getAllWindows()[0]?.webContents.capturePage();
    return image?.toPNG().toString('base64') ?? '';
  });
  writeFileSync(path.join(folder, `${name}.png`), Buffer.from(png, 'base64'));
};
