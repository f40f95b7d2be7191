/** Writing code by the keyboard: names are completed, help is shown, and the keyboard is never lost. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { testWheels, testWheelsFolder } from '../support/test-wheels.ts';
import { axeFindings } from '../support/axe.ts';
import { ENABLED, ended, openApp, runCode, START_MS, type OpenedApp } from './console-page.ts';

let app: OpenedApp;

beforeAll(async () => {
  app = await openApp({ ...ENABLED, sandbox: { packages: { mirror: testWheelsFolder() } } });
});
afterAll(async () => {
  await app.close();
});
beforeEach(async () => {
  await app.page.getByRole('button', { name: 'New session' }).click();
  await eventually(async () =>
    expect(await app.page.evaluate(() => document.activeElement?.classList.contains('editor'))).toBe(true),
  );
});

const list = () => app.page.locator('.cm-tooltip-autocomplete');
const help = () => app.page.locator('.cm-call-help');
const offered = (): Promise<string[]> => list().locator('.cm-completionLabel').allTextContents();
const press = async (...keys: string[]): Promise<void> => {
  for (const key of keys) await app.page.keyboard.press(key);
};
const type = (text: string): Promise<void> => app.page.keyboard.type(text, { delay: 20 });
const source = (index = -1): Promise<string> =>
  app.page
    .locator('.cell')
    .nth(index)
    .locator('.cm-content')
    .evaluate((editor) =>
      [...editor.querySelectorAll('.cm-line')].map((line) => line.textContent).join('\n'),
    );
/** Runs code, and goes on in the next cell. */
const ran = async (code: string): Promise<void> => {
  await ended(await runCode(app.page, code));
  await app.page.locator('.cell').last().locator('.cm-content').click();
};
const offers = async (...names: string[]): Promise<void> => {
  await list().waitFor({ timeout: START_MS });
  await eventually(async () => expect(await offered()).toEqual(expect.arrayContaining(names)));
};

it('names of the session, members and keys, taken with Tab', async () => {
  await ran(
    'weights = {"north pole": 1, "south": 2}\ndef weigh(item, scale=2, *, unit="kg"):\n    "Weighs an item."',
  );
  await type('weig');
  await offers('weights', 'weigh');
  await press('ArrowDown', 'ArrowDown', 'Enter');
  expect(['weigh', 'weights']).toContain(await source());
  await press('Control+a');
  await type('weights.po');
  await offers('pop', 'popitem');
  await press('Tab');
  expect(await source()).toMatch(/^weights\.pop/u);
  await press('Control+a');
  await type('weights["');
  await offers('north pole', 'south');
  await type('nor');
  await press('Tab');
  expect(await source()).toBe('weights["north pole"]');
});

it('parameters and help of what is called, and Esc goes out step by step', async () => {
  await ran('def weigh(item, scale=2, *, unit="kg"):\n    "Weighs an item."');
  await type('weigh(3');
  await press('Shift+Tab');
  await help().waitFor();
  expect(await help().innerText()).toContain("weigh(item, scale=2, *, unit='kg')");
  expect(await help().innerText()).toContain('Weighs an item.');
  expect(await axeFindings(app.page)).toEqual([]);
  // It stays while the arguments are written.
  await type(', 4');
  await help().waitFor();
  await press('Escape');
  await eventually(async () => expect(await help().count()).toBe(0));
  expect(await app.page.evaluate(() => document.activeElement?.classList.contains('editor'))).toBe(true);
  await press('Escape');
  await eventually(async () =>
    expect(await app.page.evaluate(() => document.activeElement?.classList.contains('cell'))).toBe(true),
  );
});

it('modules to import before anything has run, and what the code of the cells has', async () => {
  await type('import num');
  await offers('numpy', 'numbers');
  await press('Tab');
  expect(await source()).toMatch(/^import num(?:py|bers)$/u);
  await press('Control+a');
  await type('measured_length = 1');
  await press('Enter');
  await type('meas');
  await offers('measured_length');
  await press('Tab');
  expect(await source()).toBe('measured_length = 1\nmeasured_length');
  await press('Enter');
  await type('nothing(');
  await press('Shift+Tab');
  await help().waitFor();
  expect(await help().innerText()).toContain('nothing');
  expect(await axeFindings(app.page)).toEqual([]);
});

it('completes from the text while code runs, and Enter is for a new line', async () => {
  const { page } = app;
  const cell = await runCode(page, 'long_running_name = 1\nwhile True: pass');
  await cell.getByRole('button', { name: 'Stop' }).waitFor({ timeout: START_MS });
  await page.getByRole('button', { name: 'New cell' }).click();
  await type('long_r');
  await offers('long_running_name');
  await press('Enter');
  expect(await source()).toBe('long_r\n');
  await cell.getByRole('button', { name: 'Stop' }).click();
  await ended(cell);
});

it('members of data frames with their columns, and of modules after their import', async (context) => {
  await testWheels(context);
  await ran(
    'import pandas as pd, numpy as np\ndf = pd.DataFrame({"height": [1], "hat size": [2]})\nheights = df["height"]',
  );
  await type('df.hei');
  await offers('height');
  await press('Control+a');
  await type('df.grou');
  await offers('groupby');
  await press('Control+a');
  await type('df["ha');
  await offers('hat size');
  await press('Control+a');
  await type('heights.dt.ye');
  await offers('year');
  await press('Control+a');
  await type('np.lins');
  await offers('linspace');
  await press('Tab');
  await type('(');
  await press('Shift+Tab');
  await help().waitFor();
  expect(await help().innerText()).toContain('linspace(start, stop, num=50');
  await press('Escape', 'Control+a');
  await type('from pandas import DataF');
  await offers('DataFrame');
});

it('comments lines out, closes brackets, and takes indentation away', async () => {
  await type('f(');
  expect(await source()).toBe('f()');
  await press('Control+a');
  await type('a = 1');
  await press('Control+/');
  expect(await source()).toBe('# a = 1');
  await press('Control+/', 'Home', 'Tab');
  expect(await source()).toBe('    a = 1');
  await press('Home', 'Shift+Tab');
  expect(await source()).toBe('a = 1');
});
