/** Nothing is wider than its place in any language, in a small window. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LANGUAGES, languageTraits } from '../../src/shared/languages.ts';
import { ENABLED, openApp, type OpenedApp } from './console-page.ts';

const WINDOW = { width: 900, height: 600 };
let app: OpenedApp;

beforeAll(async () => {
  app = await openApp(ENABLED);
  await app.page.setViewportSize(WINDOW);
});

afterAll(async () => {
  await app.close();
});

/** Buttons, labels and headings whose text is cut or that stick out of the window. */
const misfits = (): Promise<string[]> =>
  app.page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('button, label, h1, h2, [role=status], select, th, nav span')]
      .filter((element) => element.offsetParent !== null && element.closest('.visually-hidden') === null)
      .filter((element) => !element.classList.contains('example') && !element.classList.contains('words'))
      .filter((element) => {
        const { left, right } = element.getBoundingClientRect();
        return (
          left < 0 ||
          right > document.documentElement.clientWidth ||
          element.scrollWidth > element.clientWidth + 1
        );
      })
      .filter((element) => getComputedStyle(element).display !== 'inline')
      .map((element) => `${element.tagName} ${element.className}: ${element.innerText}`),
  );

describe.each(LANGUAGES)('%s', (language) => {
  it.each([0, 1, 2, 3])('place %i', async (place) => {
    const { page } = app;
    await page.evaluate((name) => globalThis.api.config.set('general.language', name), language);
    await page.waitForFunction((name) => document.documentElement.lang === name, language);
    expect(await page.evaluate(() => document.documentElement.dir)).toBe(languageTraits(language).direction);
    await page.getByRole('navigation').getByRole('button').nth(place).click();
    expect(await misfits()).toEqual([]);
  });
});
