/** What of documents can be seen: opened, changed, changed by another program, asked about. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AppCommand } from '../../src/shared/ipc/app.ts';
import type { OpenedApp } from './console-page.ts';

/** @param shoot takes the pictures of one state */
export const documentPictures = async (
  { app, page }: OpenedApp,
  shoot: (name: string) => Promise<void>,
): Promise<void> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-documents-'));
  const file = path.join(folder, 'seattle weather.ipynb');
  copyFileSync(path.resolve(import.meta.dirname, '../cases/jupyter.ipynb'), file);
  const command = (name: AppCommand): Promise<void> =>
    app.evaluate(({ Menu }, id) => {
      Menu.getApplicationMenu()?.getMenuItemById(id)?.click();
    }, name);
  try {
    await app.evaluate(({ dialog }, chosen) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
    }, file);
    await command('open-document');
    await page.getByRole('tab', { name: 'seattle weather.ipynb' }).waitFor();
    await page.getByText('41 + 1').waitFor();
    await shoot('document');
    await page.locator('.cell').first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page
      .locator('.cell')
      .nth(2)
      .locator('.output')
      .evaluate((output) => output.scrollIntoView());
    await page.locator('iframe').first().waitFor();
    await shoot('document-outputs');
    await page.locator('.cell').first().focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+End');
    await page.keyboard.insertText('\n\nMore text.');
    writeFileSync(file, '{}');
    await command('save-document');
    await page.locator('.choices').waitFor();
    await shoot('document-conflict');
    await command('close-session');
    await page.getByRole('dialog').waitFor();
    await shoot('document-closing');
    await page.keyboard.press('Escape');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
