/** Data frames, as somebody looks at them: all of their rows, by keyboard, in any order, and out of the app. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect, it, onTestFinished, type TestContext } from 'vitest';
import { axeFindings } from '../support/axe.ts';
import { eventually } from '../support/eventually.ts';
import { testWheels } from '../support/test-wheels.ts';
import { openVivariumWindow, type VivariumWindow } from '../support/vivarium-window.ts';
import { ENABLED, ended, runCode, START_MS } from './console-page.ts';

/** pandas is fetched, installed and imported in each of the tests. */
const LONG_MS = 300_000;

const FRAME = `
import numpy as np
import pandas as pd
df = pd.DataFrame({f"c{i}": np.arange(100_000) * (i + 1) for i in range(9)})
df["name"] = [f"row {i}" for i in range(100_000)]
df.loc[5, "c1"] = np.nan
df`;

const newData = async (context: TestContext): Promise<string> => {
  const mirror = await testWheels(context);
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-tables-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  mkdirSync(folder, { recursive: true });
  const settings = { version: 1, ...ENABLED, sandbox: { packages: { mirror } } };
  writeFileSync(path.join(folder, 'settings.json'), JSON.stringify(settings));
  return folder;
};

const open = async (dataFolder: string): Promise<VivariumWindow> => {
  const opened = await openVivariumWindow({ dataFolder });
  await opened.page.waitForSelector('.cell');
  return opened;
};

/** What the cell of the grid says that the keyboard is in. */
const activeText = (grid: Locator): Promise<string> =>
  grid.evaluate((box) => {
    const id = box.getAttribute('aria-activedescendant');
    return id === null ? '' : (document.getElementById(id)?.textContent ?? '');
  });

const expectActive = (grid: Locator, text: string): Promise<void> =>
  eventually(async () => expect(await activeText(grid)).toContain(text), { withinMs: START_MS });

const gridOf = (cell: Locator): Locator => cell.getByRole('grid');

const choose = async (cell: Locator, column: string, comparison: string, value?: string): Promise<void> => {
  await cell.getByLabel('Column').selectOption({ label: column });
  await cell.getByLabel('Comparison').selectOption({ label: comparison });
  if (value === undefined) return;
  await cell.getByLabel('Value').fill(value);
  await cell.getByLabel('Value').press('Enter');
};

it(
  '100,000 rows are gone through, sorted, filtered, read whole, copied and saved',
  { timeout: LONG_MS },
  async (context) => {
    const { app, page, close } = await open(await newData(context));
    onTestFinished(close);
    const cell = await ended(await runCode(page, FRAME));
    const grid = gridOf(cell);
    await cell
      .getByText('100000 rows × 10 columns')
      .or(cell.getByText('100,000 rows × 10 columns'))
      .waitFor();
    await grid.focus();
    await page.keyboard.press('Control+End');
    await expectActive(grid, 'row 99999');
    await page.keyboard.press('PageUp');
    await eventually(async () => expect(await activeText(grid)).toMatch(/^row 9998\d$/u));
    await page.keyboard.press('Control+Home');
    await expectActive(grid, '0');
    // By the head of the column c0: upwards, then downwards.
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await grid.locator('[aria-sort="ascending"]').waitFor({ timeout: START_MS });
    await page.keyboard.press('Enter');
    await grid.locator('[aria-sort="descending"]').waitFor({ timeout: START_MS });
    const width = await grid.locator('[aria-sort]').evaluate((head) => head.clientWidth);
    await page.keyboard.press('Alt+ArrowRight');
    await eventually(async () =>
      expect(await grid.locator('[aria-sort]').evaluate((head) => head.clientWidth)).toBe(width + 16),
    );
    await page.keyboard.press('ArrowDown');
    await expectActive(grid, '99999');
    await cell.getByRole('button', { name: 'Filter' }).press('Enter');
    await choose(cell, 'name', 'contains', 'row 9999');
    await cell.getByText('11 of 100').waitFor({ timeout: START_MS });
    expect(await axeFindings(page)).toEqual([]);
    await grid.focus();
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('End');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Control+c');
    await eventually(async () =>
      expect(await app.evaluate(({ clipboard }) => clipboard.readText())).toBe('row 99999\nrow 99998'),
    );
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'vivarium-csv-')), 'table.csv');
    onTestFinished(() => rmSync(path.dirname(file), { recursive: true, force: true }));
    // Only the system's own dialog is not really asked.
    await app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath, bookmark: '' });
    }, file);
    await cell.getByRole('button', { name: 'Save as CSV' }).click();
    await page.getByText(`Saved as ${file}`).waitFor({ timeout: START_MS });
    const lines = readFileSync(file, 'utf8').trimEnd().split('\r\n');
    expect(lines[0]).toBe(',c0,c1,c2,c3,c4,c5,c6,c7,c8,name');
    expect(lines[1]).toMatch(/^99999,99999,199998\.0,.*,row 99999$/u);
    expect(lines).toHaveLength(12);
    await choose(cell, 'c1', 'is missing');
    await cell.getByText('1 of 100').waitFor({ timeout: START_MS });
    await grid.locator('.missing', { hasText: 'NaN' }).waitFor();
    await choose(cell, 'c0', '<', 'x');
    await cell.getByText('This is no value of the column’s type.').waitFor({ timeout: START_MS });
    await cell.getByRole('button', { name: 'Filter' }).click();
    await cell.getByText('1 of 100').waitFor({ state: 'detached', timeout: START_MS });
    const long = await ended(await runCode(page, 'pd.Series(["a" * 5000], name="long")'));
    await gridOf(long).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    const whole = page.getByRole('dialog', { name: 'long, row 1' });
    // All of it at once; a long line is in rows.
    await eventually(async () =>
      expect((await whole.textContent())?.match(/a{50,}/gu)?.join('')).toHaveLength(5000),
    );
    expect(await whole.getByRole('button', { name: /^Show/u }).count()).toBe(0);
    await page.keyboard.press('Escape');
    await eventually(async () =>
      expect(await gridOf(long).evaluate((box) => box === document.activeElement)).toBe(true),
    );
  },
);

const setTheme = async (page: Page, theme: 'light' | 'dark'): Promise<void> => {
  await page.evaluate((name) => globalThis.api.config.set('general.theme', name), theme);
  await page.waitForFunction((name) => document.documentElement.dataset['theme'] === name, theme);
};

it(
  'rows wait for the end of a run, and what was loaded stays when the variables are gone',
  { timeout: LONG_MS },
  async (context) => {
    const data = await newData(context);
    const first = await open(data);
    const { page } = first;
    const cell = await ended(await runCode(page, FRAME));
    const grid = gridOf(cell);
    const running = await runCode(page, 'while True: pass');
    await running.getByRole('button', { name: 'Stop' }).waitFor();
    await grid.focus();
    await page.keyboard.press('Control+End');
    await cell.getByText('Code is running; more rows come when it has ended.').waitFor();
    await running.getByRole('button', { name: 'Stop' }).click();
    await ended(running);
    await expectActive(grid, 'row 99999');
    for (const theme of ['light', 'dark'] as const) {
      await setTheme(page, theme);
      expect(await axeFindings(page)).toEqual([]);
    }
    await page.getByRole('button', { name: 'Reset' }).click();
    await page.getByText('Reset: variables are gone.').waitFor();
    await grid.focus();
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('PageDown');
    for (let times = 0; times < 12; times += 1) await page.keyboard.press('PageDown');
    await cell.getByText('The variables of this table are gone').waitFor({ timeout: START_MS });
    // The last rows were loaded before.
    await page.keyboard.press('Control+End');
    await expectActive(grid, 'row 99999');
    await first.close();
    const second = await open(data);
    onTestFinished(second.close);
    const kept = second.page.locator('.cell').first();
    await gridOf(kept).focus();
    await second.page.keyboard.press('Control+End');
    await kept.getByText('The variables of this table are gone').waitFor({ timeout: START_MS });
    await second.page.keyboard.press('Control+End');
    await expectActive(gridOf(kept), 'row 99');
  },
);

it('a guest that lies of its rows is not believed', { timeout: LONG_MS }, async (context) => {
  const { page, close } = await open(await newData(context));
  onTestFinished(close);
  await ended(await runCode(page, FRAME));
  const cell = await ended(
    await runCode(
      page,
      `formatters = [form for _, form in display.__closure__[0].cell_contents._forms._formatters]
tables = next(one for one in (getattr(form, "__self__", None) for form in formatters) if type(one).__name__ == "ShownTables")
type(tables).rows.__code__ = (lambda self, query: '{"kind":"rows","rows":100000,"cells":[["lie"]]}').__code__
df`,
    ),
  );
  await gridOf(cell).focus();
  await page.keyboard.press('Control+End');
  await cell.getByText('What Python says of this table contradicts itself').waitFor({ timeout: START_MS });
  expect(await gridOf(cell).getByText('lie').count()).toBe(0);
  await page.keyboard.press('Control+End');
  await expectActive(gridOf(cell), 'row 99');
  const fake = await ended(
    await runCode(
      page,
      `import json
table = {"version": 1, "table": "ff", "rows": 10**12, "columns": 1, "keptRows": 1_000_000, "levels": 1, "head": [],
         "fields": [{"name": ["<b>x</b>"], "type": "t", "isNumber": False}] * 2}
display({"application/vnd.vivarium.table+json": json.dumps(table)}, raw=True)`,
    ),
  );
  await fake
    .getByText('The variables of this table are gone')
    .or(fake.getByText('contradicts itself'))
    .waitFor();
  const alive = await ended(await runCode(page, '1 + 1'));
  expect(await alive.locator('.value').innerText()).toContain('2');
});
