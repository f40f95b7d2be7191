/** The code and the outputs of a cell are collapsed to one line and opened again: by keys, by buttons, in a notebook's file. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { axeFindings } from '../support/axe.ts';
import { eventually } from '../support/eventually.ts';
import { ENABLED, ended, openApp, runCode, START_MS, type OpenedApp } from './console-page.ts';
import { keepPicture } from './keep-picture.ts';

let app: OpenedApp;

beforeAll(async () => {
  app = await openApp(ENABLED);
});
afterAll(() => app.close());

const press = async (...keys: string[]): Promise<void> => {
  for (const key of keys) await app.page.keyboard.press(key);
};
/** What has the keyboard: its cell and its own name. */
const focus = (): Promise<string> =>
  app.page.evaluate(() => {
    const active = document.activeElement;
    const at = [...document.querySelectorAll('.cell')].findIndex((cell) => cell.contains(active));
    const name = active?.getAttribute('aria-label') ?? active?.className ?? 'nothing';
    return active?.classList.contains('cell') === true ? `cell ${at}` : `${name} of ${at}`;
  });

it('by I and O at a cell, and by the buttons in its margin', { timeout: 4 * START_MS }, async () => {
  const { page } = app;
  const code = 'total = 0\nfor i in range(60):\n    print("row", i)\n"the value"';
  const cell = await ended(await runCode(page, code));
  await press('Escape', 'i');
  await cell.locator('.collapsed', { hasText: 'total = 0' }).waitFor();
  expect(await cell.locator('.collapsed').innerText()).toContain('4 lines');
  expect(await cell.locator('.cm-content').isVisible()).toBe(false);
  expect(await focus()).toBe('cell 0');
  await press('o');
  await cell.locator('.collapsed', { hasText: '61 lines' }).waitFor();
  expect(await cell.locator('.output').count()).toBe(0);
  expect(await focus()).toBe('cell 0');
  await keepPicture(app, 'collapsed');
  // Enter opens the code, to write in it; what can be undone is still known.
  await press('Enter');
  await eventually(async () => expect(await cell.locator('.cm-content').isVisible()).toBe(true));
  await press('Control+End');
  await page.keyboard.insertText(' # more');
  await press('Control+z');
  expect((await cell.locator('.cm-content').innerText()).endsWith('"the value"')).toBe(true);
  // A run leaves the outputs collapsed, and says what came.
  await press('Control+Enter');
  await ended(cell);
  await cell.locator('.collapsed', { hasText: '61 lines' }).waitFor();
  const toggle = cell.getByRole('button', { name: 'Expand output' });
  expect(await toggle.getAttribute('aria-expanded')).toBe('false');
  await toggle.focus();
  await press('Enter');
  await cell.locator('.output').waitFor();
  expect(await focus()).toBe('Collapse output of 0');
  await press('Enter');
  await cell.locator('.collapsed').click();
  await cell.locator('.output').waitFor();
  expect(await focus()).toBe('cell 0');
});

it(
  'an input that waits is asked for though the outputs are collapsed',
  { timeout: 4 * START_MS },
  async () => {
    const { page } = app;
    await page.getByRole('button', { name: 'New cell' }).click();
    const cell = await ended(await runCode(page, 'print("Name?")'));
    await press('Escape', 'o', 'Enter', 'Control+a');
    await page.keyboard.insertText('print("Hello", input("Name? "))');
    await press('Control+Enter');
    await cell.locator('.input input').waitFor({ timeout: START_MS });
    await page.keyboard.type('Ada');
    await press('Enter');
    await ended(cell);
    await cell.locator('.collapsed').waitFor();
    expect(await cell.locator('.output').count()).toBe(0);
  },
);

it('as it says in a notebook, and nothing else of it is changed', { timeout: 4 * START_MS }, async () => {
  const { page } = app;
  const file = path.join(app.dataFolder, 'collapsed.ipynb');
  const before = readFileSync(path.resolve(import.meta.dirname, '../cases/jupyter.ipynb'), 'utf8');
  writeFileSync(file, before);
  await app.app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
  }, file);
  const command = (id: string): Promise<void> =>
    app.app.evaluate(({ Menu }, name) => {
      Menu.getApplicationMenu()?.getMenuItemById(name)?.click();
    }, id);
  await command('open-document');
  await page.getByRole('tab', { name: 'collapsed.ipynb' }).waitFor();
  const second = page.locator('.cell').nth(1);
  await second.locator('.output').waitFor();
  await second.focus();
  await press('i', 'o');
  await second.locator('.collapsed').nth(1).waitFor();
  await keepPicture(app, 'collapsed-notebook');
  await command('save-document');
  await eventually(() => expect(readFileSync(file, 'utf8')).toContain('"source_hidden": true'));
  const lines = readFileSync(file, 'utf8').split('\n');
  const known = before.split('\n');
  expect(lines.filter((line) => !known.includes(line)).map((line) => line.trim())).toEqual(
    expect.arrayContaining(['"collapsed": true,', '"outputs_hidden": true,', '"source_hidden": true']),
  );
  await press('i', 'o');
  await second.locator('.output').waitFor();
  await command('save-document');
  await eventually(() => expect(readFileSync(file, 'utf8')).toBe(before));
});

it('is kept when the window is loaded again', { timeout: 4 * START_MS }, async () => {
  const { page } = app;
  // In the session without a file nothing else changes with it.
  await page.getByRole('tab').first().click();
  await page.locator('.cell').first().focus();
  await press('i');
  await page.locator('.cell').first().locator('.collapsed', { hasText: '4 lines' }).waitFor();
  // What was changed last is on disk within two seconds.
  await eventually(async () => {
    const kept = await page.evaluate(async () => {
      const names = await globalThis.api.work.names();
      if (!names.ok) return '';
      const texts = [];
      for (const name of names.value) {
        const read = await globalThis.api.work.read(name);
        if (read.ok && read.value.bytes !== null) texts.push(new TextDecoder().decode(read.value.bytes));
      }
      return texts.join('\n');
    });
    expect(kept).toContain('"hidden":{"code":true,"outputs":false}');
  });
  await page.reload();
  await page.waitForSelector('nav');
  await page.locator('.cell').first().locator('.collapsed', { hasText: '4 lines' }).waitFor();
});

it('axe finds nothing, dark and small and enlarged', { timeout: 2 * START_MS }, async () => {
  const { page } = app;
  await page.evaluate(() => globalThis.api.config.set('general.theme', 'dark'));
  await page.waitForFunction(() => document.documentElement.dataset['theme'] === 'dark');
  const zoom = (factor: number): Promise<void> =>
    app.app.evaluate(({ BrowserWindow }, to) => {
      const [window] = BrowserWindow.getAllWindows();
      window?.setContentSize(760, 480);
      window?.webContents.setZoomFactor(to);
    }, factor);
  for (const factor of [1, 2]) {
    await zoom(factor);
    await page.waitForFunction((width) => innerWidth <= width, 760 / factor + 1);
    await page.locator('.cell .collapsed').first().scrollIntoViewIfNeeded();
    expect(await axeFindings(page)).toEqual([]);
    await keepPicture(app, `collapsed-small-${factor}`);
  }
  await zoom(1);
});
