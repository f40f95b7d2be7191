import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { ENABLED, ended, goTo, openApp, runCode, START_MS, type OpenedApp } from './console-page.ts';

let app: OpenedApp;

beforeAll(async () => {
  app = await openApp(ENABLED);
});

afterAll(async () => {
  await app.close();
});

it('shows examples first, then what code prints and its value, in order', async () => {
  const { page } = app;
  expect(await page.locator('.example').count()).toBe(3);
  const cell = await ended(
    await runCode(page, 'import sys\nprint("one")\nprint("two", file=sys.stderr)\nprint("three")\n6 * 7'),
  );
  const texts = await cell.locator('.output > *').allInnerTexts();
  expect(texts.map((text) => text.replaceAll(/\s+/gu, ' ').trim())).toEqual(['one', 'two', 'three', '→ 42']);
  expect(await cell.locator('.stderr').innerText()).toBe('two');
  expect(await page.locator('.example').count()).toBe(0);
});

it('keeps variables, shows an error with its line, and folds the traceback', async () => {
  const { page } = app;
  await ended(await runCode(page, 'x = 41'));
  const cell = await ended(await runCode(page, 'y = x + 1\nraise ValueError(f"no {y}")'));
  expect(await cell.getByRole('alert').locator('.head').innerText()).toMatch(/ValueError\s*no 42/u);
  expect(await cell.locator('.cm-error-line').innerText()).toBe('raise ValueError(f"no {y}")');
  expect(await cell.locator('details').getAttribute('open')).toBeNull();
  await cell.locator('summary').click();
  expect(await cell.locator('details pre').innerText()).toContain('line 2');
});

it('names code in a traceback by the number of its cell, also once the variables before it are gone', async () => {
  const { page } = app;
  await page.getByRole('button', { name: 'Reset' }).click();
  const numberOf = async (cell: Locator): Promise<string> =>
    /^\[(\d+)\]$/u.exec(await cell.getByText(/^\[\d+\]$/u).innerText())?.[1] ?? '';
  const made = await ended(await runCode(page, 'def broken():\n    return 1 / 0'));
  const cell = await ended(await runCode(page, 'broken()'));
  await cell.locator('summary').click();
  const traceback = await cell.locator('details pre').innerText();
  expect(traceback).toContain(`File "<script ${await numberOf(cell)}>", line 1`);
  expect(traceback).toContain(`File "<script ${await numberOf(made)}>", line 2`);
});

it('shows output of a guest as text, never as markup', async () => {
  const cell = await ended(
    await runCode(app.page, 'print("<img src=x onerror=alert(1)>\\x1b[31mred\\x1b[0m")'),
  );
  expect(await cell.locator('.output').innerText()).toBe('<img src=x onerror=alert(1)>red');
  expect(await cell.locator('.output img').count()).toBe(0);
  expect(await cell.locator('.ansi-fg-red').innerText()).toBe('red');
});

it('folds a long text, and draws only the lines in sight when it is unfolded', async () => {
  const cell = await ended(await runCode(app.page, 'for i in range(10_000): print("line", i)'));
  expect(await cell.locator('.line').count()).toBe(40);
  expect(await cell.locator('.line').last().innerText()).toBe('line 9999');
  await cell
    .getByRole('button', { name: 'Show all (10,000 lines)' })
    .or(cell.getByRole('button', { name: 'Show all (10000 lines)' }))
    .click();
  const box = cell.locator('.scroller');
  await box.evaluate((element) => (element.scrollTop = element.scrollHeight));
  await cell.getByText('line 9999', { exact: true }).waitFor();
  expect(await cell.locator('.scroller .line').count()).toBeLessThan(200);
  await cell.getByRole('button', { name: 'Show less' }).click();
});

it('scrolls with new output only while the end is in sight', async () => {
  const { page } = app;
  const panel = page.getByRole('tabpanel');
  const toEnd = (): Promise<number> =>
    panel.evaluate((box) => Math.round(box.scrollHeight - box.scrollTop - box.clientHeight));
  await ended(await runCode(page, 'for i in range(30): print("more", i)'));
  await eventually(async () => expect(await toEnd()).toBeLessThanOrEqual(1));
  const waiting = await runCode(page, 'input("go on? ")\nfor i in range(30): print("later", i)');
  const field = waiting.locator('.input input');
  await field.fill('yes');
  await panel.evaluate((box) => box.scrollTo({ top: 0 }));
  await field.evaluate((element: HTMLInputElement) => element.form?.requestSubmit());
  await ended(waiting);
  expect(await panel.evaluate((box) => box.scrollTop)).toBe(0);
});

it('brings back earlier code with arrow-up in an empty cell', async () => {
  const { page } = app;
  const last = page.locator('.cell').last();
  await last.locator('.cm-content').click();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  expect(await last.locator('.cm-content').innerText()).toContain('"more"');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  // Only its hint is left.
  expect(await last.locator('.cm-placeholder').count()).toBe(1);
});

it('stops an endless loop and keeps the variables', async () => {
  const { page } = app;
  const cell = await runCode(page, 'kept = 1\nprint("looping")\nwhile True: pass');
  await cell.getByText('looping', { exact: true }).waitFor({ timeout: START_MS });
  expect(await page.getByTestId('sandbox-state').innerText()).toMatch(/^Running\s\d\d:\d\d$/u);
  // What is read out does not change each second.
  expect(await page.getByTestId('sandbox-state').getByRole('status').innerText()).toBe('Running');
  await cell.getByRole('button', { name: 'Stop' }).click();
  await cell.getByText('Interrupted. Variables kept.').waitFor();
  const next = await ended(await runCode(page, 'kept + 1'));
  expect(await next.locator('.value').innerText()).toContain('2');
});

it('shows sessions as tabs that the keyboard reaches', async () => {
  const { page } = app;
  await page.getByRole('button', { name: 'New session' }).click();
  const cell = await ended(await runCode(page, 'kept'));
  expect(await cell.getByRole('alert').innerText()).toContain('NameError');
  await page.getByRole('tab', { name: 'Session 2' }).focus();
  await page.keyboard.press('ArrowLeft');
  expect(await page.getByRole('tab', { name: 'Session 1' }).getAttribute('aria-selected')).toBe('true');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Delete');
  expect(await page.getByRole('tab').count()).toBe(1);
});

it('marks what is lost after a reset', async () => {
  const { page } = app;
  await page.getByRole('button', { name: 'Reset' }).click();
  await page.locator('.cell.stale').first().waitFor();
  expect(await page.locator('.stale-note').first().innerText()).toBe('The variables of this cell are lost.');
});

it('shows in Activity what happened', async () => {
  const { page } = app;
  await goTo(page, 'Activity');
  await page.getByText('Session 1: stopped by hand').waitFor();
  await page.getByLabel('Show', { exact: true }).selectOption('run');
  expect(await page.locator('.timeline li').first().innerText()).toContain('Run');
  await page.getByRole('button', { name: 'Copy as JSON' }).click();
  await page.getByText('Copied', { exact: true }).waitFor();
  const copied = await app.app.evaluate(({ clipboard }) => clipboard.readText());
  expect(JSON.parse(copied)).toContainEqual(
    expect.objectContaining({ type: 'run-ended', status: 'cancelled' }),
  );
  await goTo(page, 'Console');
});

it("broke no rule of the page's content policy", () => {
  expect(app.errors).toEqual([]);
});
