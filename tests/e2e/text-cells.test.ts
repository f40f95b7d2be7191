/** Cells of text: set as Markdown until they are edited, by keyboard and by mouse, and saved as what they are. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import type { AppCommand } from '../../src/shared/ipc/app.ts';
import { axeFindings } from '../support/axe.ts';
import { eventually } from '../support/eventually.ts';
import { openVivariumWindow, type VivariumWindow } from '../support/vivarium-window.ts';
import { ENABLED, ended } from './console-page.ts';
import { keepPicture } from './keep-picture.ts';

interface Opened {
  readonly window: VivariumWindow;
  readonly page: Page;
  readonly file: string;
}

const open = async (name: string, text: string): Promise<Opened> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-texts-'));
  mkdirSync(path.join(folder, 'data'));
  writeFileSync(path.join(folder, 'data', 'settings.json'), JSON.stringify({ version: 1, ...ENABLED }));
  const file = path.join(folder, name);
  writeFileSync(file, text);
  const window = await openVivariumWindow({ dataFolder: path.join(folder, 'data'), documents: [file] });
  onTestFinished(async () => {
    await window.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  await window.page.getByRole('tab', { name }).waitFor();
  return { window, page: window.page, file };
};

const command = ({ window }: Opened, name: AppCommand): Promise<void> =>
  window.app.evaluate(({ Menu }, id) => {
    Menu.getApplicationMenu()?.getMenuItemById(id)?.click();
  }, name);
const saved = async (opened: Opened): Promise<string> => {
  await command(opened, 'save-document');
  const tab = opened.page.getByRole('tab', { name: path.basename(opened.file), exact: true });
  await tab.waitFor();
  return readFileSync(opened.file, 'utf8');
};
const press = async (page: Page, ...keys: string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};

const NOTEBOOK = `${JSON.stringify(
  {
    cells: [
      {
        cell_type: 'markdown',
        id: 'a',
        metadata: { tags: ['kept'] },
        source: [
          '# A head\n',
          '\n',
          'Text with **bold** and $a^2$.\n',
          '\n',
          '<b>no</b> <script>document.title = 1</script>',
        ],
      },
      { cell_type: 'code', execution_count: null, id: 'b', metadata: {}, outputs: [], source: ['6 * 7'] },
    ],
    metadata: { kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' } },
    nbformat: 4,
    nbformat_minor: 5,
  },
  null,
  1,
)}\n`;

it('of a notebook are set, edited and set again by keyboard; what was not changed is saved as it was', async () => {
  const opened = await open('notes.ipynb', NOTEBOOK);
  const { page } = opened;
  const first = page.locator('.cell').first();
  await first.getByRole('heading', { name: 'A head' }).waitFor();
  expect(await first.locator('.markdown strong').innerText()).toBe('bold');
  await first.locator('.katex-html').waitFor();
  // Neither is made of the document's own HTML.
  expect(await first.locator('.markdown :is(b, script)').count()).toBe(0);
  expect(await page.title()).not.toBe('1');
  expect(await axeFindings(page)).toEqual([]);
  await keepPicture(opened.window, 'text-set');
  expect(await saved(opened)).toBe(NOTEBOOK);

  await first.getByRole('group', { name: 'Markdown' }).focus();
  await press(page, 'Enter', 'Control+Home', 'End');
  await page.keyboard.insertText(' and more');
  await keepPicture(opened.window, 'text-edited');
  await press(page, 'Shift+Enter');
  await first.getByRole('heading', { name: 'A head and more' }).waitFor();
  // The keyboard goes on in the code below.
  expect(
    await page
      .locator('.cell')
      .nth(1)
      .locator('.cm-content')
      .evaluate((code) => (code.getRootNode() as ShadowRoot).activeElement === code),
  ).toBe(true);
  await press(page, 'Control+Enter');
  await (await ended(page.locator('.cell').nth(1))).getByText('42', { exact: true }).waitFor();
  const after = JSON.parse(await saved(opened)) as { cells: object[] };
  const before = JSON.parse(NOTEBOOK) as { cells: { source: string[] }[] };
  expect(after.cells[0]).toEqual({
    ...before.cells[0],
    source: ['# A head and more\n', ...(before.cells[0]?.source.slice(1) ?? [])],
  });
});

it('are edited after a double click, and set with the keyboard still at their cell', async () => {
  const { page } = await open('notes.ipynb', NOTEBOOK);
  const first = page.locator('.cell').first();
  await first.getByRole('heading', { name: 'A head' }).dblclick();
  await first.locator('.cm-content').waitFor();
  await press(page, 'Control+End');
  await page.keyboard.insertText('\n\nLast words');
  await press(page, 'Control+Enter');
  await first.locator('.markdown').getByText('Last words').waitFor();
  expect(await first.evaluate((cell) => cell === document.activeElement)).toBe(true);
  await press(page, 'Enter');
  await first.locator('.cm-content').waitFor();
  // Left without being set: it stays as it is written.
  await press(page, 'Escape');
  expect(await first.locator('.cm-content').count()).toBe(1);
});

it('are made of code with M and code of them with Y, are not run, and are comments in a script', async () => {
  const opened = await open('script.py', '# %%\nprint("ran")\n\n# %%\n1 / 1\n');
  const { page } = opened;
  const cells = page.locator('.cell');
  await cells.nth(1).locator('.cm-content').click();
  await press(page, 'Escape', 'm', 'Enter', 'Control+A');
  await page.keyboard.insertText('## What it *does*\n\nIt is $x$.');
  await press(page, 'Control+Enter');
  await cells.nth(1).getByRole('heading', { name: 'What it does' }).waitFor();
  await command(opened, 'run-all');
  await (await ended(cells.first())).locator('.output').getByText('ran').waitFor();
  expect(await cells.nth(1).locator('.result').count()).toBe(0);
  expect(await saved(opened)).toBe(
    '# %%\nprint("ran")\n\n# %% [markdown]\n# ## What it *does*\n#\n# It is $x$.\n',
  );
  await cells.nth(1).focus();
  await press(page, 'y');
  await eventually(async () =>
    expect(await cells.nth(1).locator('.cm-content').innerText()).toContain('## What'),
  );
  expect(await cells.nth(1).locator('.markdown').count()).toBe(0);
  // What M took away comes back with Y.
  await cells.first().focus();
  await press(page, 'm');
  await cells.first().locator('.result').waitFor({ state: 'detached' });
  await press(page, 'y');
  await cells.first().locator('.output').getByText('ran').waitFor();
});
