/** The files of a session, as its user has them: added, dropped, looked at, taken away, saved, and there again. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { LIMITS } from '../../src/shared/limits.ts';
import { axeFindings } from '../support/axe.ts';
import { eventually } from '../support/eventually.ts';
import { openVivariumWindow, type VivariumWindow } from '../support/vivarium-window.ts';
import { ENABLED, ended, runCode, START_MS } from './console-page.ts';

const newFolder = (): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-files-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
};

const newData = (): string => {
  const folder = newFolder();
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'settings.json'), JSON.stringify({ version: 1, ...ENABLED }));
  return folder;
};

const open = async (dataFolder: string): Promise<VivariumWindow> => {
  const opened = await openVivariumWindow({ dataFolder });
  await opened.page.waitForSelector('.cell');
  return opened;
};

const drawerOf = (page: Page): Locator => page.getByRole('complementary', { name: 'Files' });

/** As from the desktop. */
const drop = async (page: Page, onto: string, name: string, lines: number): Promise<void> => {
  const transfer = await page.evaluateHandle(
    ([fileName, count]) => {
      const dropped = new DataTransfer();
      const text = `day,mm\n${'1,5\n'.repeat(count)}`;
      dropped.items.add(new File([text], fileName, { type: 'text/csv' }));
      return dropped;
    },
    [name, lines] as const,
  );
  await page.dispatchEvent(onto, 'drop', { dataTransfer: transfer });
};

it('a file that is dropped onto code is attached, not written into the code', async () => {
  const { page, close } = await open(newData());
  onTestFinished(close);
  await drop(page, '.cm-content', 'rain.csv', 100_000);
  await drawerOf(page).getByText('rain.csv').waitFor({ timeout: START_MS });
  const cell = await ended(await runCode(page, 'sum(1 for line in open("rain.csv"))'));
  expect(await cell.locator('.value').innerText()).toContain('100001');
  expect(await cell.locator('.cm-content').innerText()).not.toContain('1,5');
});

it('says what comes of files that are held over it: scripts are attached onto a cell, and opened elsewhere', async () => {
  const { page, close } = await open(newData());
  onTestFinished(close);
  const hold = async (onto: string, event: string, name: string): Promise<void> => {
    const dataTransfer = await page.evaluateHandle((fileName) => {
      const dropped = new DataTransfer();
      dropped.items.add(new File(['answer = 42\n'], fileName));
      return dropped;
    }, name);
    await page.dispatchEvent(onto, event, { dataTransfer });
  };
  await hold('.cm-content', 'dragover', 'helper.py');
  await page.getByText('Adds to the files of Session 1', { exact: true }).waitFor();
  expect(await page.locator('.cell[data-dropping]').count()).toBe(1);
  expect(await axeFindings(page)).toEqual([]);
  await hold('[role="tablist"]', 'dragover', 'helper.py');
  await page.getByText('Opens notebooks and scripts; other files are added to Session 1').waitFor();
  expect(await page.locator('[data-dropping]').count()).toBe(0);
  // It leaves the window.
  await hold('.cm-content', 'dragleave', 'helper.py');
  await page.getByText('Opens notebooks and scripts').waitFor({ state: 'detached' });
  await hold('.cm-content', 'drop', 'helper.py');
  await drawerOf(page).getByText('helper.py').waitFor({ timeout: START_MS });
  const cell = await ended(await runCode(page, 'from helper import answer\nanswer'));
  expect(await cell.locator('.value').innerText()).toContain('42');
  await hold('.drawer', 'drop', 'second.ipynb');
  // It is there, not on its way: closing would ask about what is.
  await drawerOf(page).locator('.file', { hasText: 'second.ipynb' }).waitFor({ timeout: START_MS });
  await hold('[role="tablist"]', 'drop', 'main.py');
  await page.getByRole('tab', { name: 'main.py' }).waitFor();
});

it('files are added with the keyboard, their path copied, deleted and brought back; too large ones are named', async () => {
  const { app, page, close } = await open(newData());
  onTestFinished(close);
  const folder = newFolder();
  const [small, large] = [path.join(folder, 'notes.txt'), path.join(folder, 'large.bin')];
  writeFileSync(small, 'a line\n');
  writeFileSync(large, '');
  truncateSync(large, LIMITS.fileBytes + 1);
  await page.getByRole('button', { name: 'Files', exact: true }).click();
  const drawer = drawerOf(page);
  const choosing = page.waitForEvent('filechooser');
  await drawer.getByRole('button', { name: 'Add files' }).press('Enter');
  await (await choosing).setFiles([large, small]);
  await page.getByText('large.bin has 134 MB. The sandbox takes files of up to 134 MB').waitFor();
  await drawer.getByText('notes.txt').waitFor({ timeout: START_MS });
  expect(await axeFindings(page)).toEqual([]);
  const more = drawer.getByRole('button', { name: 'More for notes.txt' });
  await more.press('Enter');
  await page.keyboard.press('Enter');
  await page.getByText('Copied').waitFor();
  expect(await app.evaluate(({ clipboard }) => clipboard.readText())).toBe('/workspace/notes.txt');
  await more.press('Enter');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByText('Deleted notes.txt.').waitFor();
  const gone = await ended(await runCode(page, 'import os\nos.listdir()'));
  expect(await gone.locator('.value').innerText()).toContain('[]');
  await more.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Undo' }).click();
  await more.waitFor({ timeout: START_MS });
  const back = await ended(await runCode(page, 'open("notes.txt").read()'));
  expect(await back.locator('.value').innerText()).toContain('a line');
});

it('adding is cancelled, while the file waits for a run and while it goes over: run and variables stay', async () => {
  const { page, close } = await open(newData());
  onTestFinished(close);
  const drawer = drawerOf(page);
  const adding = drawer.getByText('Adding rain.csv');
  await ended(await runCode(page, 'kept = 42'));
  const cell = await runCode(page, 'print("going")\ninput("Go on? ")');
  await cell.locator('.input input').waitFor({ timeout: START_MS });
  await drop(page, '.cell', 'rain.csv', 1_000_000);
  await adding.waitFor();
  // Another one that waits is cancelled for itself.
  await drop(page, '.cell', 'snow.csv', 10);
  const other = drawer.getByText('Adding snow.csv');
  await other.waitFor();
  const first = drawer.locator('.transfer', { hasText: 'rain.csv' });
  await first.getByRole('button', { name: 'Cancel' }).press('Enter');
  await adding.waitFor({ state: 'detached' });
  await drawer.locator('button:focus', { hasText: 'Add files' }).waitFor();
  await other.waitFor();
  await drawer.getByRole('button', { name: 'Cancel' }).press('Enter');
  await other.waitFor({ state: 'detached' });
  await cell.locator('.input input').focus();
  await page.keyboard.type('yes');
  await page.keyboard.press('Enter');
  await ended(cell);
  await drop(page, '.cell', 'rain.csv', 20_000_000);
  await drawer.getByRole('button', { name: 'Cancel' }).press('Enter');
  await adding.waitFor({ state: 'detached' });
  const after = await ended(await runCode(page, 'import os\n(kept, "rain.csv" in os.listdir())'));
  // It may have just arrived; then it is in the list, too.
  const told = await after.locator('.value').innerText();
  await eventually(async () => {
    const listed = await drawer.getByText('rain.csv').count();
    expect(told).toContain(listed === 0 ? '(42, False)' : '(42, True)');
  });
  expect(await page.locator('.toast').count()).toBe(0);
  await drop(page, '.cell', 'rain.csv', 10);
  await drawer.locator('.file', { hasText: '47 B' }).waitFor({ timeout: START_MS });
});

it('all files are saved as a zip', async () => {
  const { app, page, close } = await open(newData());
  onTestFinished(close);
  const folder = newFolder();
  await ended(
    await runCode(page, 'import os\nos.mkdir("in")\nopen("in/a.txt", "w").write("from a cell")\nNone'),
  );
  await page.getByRole('button', { name: 'Files', exact: true }).click();
  const file = path.join(folder, 'all.zip');
  // Only the system's own dialog is not really asked.
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath, bookmark: '' });
  }, file);
  await drawerOf(page).getByText('in/a.txt').waitFor();
  await drawerOf(page).getByRole('button', { name: 'Save all' }).click();
  await page.getByText(`Saved as ${file}`).waitFor();
  expect(readFileSync(file).includes('in/a.txt')).toBe(true);
});

it('what was added is there again after the app was closed', async () => {
  const data = newData();
  const before = await open(data);
  await drop(before.page, '.console', 'rain.csv', 2);
  await drawerOf(before.page).getByText('rain.csv').waitFor({ timeout: START_MS });
  await ended(await runCode(before.page, 'made = open("made.txt", "w").write("x")'));
  await before.close();
  const { page, close } = await open(data);
  onTestFinished(close);
  const note = page.locator('.lost');
  await note.getByText('Files that you added come back with the next run: rain.csv.').waitFor();
  await note.getByText('Files are gone, too: made.txt.').waitFor();
  await page.getByRole('button', { name: 'Files', exact: true }).click();
  await drawerOf(page).getByText('Comes back with the next run').waitFor();
  const cell = await ended(await runCode(page, 'open("rain.csv").read()'));
  expect(await cell.locator('.value').innerText()).toContain('day,mm');
  await eventually(async () => expect(await drawerOf(page).getByText('Comes back').count()).toBe(0), {
    withinMs: START_MS,
  });
});
