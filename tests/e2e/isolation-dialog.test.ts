/** The list of isolation layers fits its dialog: it never scrolls sideways. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

describe.each(['en', 'de', 'pl', 'ja'])('%s', (language) => {
  it.each([
    ['as it opens', 1],
    ['at 200 %', 2],
  ])('%s', async (_name, zoom) => {
    const { page } = app;
    await page.setViewportSize(SMALL);
    await page.evaluate((name) => globalThis.api.config.set('general.language', name), language as 'en');
    await page.waitForFunction((name) => document.documentElement.lang === name, language);
    await app.app.evaluate(({ BrowserWindow }, factor) => {
      BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(factor);
    }, zoom);
    await page.getByRole('contentinfo').getByRole('button').last().click();
    await page.locator('dialog li').first().waitFor({ timeout: START_MS });
    expect(await page.locator('dialog li').count()).toBeGreaterThan(5);
    expect(await tooWide()).toEqual([]);
    const { left, right } = await page
      .locator('dialog')
      .evaluate((box) => box.getBoundingClientRect().toJSON() as DOMRect);
    expect(left).toBeGreaterThanOrEqual(0);
    expect(right).toBeLessThanOrEqual(await page.evaluate(() => document.documentElement.clientWidth));
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
  });
});
