/** The window as its user has it: what is typed, pressed and seen. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { openVivariumWindow, type VivariumWindow } from '../support/vivarium-window.ts';

/** A first start of the interpreter on a busy machine takes this long at most, in ms. */
export const START_MS = 60_000;

export interface OpenedApp extends VivariumWindow {
  readonly errors: readonly string[];
}

/** @param settings what `settings.json` holds before the start: an object, or the file's text as it is */
export const openApp = async (settings?: object | string): Promise<OpenedApp> => {
  const dataFolder = mkdtempSync(path.join(tmpdir(), 'vivarium-e2e-'));
  if (settings !== undefined) {
    mkdirSync(dataFolder, { recursive: true });
    const text = typeof settings === 'string' ? settings : JSON.stringify({ version: 1, ...settings });
    writeFileSync(path.join(dataFolder, 'settings.json'), text);
  }
  const opened = await openVivariumWindow({ dataFolder });
  const errors: string[] = [];
  opened.page.on('pageerror', (error) => errors.push(error.message));
  opened.page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await opened.page.waitForSelector('nav');
  return {
    ...opened,
    errors,
    close: async () => {
      await opened.close();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
};

/** Python is on, and nothing is asked. */
export const ENABLED = { plugins: { python: { enabled: true, runtime: 'embedded' } } };

export type PlaceName = 'Console' | 'Packages' | 'Activity' | 'Settings';

export const goTo = (page: Page, place: PlaceName): Promise<void> =>
  page.getByRole('navigation').getByRole('button', { name: place }).click();

/** In the settings: points at the native runtime, and says that this is meant. */
export const chooseNative = async (page: Page): Promise<void> => {
  await page.locator('input[name="runtime"][value="native"]').check();
  await page.getByRole('button', { name: 'Run without the sandbox' }).click();
  await page.locator('#python-binpath').waitFor();
};

/** Types code into the last cell and runs it with the keyboard; the cell that runs. */
export const runCode = async (page: Page, code: string): Promise<Locator> => {
  const cells = page.locator('.cell');
  // Of none, the last would be another one once it has run.
  await cells.first().waitFor();
  const index = (await cells.count()) - 1;
  const cell = cells.nth(index);
  await cell.locator('.cm-content').click();
  await page.keyboard.insertText(code);
  await page.keyboard.press('Control+Enter');
  await cell.locator('.result').waitFor({ state: 'attached' });
  return cell;
};

/** The cell when its run has ended. */
export const ended = async (cell: Locator): Promise<Locator> => {
  await cell.getByRole('button', { name: 'Run' }).waitFor({ timeout: 2 * START_MS });
  return cell;
};
