/** Formulas, Markdown, JSON, sound and pages with scripts, as the window shows them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { axeFindings } from '../support/axe.ts';
import { testWheels } from '../support/test-wheels.ts';
import { ENABLED, ended, openApp, runCode, START_MS, type OpenedApp } from './console-page.ts';

let app: OpenedApp;

beforeAll(async () => {
  app = await openApp(ENABLED);
});

afterAll(async () => {
  await app.close();
});

it('formulas of sympy are set, once, with fonts that come with the app', async (context) => {
  const { page } = app;
  const mirror = await testWheels(context);
  await page.evaluate((folder) => globalThis.api.config.set('sandbox.packages.mirror', folder), mirror);
  const cell = await ended(
    await runCode(page, 'import sympy\nx = sympy.symbols("x")\nsympy.Integral(sympy.sqrt(x + 1), x)'),
  );
  await cell.locator('.value .katex-html').waitFor({ timeout: START_MS });
  expect(await cell.locator('.value math').count()).toBe(1);
  expect(await cell.locator('.line').count()).toBe(0);
  const fonts = await page.evaluate(async () => {
    await document.fonts.ready;
    return [...document.fonts]
      .filter(({ family, status }) => family.includes('KaTeX') && status === 'loaded')
      .map(({ family }) => family);
  });
  expect(fonts).not.toEqual([]);
});

it('a formula that can not be set, or that expands without an end, is shown as it was written', async () => {
  const cell = await ended(
    await runCode(
      app.page,
      'from IPython.display import display, Latex\ndisplay(Latex(r"$\\frac{$"))\ndisplay(Latex(r"$\\def\\a{\\a\\a}\\a$"))\ndisplay(Latex(r"$\\href{javascript:alert(1)}{press}\\includegraphics{https://leak.invalid/a.png}$"))',
    ),
  );
  await cell.locator('.latex').getByText('\\frac{').waitFor();
  await cell.locator('.latex').getByText('\\def\\a{\\a\\a}\\a').waitFor();
  expect(await cell.locator('a, img').count()).toBe(0);
});

it('Markdown is set without any HTML of the guest’s', async () => {
  const cell = await ended(
    await runCode(
      app.page,
      'from IPython.display import Markdown\nMarkdown("# Head\\n\\nText with **bold** and $a_1^2$\\n\\n| a | b |\\n|---|---|\\n| 1 | 2 |\\n\\n<b>no</b> <script>document.title=1</script> [press](https://leak.invalid) ![pic](https://leak.invalid/a.png)")',
    ),
  );
  await cell.getByRole('heading', { name: 'Head' }).waitFor();
  expect(await cell.locator('.markdown strong').innerText()).toBe('bold');
  expect(await cell.locator('.markdown td').allInnerTexts()).toEqual(['1', '2']);
  await cell.locator('.markdown .katex-html').waitFor();
  expect(await cell.locator('.markdown :is(b, a, img, script)').count()).toBe(0);
  expect(await app.page.title()).toBe('Vivarium');
});

it('JSON is a tree that the keyboard opens', async () => {
  const { page } = app;
  const cell = await ended(
    await runCode(
      page,
      'from IPython.display import JSON\nJSON({"list": list(range(250)), "text": "<b>", "deep": {"inner": 1}})',
    ),
  );
  const list = cell.getByRole('button', { name: /^list/u });
  await list.waitFor();
  await list.focus();
  await page.keyboard.press('Enter');
  expect(await list.getAttribute('aria-expanded')).toBe('true');
  await cell.getByText('99: 99').waitFor();
  await cell.getByRole('button', { name: 'Show more (150)' }).click();
  await cell.getByText('150: 150').waitFor();
  await cell.getByText('text: "<b>"').waitFor();
});

it('a sound has a player, and a page with scripts says that they do not run', async () => {
  const { page } = app;
  const sound = await ended(
    await runCode(page, 'from IPython.display import Audio\nAudio([0.0, 0.5, 0.0, -0.5] * 4000, rate=8000)'),
  );
  const audio = sound.locator('iframe').contentFrame().locator('audio');
  await audio.waitFor({ timeout: START_MS });
  await expect
    .poll(() => audio.evaluate((element: HTMLAudioElement) => element.duration), { timeout: START_MS })
    .toBeCloseTo(2, 1);
  const scripted = await ended(
    await runCode(page, 'from IPython.display import HTML\nHTML("<p>seen</p><script>1</script>")'),
  );
  await scripted.getByText('They are not run here').waitFor();
});

it.each(['light', 'dark'] as const)(
  'none of it is wrong for a screen reader, in the %s theme',
  async (theme) => {
    await app.page.evaluate((name) => globalThis.api.config.set('general.theme', name), theme);
    await app.page.waitForFunction((name) => document.documentElement.dataset['theme'] === name, theme);
    expect(await axeFindings(app.page)).toEqual([]);
    await app.page.screenshot({ path: `test-results/set-texts-${theme}.png` });
  },
);

it('broke no rule of the page', () => {
  expect(app.errors.filter((error) => !error.includes('Blocked script execution'))).toEqual([]);
});
