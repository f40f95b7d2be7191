/** The smallest window that is worked in, in German: what has to be seen there is. */
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { ENABLED, openApp, START_MS, type OpenedApp } from './console-page.ts';

let app: OpenedApp;

beforeAll(async () => {
  app = await openApp({ ...ENABLED, general: { language: 'de', theme: 'dark' } });
  await app.page.setViewportSize({ width: 760, height: 480 });
  await app.page.locator('.cell').first().waitFor();
});

afterAll(async () => {
  await app.close();
});

const rightOf = (place: Locator): Promise<number> =>
  place.evaluate((element) => element.getBoundingClientRect().right);

it('the tab of the session in view is seen whole, also while it grows', async () => {
  const { page } = app;
  const add = page.getByRole('button', { name: 'Neue Sitzung' });
  for (let count = 2; count <= 8; count += 1) await add.click();
  const tab = page.getByRole('tab', { selected: true });
  const edge = await rightOf(page.getByRole('tablist'));
  const isWhole = (): Promise<void> =>
    eventually(async () => expect(await rightOf(tab.locator('.close'))).toBeLessThanOrEqual(edge));
  await isWhole();
  const cell = page.locator('.cell').first();
  await cell.locator('.cm-content').click();
  await page.keyboard.insertText('input("Wie heißt du? ")');
  await page.keyboard.press('Control+Enter');
  await cell.locator('.input input').waitFor({ timeout: 2 * START_MS });
  await tab.getByText('Wartet auf Sie').waitFor({ state: 'attached' });
  await isWhole();
  await page.keyboard.press('Escape');
  await cell.getByRole('button', { name: 'Ausführen' }).waitFor({ timeout: START_MS });
  await tab.focus();
  await page.keyboard.press('F2');
  await page.keyboard.type('Niederschlag in Bern und Basel');
  await page.keyboard.press('Enter');
  await tab.getByText('Niederschlag in Bern und Basel').waitFor();
  await isWhole();
});

it('code has most of the room of its cell; what runs it has its name for screen readers', async () => {
  const cell = app.page.locator('.cell').last();
  const [code, all] = await Promise.all(
    [cell.locator('.cm-content'), cell].map((place) => place.evaluate(({ clientWidth }) => clientWidth)),
  );
  expect((code ?? 0) / (all ?? 1)).toBeGreaterThan(0.6);
  expect(await cell.getByRole('button', { name: 'Ausführen' }).getAttribute('title')).toBe('Ausführen');
});

it('the menu of a cell names keys as the list of them does', async () => {
  const { page } = app;
  await page.locator('.cell').last().getByRole('button', { name: 'Mehr für diese Zelle' }).click();
  await page.getByRole('menuitem', { name: 'Mit der nächsten verbinden Umschalt+M' }).waitFor();
  await page.keyboard.press('Escape');
  expect(app.errors).toEqual([]);
});
