/** Each place in both themes against axe; serious and critical findings fail. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings } from '../support/axe.ts';
import {
  chooseNative,
  ENABLED,
  ended,
  goTo,
  openApp,
  runCode,
  type OpenedApp,
  type PlaceName,
} from './console-page.ts';

let app: OpenedApp;

const findings = (): Promise<string[]> => axeFindings(app.page);

const setTheme = async (theme: 'light' | 'dark'): Promise<void> => {
  await app.page.evaluate((name) => globalThis.api.config.set('general.theme', name), theme);
  await app.page.waitForFunction((name) => document.documentElement.dataset['theme'] === name, theme);
};

beforeAll(async () => {
  app = await openApp(ENABLED);
  await ended(
    await runCode(
      app.page,
      'import sys\nprint("\\x1b[31mred\\x1b[32mgreen\\x1b[33myellow\\x1b[34mblue\\x1b[35mmagenta\\x1b[36mcyan\\x1b[37mwhite")\nprint("careful", file=sys.stderr)\nfor i in range(100): print(i)\nraise ValueError("no")',
    ),
  );
});

afterAll(async () => {
  await app.close();
});

describe.each(['light', 'dark'] as const)('%s', (theme) => {
  beforeAll(() => setTheme(theme));

  it.each<PlaceName>(['Console', 'Packages', 'Activity', 'Settings'])('%s', async (place) => {
    await goTo(app.page, place);
    await app.page.locator('h1:visible, [role=tablist]:visible').first().waitFor();
    expect(await findings()).toEqual([]);
  });

  it('the native runtime, and the isolation layers', async () => {
    await goTo(app.page, 'Settings');
    await app.page.locator('input[name="runtime"][value="native"]').check();
    await app.page.getByRole('dialog', { name: 'Run code without the sandbox?' }).waitFor();
    expect(await findings()).toEqual([]);
    await app.page.getByRole('button', { name: 'Cancel' }).click();
    await chooseNative(app.page);
    expect(await findings()).toEqual([]);
    await goTo(app.page, 'Console');
    await app.page.getByRole('img', { name: 'Native · not sandboxed' }).waitFor();
    expect(await findings()).toEqual([]);
    await goTo(app.page, 'Settings');
    await app.page.locator('input[name="runtime"][value="embedded"]').check();
    await app.page.getByRole('button', { name: 'Later' }).click();
    await app.page.getByRole('contentinfo').getByRole('button', { name: 'Isolation layers' }).click();
    await app.page.getByText('Frozen worker').waitFor();
    expect(await findings()).toEqual([]);
    await app.page.keyboard.press('Escape');
  });
});

it('the first start', async () => {
  await app.page.evaluate(() => globalThis.api.config.set('plugins.python.enabled', false));
  await goTo(app.page, 'Console');
  await app.page.getByRole('heading', { name: 'Before the first run' }).waitFor();
  expect(await findings()).toEqual([]);
});

it('each place and the code can be reached by the keyboard alone', async () => {
  const { page } = app;
  await page.evaluate(() => globalThis.api.config.set('plugins.python.enabled', true));
  await page.getByRole('navigation').getByRole('button', { name: 'Console' }).focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Packages' }).waitFor();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  const editor = page.locator('.cm-content').first();
  const inEditor = (): Promise<boolean> =>
    editor.evaluate((element) => (element.getRootNode() as ShadowRoot).activeElement === element);
  for (let step = 0; step < 20 && !(await inEditor()); step += 1) await page.keyboard.press('Tab');
  expect(await inEditor()).toBe(true);
  await page.keyboard.press('Escape');
  expect(await inEditor()).toBe(false);
  expect(app.errors).toEqual([]);
});
