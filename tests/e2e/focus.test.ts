/** What has the keyboard may be taken away under it: by a command, a run that ends, a crash. It is never nowhere. */
import process from 'node:process';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { AppCommand } from '../../src/shared/ipc/app.ts';
import { eventually } from '../support/eventually.ts';
import { ENABLED, ended, openApp, runCode, START_MS, type OpenedApp } from './console-page.ts';

/** Code that goes on when it is told to stop, so that its cell's button is switched off for a while. */
const STUBBORN = 'print("going")\nwhile True:\n  try:\n    while True: pass\n  except BaseException: pass';

let app: OpenedApp;

beforeAll(async () => {
  app = await openApp(ENABLED);
});

afterAll(async () => {
  await app.close();
});

/** Each test in a session of its own, with its first cell ready to be written in. */
beforeEach(async () => {
  await command('new-session');
  await becomes('code 0');
});

/** Chooses in the menu of the app, as its shortcuts do. */
const command = (name: AppCommand): Promise<void> =>
  app.app.evaluate(({ Menu }, id) => {
    Menu.getApplicationMenu()?.getMenuItemById(id)?.click();
  }, name);

const press = async (...keys: string[]): Promise<void> => {
  for (const key of keys) await app.page.keyboard.press(key);
};

/** What the keyboard is in. */
const focus = (): Promise<string> =>
  app.page.evaluate(() => {
    const active = document.activeElement;
    const at = [...document.querySelectorAll('.cell')].findIndex((cell) => cell.contains(active));
    if (active?.classList.contains('editor') === true) return `code ${at}`;
    if (active?.classList.contains('cell') === true) return `cell ${at}`;
    const name = active?.getAttribute('aria-label') ?? active?.textContent.trim() ?? '';
    return active === document.body ? 'nowhere' : `${active?.tagName.toLowerCase() ?? ''} ${name}`;
  });

const becomes = (expected: string): Promise<void> =>
  eventually(async () => expect(await focus()).toBe(expected));

/** Code that waits for an answer; the keyboard is in its field. */
const asking = async (): Promise<Locator> => {
  const cell = await runCode(app.page, 'input("Name? ")');
  const field = cell.locator('.input input');
  await field.waitFor({ timeout: 2 * START_MS });
  await field.focus();
  return cell;
};

it('a field for input goes with its run, stopped or crashed: the keyboard stays with the cell', async () => {
  const { page } = app;
  const stopped = await asking();
  await command('stop');
  await ended(stopped);
  await becomes('cell 0');
  await command('new-session');
  await becomes('code 0');
  const crashed = await asking();
  const status = await page.evaluate(() => globalThis.api.sandbox.status());
  if (!status.ok || status.value.pid === null) throw new Error('there is no process');
  process.kill(status.value.pid, 'SIGKILL');
  await ended(crashed);
  await becomes('cell 0');
});

it('a button that was pressed and is switched off or gone leaves the keyboard at what it is about', async () => {
  const { page } = app;
  const cell = await runCode(page, STUBBORN);
  await cell.getByText('going', { exact: true }).waitFor({ timeout: 2 * START_MS });
  await cell.getByRole('button', { name: 'Stop' }).press('Enter');
  await becomes('cell 0');
  await ended(cell);
  expect(await focus()).toBe('cell 0');
  await command('new-session');
  await becomes('code 0');
  const long = await ended(await runCode(page, 'for i in range(200): print("line", i)'));
  await long.getByRole('button', { name: 'Show all (200 lines)' }).press('Enter');
  await becomes('div Output');
  await long.getByRole('button', { name: 'Show less' }).press('Enter');
  await becomes('button Show all (200 lines)');
  const lost = await runCode(page, 'made = 1');
  await ended(lost);
  await page.getByRole('button', { name: 'Reset' }).press('Enter');
  await becomes('button Reset');
  const missing = await runCode(page, 'made');
  await missing.locator('.missing').getByRole('button', { name: 'Run all above' }).press('Enter');
  await becomes('cell 2');
  await ended(lost);
});

it('a button that is clicked while it has the keyboard, and is switched off, leaves it at what it is about', async () => {
  const { page } = app;
  await page.keyboard.insertText(STUBBORN);
  const cell = page.locator('.cell').first();
  await cell.getByRole('button', { name: 'Run' }).click();
  await cell.getByText('going', { exact: true }).waitFor({ timeout: 2 * START_MS });
  await becomes('button Stop');
  await cell.getByRole('button', { name: 'Stop' }).click();
  await becomes('cell 0');
  await ended(cell);
  expect(await focus()).toBe('cell 0');
});

it('what closes gives the keyboard to the cell it was in before', async () => {
  const { page } = app;
  await ended(await runCode(page, 'open("a.txt", "w").write("text")'));
  await page.getByRole('button', { name: 'Files', exact: true }).press('Enter');
  const drawer = page.getByRole('complementary', { name: 'Files' });
  const more = drawer.getByRole('button', { name: 'More for a.txt' });
  await more.press('Enter');
  await press('ArrowDown', 'Enter');
  await page.getByText('Deleted a.txt.').waitFor();
  await page.getByRole('button', { name: 'Undo' }).press('Enter');
  await becomes('cell 0');
  await more.waitFor();
  await drawer.getByRole('button', { name: 'Close' }).press('Enter');
  await becomes('cell 0');
});

it('a place that is left takes the keyboard to the next, and writing goes on after the way back', async () => {
  const { page } = app;
  await page.keyboard.type('first = ');
  await command('show-packages');
  await becomes('button Packages');
  await command('show-settings');
  await becomes('button Settings');
  await page.getByRole('switch').first().focus();
  await command('show-activity');
  await becomes('button Activity');
  await command('show-console');
  await becomes('code 0');
  await page.keyboard.type('1');
  expect(await page.locator('.cell .cm-content').innerText()).toBe('first = 1');
  // A click where nothing is takes it away.
  await page.locator('.scroller').click({ position: { x: 4, y: 400 } });
  await command('run');
  await ended(page.locator('.cell').first());
  expect(await focus()).toBe('nowhere');
});

it('what is undone by Ctrl+Z is not offered to be undone any more: two cells that were merged', async () => {
  const { page } = app;
  await page.keyboard.type('one');
  await press('Escape', 'b');
  await becomes('code 1');
  await page.keyboard.type('two');
  await press('Escape', 'ArrowUp', 'Shift+M');
  await page.getByText('Cells merged.').waitFor();
  await press('Control+z');
  await becomes('cell 1');
  await page.getByText('Cells merged.').waitFor({ state: 'detached', timeout: 5000 });
});

it('nothing is brought back under a dialog, where nobody sees it', async () => {
  const { page } = app;
  await page.keyboard.type('precious');
  await press('Escape', 'Delete');
  await becomes('cell 0');
  await press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await press('Control+z', '?', 'Escape');
  await becomes('cell 0');
  expect(await page.getByText('precious').count()).toBe(0);
  await press('Control+z');
  await page.getByText('precious').waitFor();
  expect(app.errors).toEqual([]);
});
