/** Nothing is wider than its place in any language, in a small window. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LANGUAGES, languageTraits } from '../../src/shared/languages.ts';
import { ENABLED, openApp, type OpenedApp } from './console-page.ts';

const WINDOW = { width: 900, height: 600 };
/** A window of 760×480 at 200 %. */
const ZOOMED = { width: 380, height: 240 };
let app: OpenedApp;

beforeAll(async () => {
  app = await openApp(ENABLED);
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

/** Boxes that scroll sideways, with what is too wide in them. */
const sidewaysScrollers = (): Promise<string[]> =>
  app.page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('*')]
      .filter((box) => ['auto', 'scroll'].includes(getComputedStyle(box).overflowX))
      .filter((box) => box.scrollWidth > box.clientWidth + 1)
      .map((box) => {
        const end = box.getBoundingClientRect().left + box.clientWidth;
        const inside = [...box.querySelectorAll<HTMLElement>('*')];
        const wide = inside.filter((element) => element.getBoundingClientRect().right > end + 1);
        return `${box.className}: ${wide.map(({ className, innerText }) => `${className} ${innerText}`).join(', ')}`;
      }),
  );

const show = async (language: string, view: number): Promise<void> => {
  const { page } = app;
  await page.evaluate((name) => globalThis.api.config.set('general.language', name as never), language);
  await page.waitForFunction((name) => document.documentElement.lang === name, language);
  await page.getByRole('navigation').getByRole('button').nth(view).click();
};

describe('in a small window', () => {
  beforeAll(() => app.page.setViewportSize(WINDOW));

  describe.each(LANGUAGES)('%s', (language) => {
    it.each([0, 1, 2, 3])('view %i', async (view) => {
      await show(language, view);
      expect(await app.page.evaluate(() => document.documentElement.dir)).toBe(
        languageTraits(language).direction,
      );
      expect(await misfits()).toEqual([]);
    });
  });
});

describe('at 200 %, nothing but the list of packages scrolls sideways:', () => {
  beforeAll(() => app.page.setViewportSize(ZOOMED));

  describe.each(LANGUAGES)('%s', (language) => {
    it.each([0, 2, 3])('view %i', async (view) => {
      await show(language, view);
      expect(await sidewaysScrollers()).toEqual([]);
    });
  });
});
