/** Notebooks and scripts are opened, edited, run and saved; nothing in them is lost, whoever else writes them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { installedElectron, sandboxSwitches } from '../../src/main/cli/host/electron-command.ts';
import type { AppCommand } from '../../src/shared/ipc/app.ts';
import { axeFindings } from '../support/axe.ts';
import { eventually } from '../support/eventually.ts';
import { openVivariumWindow, type VivariumWindow } from '../support/vivarium-window.ts';
import { ENABLED, ended } from './console-page.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const JUPYTER = path.resolve(import.meta.dirname, '../cases/jupyter.ipynb');

const newFolder = (): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-documents-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  mkdirSync(path.join(folder, 'data'));
  writeFileSync(path.join(folder, 'data', 'settings.json'), JSON.stringify({ version: 1, ...ENABLED }));
  return folder;
};

const open = async (folder: string, documents: readonly string[] = []): Promise<VivariumWindow> => {
  const opened = await openVivariumWindow({ dataFolder: path.join(folder, 'data'), documents });
  await opened.page.waitForSelector('.cell');
  return opened;
};

/** Chooses in the menu of the app, as its shortcuts do. */
const command = (window: VivariumWindow, name: AppCommand): Promise<void> =>
  window.app.evaluate(({ Menu }, id) => {
    Menu.getApplicationMenu()?.getMenuItemById(id)?.click();
  }, name);

/** Only the system's own dialogs are not really asked. */
const answerDialogs = (window: VivariumWindow, file: string): Promise<void> =>
  window.app.evaluate(({ dialog }, filePath) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [filePath] });
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath, bookmark: '' });
  }, file);

const press = async (page: Page, ...keys: string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};
const looksAgain = (page: Page): Promise<boolean> => page.evaluate(() => dispatchEvent(new Event('focus')));
const tabs = (page: Page): Promise<string[]> => page.getByRole('tab').allInnerTexts();

it('a notebook of Jupyter is opened, edited, run and saved by keyboard, and differs in that alone', async () => {
  const folder = newFolder();
  const file = path.join(folder, 'analysis.ipynb');
  copyFileSync(JUPYTER, file);
  const window = await open(folder);
  onTestFinished(() => window.close());
  const { page } = window;
  const title = await page.title();
  await answerDialogs(window, file);
  await command(window, 'open-document');
  await page.getByRole('tab', { name: 'analysis.ipynb' }).waitFor();
  await page.getByText('ZeroDivisionError', { exact: true }).waitFor();
  expect(await page.locator('.cell').count()).toBe(6);
  await page.locator('.cell').first().focus();
  await press(page, 'ArrowDown', 'ArrowDown');
  await eventually(async () => {
    const shown = await Promise.all(page.frames().map((frame) => frame.locator('b').allInnerTexts()));
    expect(shown.flat()).toContain('bold');
  });
  // Scripts of the notebook run nowhere.
  expect(await page.title()).toBe(title);
  await command(window, 'save-document');
  await page.getByText('Saved analysis.ipynb').waitFor();
  expect(readFileSync(file, 'utf8')).toBe(readFileSync(JUPYTER, 'utf8'));
  await press(page, 'ArrowUp', 'Enter', 'Control+End');
  await page.keyboard.insertText(' + 100');
  await page.getByRole('tab', { name: 'analysis.ipynb unsaved changes' }).waitFor();
  await press(page, 'Control+Enter');
  const cell = await ended(page.locator('.cell').nth(1));
  await cell.getByText('142', { exact: true }).waitFor();
  await command(window, 'save-document');
  await page.getByRole('tab', { name: 'analysis.ipynb', exact: true }).waitFor();
  const before = JSON.parse(readFileSync(JUPYTER, 'utf8')) as { cells: Record<string, unknown>[] };
  const after = JSON.parse(readFileSync(file, 'utf8')) as typeof before;
  expect(after.cells[1]?.['source']).toEqual([
    "print('hello')\n",
    'import sys\n',
    "print('careful', file=sys.stderr)\n",
    '41 + 1 + 100',
  ]);
  expect(after.cells[1]?.['outputs']).toMatchObject([
    { text: ['hello\n'] },
    { text: ['careful\n'] },
    { data: { 'text/plain': ['142'] } },
  ]);
  expect({ ...after, cells: after.cells.toSpliced(1, 1) }).toEqual({
    ...before,
    cells: before.cells.toSpliced(1, 1),
  });
  expect(await axeFindings(page)).toEqual([]);
});

it('another program has written the file: theirs, mine, or another place', async () => {
  const folder = newFolder();
  const file = path.join(folder, 'script.py');
  writeFileSync(file, 'a = 1\r\n\r\n# %% two\r\nb = 2\r\n');
  const window = await open(folder);
  onTestFinished(() => window.close());
  const { page } = window;
  await answerDialogs(window, file);
  await command(window, 'open-document');
  await page.getByRole('tab', { name: 'script.py' }).waitFor();
  expect(await page.locator('.cell').count()).toBe(2);
  await press(page, 'Enter', 'Control+End');
  await page.keyboard.insertText('00');
  writeFileSync(file, 'theirs = 1\r\n');
  await command(window, 'save-document');
  const note = page.getByRole('alert').filter({ hasText: 'Another program has changed script.py.' });
  await note.waitFor();
  expect(readFileSync(file, 'utf8')).toBe('theirs = 1\r\n');
  expect(await axeFindings(page)).toEqual([]);
  await note.getByRole('button', { name: 'Keep mine' }).press('Enter');
  await page.getByText('Saved script.py').waitFor();
  expect(readFileSync(file, 'utf8')).toBe('a = 100\r\n\r\n# %% two\r\nb = 2\r\n');
  // Without saving, as soon as the window is looked at again.
  writeFileSync(file, 'theirs = 2\n');
  await looksAgain(page);
  await note.waitFor();
  await note.getByRole('button', { name: 'Show theirs' }).press('Enter');
  await page.getByText('theirs = 2').waitFor();
  await page.getByRole('button', { name: 'Undo' }).press('Enter');
  await page.getByText('a = 100').waitFor();
  await looksAgain(page);
  await note.waitFor();
  const other = path.join(folder, 'other');
  await answerDialogs(window, other);
  await note.getByRole('button', { name: 'Save as…' }).press('Enter');
  await page.getByText('Saved other.py').waitFor();
  expect(readFileSync(`${other}.py`, 'utf8')).toBe('a = 100\r\n\r\n# %% two\r\nb = 2\r\n');
  expect(readFileSync(file, 'utf8')).toBe('theirs = 2\n');
});

it('closing a document with changes asks; a new one is saved where its user wants it', async () => {
  const folder = newFolder();
  const file = path.join(folder, 'new.ipynb');
  const window = await open(folder);
  onTestFinished(() => window.close());
  const { page } = window;
  await command(window, 'new-document');
  await page.getByRole('tab', { name: 'Notebook 1' }).waitFor();
  await page.keyboard.insertText('6 * 7');
  await press(page, 'Control+Enter');
  await ended(page.locator('.cell').first());
  await command(window, 'close-session');
  const question = page.getByRole('dialog', { name: 'Save Notebook 1 before closing?' });
  await question.waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await press(page, 'Escape');
  await question.waitFor({ state: 'detached' });
  await answerDialogs(window, file);
  await command(window, 'close-session');
  await question.waitFor();
  // What loses nothing is what Enter does.
  await press(page, 'Enter');
  await page.getByRole('tab', { name: 'Session 2' }).waitFor();
  const saved = JSON.parse(readFileSync(file, 'utf8')) as { cells: unknown[]; nbformat: number };
  expect(saved).toMatchObject({ nbformat: 4, cells: [{ cell_type: 'code', source: ['6 * 7'] }] });
  // It is among the recent ones now.
  await window.app.evaluate(({ Menu }) => {
    const recent = Menu.getApplicationMenu()?.getMenuItemById('recent-documents');
    recent?.submenu?.items[0]?.click();
  });
  await page.getByRole('tab', { name: 'new.ipynb' }).waitFor();
  await page.getByText('42', { exact: true }).waitFor();
  // Forgotten here, they are in no list of the system's either; the real one is that of this computer's user.
  const cleared = await window.app.evaluate(({ app, Menu }) => {
    let times = 0;
    app.clearRecentDocuments = () => {
      times += 1;
    };
    const recent = Menu.getApplicationMenu()?.getMenuItemById('recent-documents')?.submenu;
    recent?.items.at(-1)?.click();
    return times;
  });
  expect(cleared).toBe(1);
  // Dropped files of this kind are opened, too, and no program writes where they came from.
  const transfer = await page.evaluateHandle(() => {
    const dropped = new DataTransfer();
    dropped.items.add(new File(['dropped = True\n'], 'dropped.py'));
    return dropped;
  });
  await page.dispatchEvent('.console', 'drop', { dataTransfer: transfer });
  await page.getByRole('tab', { name: 'dropped.py' }).waitFor();
  await press(page, 'Enter', 'Control+End');
  await page.keyboard.insertText('  # mine');
  await command(window, 'close-session');
  await page.getByRole('button', { name: 'Close without saving' }).press('Enter');
  await eventually(async () => expect(await tabs(page)).not.toContain('dropped.py'));
  await page.getByRole('button', { name: 'Undo' }).last().press('Enter');
  await page.getByRole('tab', { name: 'dropped.py unsaved changes' }).waitFor();
});

it('what was opened by the command line survives kill -9, with its changes and its file', async () => {
  const folder = newFolder();
  const file = path.join(folder, 'kept.ipynb');
  copyFileSync(JUPYTER, file);
  const first = await open(folder, [file]);
  await first.page.getByRole('tab', { name: 'kept.ipynb' }).waitFor();
  await first.page.locator('.cell').nth(5).locator('.cm-content').click();
  await press(first.page, 'Control+End');
  await first.page.keyboard.insertText('\nkept = 1');
  // Nothing older than two seconds is lost.
  await eventually(async () => {
    const parts = await first.page.evaluate(async () => {
      const names = await globalThis.api.work.names();
      const texts: string[] = [];
      for (const name of names.ok ? names.value : []) {
        const part = await globalThis.api.work.read(name);
        if (part.ok && part.value.bytes !== null) texts.push(new TextDecoder().decode(part.value.bytes));
      }
      return texts.join('\n');
    });
    expect(parts).toContain('kept = 1');
  });
  const gone = first.app.waitForEvent('close');
  process.kill(first.pid, 'SIGKILL');
  await gone;
  await first.close();
  const window = await open(folder);
  onTestFinished(() => window.close());
  const { page } = window;
  await page.getByRole('tab', { name: 'kept.ipynb unsaved changes' }).waitFor();
  await page.getByText('ZeroDivisionError', { exact: true }).waitFor();
  await command(window, 'save-document');
  await page.getByText('Saved kept.ipynb').waitFor();
  const text = readFileSync(file, 'utf8');
  expect(text.split('\n').filter((line) => !readFileSync(JUPYTER, 'utf8').includes(line))).toEqual([
    '    "not_run = \'yet\'\\n",',
    '    "kept = 1"',
  ]);
  // A second start hands its documents over, and ends.
  const script = path.join(folder, 'second.py');
  writeFileSync(script, 'second = 2\n');
  const second = spawn(await installedElectron(), [...sandboxSwitches(), ROOT, script], {
    env: { ...process.env, DISPLAY: window.display, VIVARIUM_DATA_DIR: path.join(folder, 'data') },
    stdio: 'ignore',
  });
  expect(await once(second, 'exit')).toEqual([0, null]);
  await page.getByRole('tab', { name: 'second.py' }).waitFor();
});

it('hostile notebooks are refused in words, and main goes on meanwhile', async () => {
  const folder = newFolder();
  const window = await open(folder);
  onTestFinished(() => window.close());
  const { app, page } = window;
  const offer = async (name: string, text: string): Promise<void> => {
    writeFileSync(path.join(folder, name), text);
    await answerDialogs(window, path.join(folder, name));
    await command(window, 'open-document');
  };
  // The longest stretch of main's thread that was taken by something; not what other programs take.
  await app.evaluate(() => {
    const shared = globalThis as unknown as { longest: number };
    shared.longest = 0;
    const now = (): { wall: number; processor: number } => {
      const { system, user } = globalThis.process.cpuUsage();
      return { wall: performance.now(), processor: (system + user) / 1000 };
    };
    let last = now();
    setInterval(() => {
      const next = now();
      const held = Math.min(next.wall - last.wall, next.processor - last.processor);
      shared.longest = Math.max(shared.longest, held);
      last = next;
    }, 1);
  });
  await offer('a.ipynb', '{');
  await page.getByText('a.ipynb was not opened: It is not JSON.').waitFor();
  await offer('b.ipynb', `{"nbformat":4,"cells":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`);
  await page.getByText('b.ipynb was not opened: It is nested too deeply.').waitFor();
  await offer('c.ipynb', `{"nbformat":4,"a":"${'x'.repeat(60 * 1024 * 1024)}"}`);
  await page.getByText('c.ipynb was not opened: It is damaged').waitFor();
  await offer('d.ipynb', 'x'.repeat(65 * 1024 * 1024));
  await page
    .getByText('d.ipynb was not opened')
    .or(page.getByText('it is larger than 64 MiB'))
    .first()
    .waitFor();
  const output = { output_type: 'stream', name: 'stdout', text: ['y'.repeat(1024 * 1024)] };
  const cell = { cell_type: 'code', metadata: {}, outputs: [output], execution_count: 1, source: ['x'] };
  const large = {
    cells: Array.from({ length: 40 }, () => cell),
    metadata: {},
    nbformat: 4,
    nbformat_minor: 4,
  };
  await offer('e.ipynb', JSON.stringify(large));
  await page.getByRole('tab', { name: 'e.ipynb' }).waitFor();
  await command(window, 'save-document');
  await page.getByText('Saved e.ipynb').waitFor();
  expect(readFileSync(path.join(folder, 'e.ipynb'), 'utf8') === JSON.stringify(large)).toBe(true);
  const longest = await app.evaluate(() => (globalThis as unknown as { longest: number }).longest);
  process.stderr.write(`main was held for ${Math.round(longest)} ms\n`);
  expect(longest).toBeLessThan(50);
});
