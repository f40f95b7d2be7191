/** Cells and sessions by the keyboard, as somebody works with them all day. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { ENABLED, ended, openApp, runCode, START_MS, type OpenedApp } from './console-page.ts';

let app: OpenedApp;

beforeAll(async () => {
  app = await openApp(ENABLED);
});

afterAll(async () => {
  await app.close();
});

/** Each test in a session of its own, with its first cell ready to be written in. */
beforeEach(async () => {
  await app.page.getByRole('button', { name: 'New session' }).click();
  await eventually(async () => expect(await focus()).toBe('code 0'));
});

/** What the keyboard is in: the code of a cell, a cell, a tab, or whatever else. */
const focus = (): Promise<string> =>
  app.page.evaluate(() => {
    const cells = [...document.querySelectorAll('.cell')];
    const active = document.activeElement;
    const at = cells.findIndex((cell) => cell.contains(active));
    if (active?.classList.contains('editor') === true) return `code ${at}`;
    if (active?.classList.contains('cell') === true) return `cell ${at}`;
    if (at >= 0) return `in cell ${at}`;
    return active?.getAttribute('role') ?? active?.tagName ?? 'nothing';
  });

const sources = (): Promise<string[]> =>
  app.page
    .locator('.cm-content')
    .evaluateAll((editors) =>
      editors.map((editor) =>
        [...editor.querySelectorAll('.cm-line')]
          .map((line) => (line.querySelector('.cm-placeholder') === null ? line.textContent : ''))
          .join('\n'),
      ),
    );

const becomes = async (expected: string): Promise<void> =>
  eventually(async () => expect(await focus()).toBe(expected));

const press = async (...keys: string[]): Promise<void> => {
  for (const key of keys) await app.page.keyboard.press(key);
};

/** Writes cells one below the other; the keyboard is at the last of them, outside of its code. */
const write = async (...texts: string[]): Promise<void> => {
  for (const [index, text] of texts.entries()) {
    if (index > 0) {
      await press('b');
      await becomes(`code ${index}`);
    }
    await app.page.keyboard.insertText(text);
    await press('Escape');
    await becomes(`cell ${index}`);
  }
};

it('Shift+Enter goes on, Ctrl+Enter stays, Alt+Enter inserts a cell', async () => {
  const { page } = app;
  await page.keyboard.insertText('n = 20');
  await press('Shift+Enter');
  await becomes('code 1');
  await page.keyboard.insertText('n + 1');
  await press('Control+Enter');
  await page.locator('.cell').nth(1).locator('.value', { hasText: '21' }).waitFor({ timeout: START_MS });
  expect(await focus()).toBe('code 1');
  await page.locator('.cell').nth(0).locator('.cm-content').click();
  await press('Alt+Enter');
  await becomes('code 1');
  expect(await sources()).toEqual(['n = 20', '', 'n + 1', '']);
  await press('Shift+Enter');
  await becomes('code 2');
});

it('cells are inserted, moved, duplicated, split and merged; the keyboard goes along', async () => {
  const { page } = app;
  await write('one', 'two', 'three');
  await press('ArrowUp');
  await becomes('cell 1');
  await press('Alt+ArrowUp');
  await becomes('cell 0');
  expect(await sources()).toEqual(['two', 'one', 'three']);
  await press('a');
  await becomes('code 0');
  await page.keyboard.insertText('zero');
  await press('Escape', 'ArrowDown', 'd');
  await becomes('code 2');
  expect(await sources()).toEqual(['zero', 'two', 'two', 'one', 'three']);
  await press('Home', 'ArrowRight', 'Control+Shift+-');
  await becomes('code 3');
  expect(await sources()).toEqual(['zero', 'two', 't', 'wo', 'one', 'three']);
  await press('Escape', 'Shift+M');
  await eventually(async () => expect(await sources()).toEqual(['zero', 'two', 't', 'wo\none', 'three']));
  await becomes('cell 3');
  // The editor's own undo leaves the code of both.
  await press('Enter');
  await becomes('code 3');
  await press('Control+z');
  expect(await sources()).toEqual(['zero', 'two', 't', 'wo\none', 'three']);
  await press('Escape');
  await becomes('cell 3');
  await press('Control+z');
  await eventually(async () => expect(await sources()).toEqual(['zero', 'two', 't', 'wo', 'one', 'three']));
  await becomes('cell 4');
  await press('Delete');
  await becomes('cell 4');
  expect(await sources()).toEqual(['zero', 'two', 't', 'wo', 'three']);
  await press('Enter');
  await becomes('code 4');
});

it('cells are dragged by their margin', async () => {
  const { page } = app;
  await write('one', 'two', 'three');
  const cells = page.locator('.cell');
  const below = await cells.nth(2).boundingBox();
  await cells
    .nth(0)
    .locator('.gutter')
    .dragTo(cells.nth(2), { targetPosition: { x: 60, y: (below?.height ?? 0) - 4 } });
  await eventually(async () => expect(await sources()).toEqual(['two', 'three', 'one']));
  await becomes('cell 2');
  await cells
    .nth(2)
    .locator('.gutter')
    .dragTo(cells.nth(0), { targetPosition: { x: 60, y: 4 } });
  await eventually(async () => expect(await sources()).toEqual(['one', 'two', 'three']));
});

it('the menu of a cell says and does the same, and gives the keyboard back', async () => {
  const { page } = app;
  const cell = await ended(await runCode(page, 'print("copied text")'));
  const button = cell.getByRole('button', { name: 'More for this cell' });
  await button.focus();
  await press('Enter');
  await page.getByRole('menuitem', { name: 'Insert cell above' }).waitFor();
  await press('Escape');
  await eventually(async () => expect(await focus()).toBe('in cell 0'));
  await press('Enter');
  await page.getByRole('menuitem', { name: 'Copy output' }).click();
  await page.getByText('Copied', { exact: true }).first().waitFor();
  expect(await app.app.evaluate(({ clipboard }) => clipboard.readText())).toBe('copied text');
  await button.click();
  await page.getByRole('menuitem', { name: 'Clear output' }).click();
  await becomes('cell 0');
  expect(await cell.locator('.result').count()).toBe(0);
  await button.click();
  expect(await page.getByRole('menuitem', { name: 'Clear output' }).isDisabled()).toBe(true);
  expect(await page.getByRole('menuitem', { name: 'Move up' }).isDisabled()).toBe(true);
  await press('End', 'Escape');
});

it('all cells run one after the other, as far as one fails; and those above one', async () => {
  const { page } = app;
  await write('a = 1', 'a = a + 1\na', '1 / 0', 'print("not reached")');
  await page.getByRole('button', { name: 'Run all', exact: true }).click();
  const cells = page.locator('.cell');
  await cells
    .nth(2)
    .getByRole('alert')
    .waitFor({ timeout: 2 * START_MS });
  expect(await cells.nth(1).locator('.value').innerText()).toContain('2');
  expect(await cells.nth(3).locator('.result').count()).toBe(0);
  await cells.nth(2).getByRole('button', { name: 'More for this cell' }).click();
  await page.getByRole('menuitem', { name: 'Run all above' }).click();
  await cells.nth(1).locator('.gutter', { hasText: '[5]' }).waitFor({ timeout: START_MS });
  expect(await cells.nth(2).locator('.gutter').innerText()).toBe('[3]');
});

it('the keyboard stays where it was when a run begins and ends, and when input is answered', async () => {
  const { page } = app;
  await page.keyboard.insertText('input("Name? ")');
  await press('Escape');
  await page.locator('.cell').first().getByRole('button', { name: 'Run' }).focus();
  await press('Enter');
  await page.locator('.input input').waitFor({ timeout: START_MS });
  await page.locator('.input input').focus();
  await page.keyboard.type('Ada');
  await press('Enter');
  await ended(page.locator('.cell').first());
  expect(await focus()).toBe('cell 0');
  await press('Tab');
  expect(await focus()).toMatch(/^(?:code|in cell) 0$/u);
});

it('a session is renamed with F2, and closed by its cross and with Delete', async () => {
  const { page } = app;
  const tab = page.getByRole('tab', { selected: true });
  const before = await page.getByRole('tab').count();
  await tab.focus();
  await press('F2');
  await page.keyboard.type('Rainfall');
  await press('Enter');
  expect(await tab.innerText()).toContain('Rainfall');
  expect(await focus()).toBe('tab');
  await press('F2');
  await page.keyboard.type('Other');
  await press('Escape');
  expect(await tab.innerText()).toContain('Rainfall');
  await press('Delete');
  await page.getByText('Rainfall closed.').waitFor();
  expect(await focus()).toBe('tab');
  await press('Control+z');
  await eventually(async () => expect(await page.getByRole('tab').count()).toBe(before));
  expect(await tab.innerText()).toContain('Rainfall');
  await tab.locator('.close').click();
  expect(await page.getByRole('tab').count()).toBe(before - 1);
  expect(await focus()).toBe('tab');
});

it('? lists the keys; axe finds nothing serious in the list, a menu and a name that is being changed', async () => {
  const { page } = app;
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  const findings = async (): Promise<string[]> => {
    const found = await page.evaluate<AxeResults>('axe.run(document, { resultTypes: ["violations"] })');
    return found.violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  };
  await press('?');
  expect(await sources()).toEqual(['?']);
  await press('Escape', '?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  expect(await findings()).toEqual([]);
  await press('Escape');
  await becomes('cell 0');
  await page.getByRole('button', { name: 'More for this cell' }).click();
  await page.getByRole('menuitem').first().waitFor();
  expect(await findings()).toEqual([]);
  await press('Escape');
  await page.getByRole('tab', { selected: true }).dblclick();
  await page.getByRole('textbox', { name: 'Rename session' }).waitFor();
  expect(await findings()).toEqual([]);
  await press('Escape');
  expect(app.errors).toEqual([]);
});
