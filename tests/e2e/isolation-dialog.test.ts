/** The list of isolation layers fits its dialog: it never scrolls sideways. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ENABLED, openApp, START_MS, type OpenedApp } from './console-page.ts';

const SMALL = { width: 760, height: 480 };
let app: OpenedApp;

beforeAll(async () => {
  app = await openApp(ENABLED);
});

afterAll(async () => {
  await app.close();
});

/** The dialog and everything in it that is wider than its place, with both widths. */
const tooWide = (): Promise<string[]> =>
  app.page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('dialog, dialog *:not(svg, svg *, .icon)')]
      .filter((element) => getComputedStyle(element).display !== 'inline')
      .filter((element) => element.scrollWidth > element.clientWidth && element.clientWidth > 0)
      .map(
        (element) =>
          `${element.tagName}.${element.className}: ${element.scrollWidth} > ${element.clientWidth}`,
      ),
  );

const expectToFit = async (): Promise<void> => {
  const { page } = app;
  expect(await tooWide()).toEqual([]);
  const { left, right } = await page
    .locator('dialog')
    .evaluate((box) => box.getBoundingClientRect().toJSON() as DOMRect);
  expect(left).toBeGreaterThanOrEqual(0);
  expect(right).toBeLessThanOrEqual(await page.evaluate(() => document.documentElement.clientWidth));
};

const zoom = (factor: number): Promise<void> =>
  app.app.evaluate(({ BrowserWindow }, to) => {
    BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(to);
  }, factor);

it.each(['en', 'de', 'pl', 'ja'])('%s: as it opens, and at twice the size', async (language) => {
  const { page } = app;
  await page.setViewportSize(SMALL);
  await zoom(1);
  await page.evaluate((name) => globalThis.api.config.set('general.language', name), language as 'en');
  await page.waitForFunction((name) => document.documentElement.lang === name, language);
  await page.getByRole('contentinfo').getByRole('button').last().click();
  await page.locator('dialog li').first().waitFor({ timeout: START_MS });
  expect(await page.locator('dialog li').count()).toBeGreaterThan(5);
  await expectToFit();
  const width = await page.evaluate(() => document.documentElement.clientWidth);
  await zoom(2);
  await page.waitForFunction((before) => document.documentElement.clientWidth < before, width);
  await expectToFit();
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
});
