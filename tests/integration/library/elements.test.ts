/** `<vivarium-settings>` and `<vivarium-questions>`, in an app that is built by electron-vite with the packed package. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LANGUAGES, type Language } from '../../../src/shared/languages.ts';
import { createTranslate } from '../../../src/shared/translate.ts';
import { axeFindings } from '../../support/axe.ts';
import { killSidecars, openEmbeddingApp, python, type EmbeddingApp } from '../../support/embedding-app.ts';
import { allTexts } from '../../support/locales.ts';
import { nativePython } from '../../support/native-python.ts';
import { packPackage, type PackedPackage } from '../../support/packed-package.ts';
import { processesMarked, untilNone } from '../../support/processes.ts';
import { testWheelsFolder } from '../../support/test-wheels.ts';
import { openVirtualDisplay, type VirtualDisplay } from '../../support/virtual-display.ts';

let packed: PackedPackage;
let display: VirtualDisplay;
let opened: EmbeddingApp;
let folder: string;
/** What the page's console was told of errors, a refusal by the page's policy among them. */
const complaints: string[] = [];

beforeAll(async () => {
  [packed, display] = await Promise.all([packPackage(), openVirtualDisplay()]);
  folder = await packed.example('embed-electron-vite');
  opened = await openEmbeddingApp({
    folder,
    display: display.name,
    dataFolder: path.join(packed.folder, 'data'),
    mirror: testWheelsFolder(),
  });
  opened.page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  opened.page.on('pageerror', (error) => complaints.push(error.message));
  await opened.page.reload();
  await settings().locator('#python-enabled').waitFor();
});

afterAll(async () => {
  await opened.close();
  await untilNone(() => processesMarked(folder));
  await display.close();
  packed.remove();
});

const settings = (): Locator => opened.page.locator('vivarium-settings');
const stored = (): unknown =>
  JSON.parse(readFileSync(path.join(packed.folder, 'data', 'chromium', 'python.json'), 'utf8'));
const runtimeIn = (language: Language): string =>
  createTranslate(language, allTexts())('settings.plugins.python.runtime');
/** Points at the native runtime, and says that this is meant. */
const chooseNative = async (): Promise<void> => {
  await settings()
    .getByRole('radio', { name: /^Native/u })
    .check();
  await settings().getByRole('button', { name: MEANT }).click();
  await settings().locator('#python-binpath').waitFor();
};
const MEANT = 'Run without the sandbox';
const dialog = (): Locator => opened.page.locator('vivarium-questions').getByRole('dialog');

/** In whatever document or shadow tree it is. */
const hasFocus = (element: Element): boolean => element.matches(':focus');

/** Runs code for another document of the app, which shows no questions and stays when the page is loaded again. */
const pythonOfOtherWindow = (code: string): Promise<unknown> =>
  opened.app.evaluate(
    async ({ BrowserWindow }, [file, text]) => {
      const window = new BrowserWindow({ show: false });
      await window.loadFile(file);
      const answer: unknown = await window.webContents.executeJavaScript(
        `vivarium.interpreter.pyodide(${JSON.stringify(text)})`,
      );
      window.destroy();
      return answer;
    },
    [path.join(folder, 'package.json'), code] as const,
  );

describe('the settings', () => {
  it('change the runtime to native and back, and code then runs there', async (context) => {
    const chosen = await nativePython(context);
    const { page } = opened;
    const runIn = async (): Promise<string> => {
      await page.getByLabel('Python code', { exact: true }).fill('import sys\nsys.platform');
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.locator('#run:enabled').waitFor();
      return page.locator('#answer').innerText();
    };
    expect(await settings().locator('#python-binpath').count()).toBe(0);
    await chooseNative();
    await settings().locator('#python-binpath').fill('/nowhere/python3');
    await page.keyboard.press('Enter');
    await settings().getByText('There is nothing at this path. Check it.').waitFor();
    await settings().getByRole('button', { name: 'Search' }).click();
    await settings().getByRole('button', { name: chosen }).click();
    await settings()
      .getByText(/Python [\d.]+ at \//u)
      .waitFor();
    expect(stored()).toMatchObject({ plugins: { python: { runtime: 'native', binpath: chosen } } });
    expect(await runIn()).toContain(process.platform);

    await settings()
      .getByRole('radio', { name: /^Embedded/u })
      .check();
    await settings().locator('#python-cache').waitFor();
    await expect.poll(stored).toMatchObject({ plugins: { python: { runtime: 'embedded' } } });
    expect(await runIn()).toContain('emscripten');
  });

  it('keep what was set when the page is loaded again', async () => {
    await settings().locator('#python-enabled').check();
    await expect.poll(stored).toMatchObject({ plugins: { python: { enabled: true } } });
    await opened.page.getByRole('button', { name: 'Later' }).click();
    await opened.page.reload();
    await settings().locator('#python-enabled').waitFor();
    expect(await settings().locator('#python-enabled').isChecked()).toBe(true);
  });

  it('are reached and changed by the keyboard alone', async () => {
    const { page } = opened;
    const focused = (): Promise<string | null> =>
      page.evaluate(() => document.querySelector('vivarium-settings')?.shadowRoot?.activeElement?.id ?? null);
    await page.getByRole('button', { name: 'Run', exact: true }).focus();
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('python-enabled');
    await page.keyboard.press('Space');
    await expect.poll(stored).toMatchObject({ plugins: { python: { enabled: false } } });
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    const meant = settings().getByRole('button', { name: MEANT });
    await meant.waitFor();
    for (let tabs = 0; tabs < 5 && !(await meant.evaluate(hasFocus)); tabs++)
      await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect.poll(stored).toMatchObject({ plugins: { python: { runtime: 'native' } } });
    await meant.waitFor({ state: 'detached' });
    await page.keyboard.press('ArrowUp');
    await expect.poll(stored).toMatchObject({ plugins: { python: { runtime: 'embedded' } } });
  });

  it.each(LANGUAGES)('have their texts in %s', async (language) => {
    await opened.page.evaluate((name) => {
      document.querySelector('vivarium-settings')?.setAttribute('lang', `${name}-XX`);
    }, language);
    await settings().getByText(runtimeIn(language), { exact: true }).waitFor();
    // A text that is left out of the package would be shown as its key.
    expect(await settings().innerText()).not.toMatch(/[a-z]\.[a-z]+\.[a-z]/iu);
  });

  it("follow the document's language where they have none of their own", async () => {
    await opened.page.evaluate(() => {
      document.querySelector('vivarium-settings')?.removeAttribute('lang');
      document.documentElement.lang = 'fr';
    });
    await settings().getByText(runtimeIn('fr'), { exact: true }).waitFor();
    await opened.page.evaluate(() => (document.documentElement.lang = 'en'));
    await settings().getByText(runtimeIn('en'), { exact: true }).waitFor();
  });

  it.each(['light', 'dark'])('have no serious finding of axe, %s', async (theme) => {
    await opened.page.evaluate((name) => {
      document.querySelector('vivarium-settings')?.setAttribute('theme', name);
      document.documentElement.style.colorScheme = name;
    }, theme);
    await chooseNative();
    expect(await axeFindings(opened.page)).toEqual([]);
    await settings()
      .getByRole('radio', { name: /^Embedded/u })
      .check();
    await settings().locator('#python-cache').waitFor();
    expect(await axeFindings(opened.page)).toEqual([]);
  });
});

describe('a call that is asked for', () => {
  const A_NUMBER = expect.stringMatching(/^\d+$/u) as string;
  const CALL = 'from host import notes\nnotes.add("tea \\u202e and cake")';

  it('is shown with its arguments, and made when it is allowed', async () => {
    const answer = python(opened, CALL);
    await dialog().getByText('notes.add', { exact: true }).waitFor();
    expect(await dialog().locator('.arguments').innerText()).toBe('{"text": "tea \\u{202e} and cake"}');
    expect(await axeFindings(opened.page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Allow', exact: true }).click();
    expect(await answer).toEqual({ result: A_NUMBER });
    await dialog().waitFor({ state: 'detached' });
  });

  it.each<[string, () => Promise<void>]>([
    ['the button', () => dialog().getByRole('button', { name: 'Deny', exact: true }).last().click()],
    // It has the focus: what is typed for something else says no.
    ['Enter', () => opened.page.keyboard.press('Enter')],
    ['Esc', () => opened.page.keyboard.press('Escape')],
    [
      'loading the page again',
      async () => {
        await opened.page.reload();
      },
    ],
  ])('is denied by %s', async (_what, deny) => {
    const answer = pythonOfOtherWindow(CALL);
    await dialog().getByText('notes.add', { exact: true }).waitFor();
    await deny();
    expect(await answer).toMatchObject({ error: expect.stringContaining('CallDeniedError') as string });
    await dialog().waitFor({ state: 'detached' });
  });

  it('is not asked for again in the run for which all were allowed, and is in the next', async () => {
    const twice = `${CALL}\nnotes.add("more")`;
    const answer = python(opened, twice);
    await dialog().getByRole('button', { name: 'Allow all calls of notes.add in this run' }).click();
    expect(await answer).toEqual({ result: A_NUMBER });
    const next = python(opened, CALL);
    await dialog().getByRole('button', { name: 'Allow', exact: true }).click();
    expect(await next).toEqual({ result: A_NUMBER });
  });

  it('is not shown any more when its run is over', async () => {
    const answer = python(opened, CALL);
    await dialog().getByText('notes.add', { exact: true }).waitFor();
    await killSidecars(opened);
    await dialog().waitFor({ state: 'detached' });
    expect(await answer).toMatchObject({ error: expect.stringContaining('ended') as string });
  });

  it('is answered by no foreign page in the same session', async () => {
    const answer = python(opened, CALL);
    await dialog().getByText('notes.add', { exact: true }).waitFor();
    const foreign = await opened.app.evaluate(async ({ BrowserWindow }) => {
      const window = new BrowserWindow({ show: false });
      await window.loadURL('data:text/html,foreign');
      const told: unknown = await window.webContents.executeJavaScript(`new Promise((resolve) => {
        const seen = [];
        vivarium.questions.watch((open) => seen.push(open));
        vivarium.questions.answer('x', 'allow').then((said) => resolve({ said, seen }));
      })`);
      window.destroy();
      return told;
    });
    expect(foreign).toEqual({ said: false, seen: [] });
    await dialog().getByRole('button', { name: 'Deny', exact: true }).last().click();
    expect(await answer).toMatchObject({ error: expect.stringContaining('the user said no') as string });
  });
});

it("breaks no rule of the page's policy, and causes no error in the page", () => {
  expect(complaints).toEqual([]);
});
