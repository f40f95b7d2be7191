import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { nativePython } from '../support/native-python.ts';
import { chooseNative, ended, goTo, openApp, runCode, type OpenedApp } from './console-page.ts';

let app: OpenedApp;

beforeAll(async () => {
  app = await openApp();
});

afterAll(async () => {
  await app.close();
});

const stored = (): unknown => JSON.parse(readFileSync(path.join(app.dataFolder, 'settings.json'), 'utf8'));

it('explains itself at the first start, and runs once it is enabled', async () => {
  const { page } = app;
  await page.getByRole('heading', { name: 'Before the first run' }).waitFor();
  await goTo(page, 'Settings');
  expect(await page.locator('#python-enabled').isChecked()).toBe(false);
  await page.locator('#python-enabled').check();
  const dialog = page.getByRole('dialog', { name: 'Download packages for Python?' });
  await dialog.getByRole('button', { name: 'Later' }).click();
  await page.getByText('Saved', { exact: true }).waitFor();
  await goTo(page, 'Console');
  const cell = await ended(await runCode(page, 'print("first")'));
  expect(await cell.locator('.output').innerText()).toBe('first');
});

it('offers the download once when the runtime is changed several times', async () => {
  const { page } = app;
  await goTo(page, 'Settings');
  const radio = (value: string) => page.locator(`input[name="runtime"][value="${value}"]`);
  for (let time = 0; time < 3; time++) {
    // Without waiting for what comes of the first one; a dialog left from before would be in the way.
    await radio('native').check();
    await page.getByRole('button', { name: 'Run without the sandbox' }).click();
    await radio('embedded').check();
    await page.getByRole('button', { name: 'Later' }).click();
  }
  await goTo(page, 'Console');
});

it('settings UI runtime toggle', async (context) => {
  const python = await nativePython(context);
  const { page } = app;
  await goTo(page, 'Settings');
  expect(await page.locator('#python-binpath').count()).toBe(0);
  expect(await page.locator('#python-cache').count()).toBe(1);
  await chooseNative(page);
  expect(await page.locator('#python-cache').count()).toBe(0);

  await page.locator('#python-binpath').fill('/nowhere/python3');
  await page.keyboard.press('Enter');
  await page.getByText('There is nothing at this path. Check it.').waitFor();
  expect(await page.locator('#python-binpath').getAttribute('aria-invalid')).toBe('true');

  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByText(/^\d+ interpreters? found$/u).waitFor();
  await page.getByRole('button', { name: python }).click();
  await page.getByText(/Python [\d.]+ at \//u).waitFor();
  expect(await page.locator('#python-binpath').inputValue()).toBe(python);
  expect(await page.getByText('Not sandboxed', { exact: true }).count()).toBe(1);
  await eventually(() =>
    expect(stored()).toMatchObject({ plugins: { python: { runtime: 'native', binpath: python } } }),
  );

  await goTo(page, 'Console');
  const cell = await ended(await runCode(page, 'import sys\nsys.platform'));
  expect(await cell.locator('.value').innerText()).toContain(process.platform);

  await goTo(page, 'Settings');
  await page.locator('input[name="runtime"][value="embedded"]').check();
  const later = page.getByRole('button', { name: 'Later' });
  await later.click();
  expect(await page.locator('#python-binpath').count()).toBe(0);
  await goTo(page, 'Console');
  const back = await ended(await runCode(page, 'import sys\nsys.platform'));
  expect(await back.locator('.value').innerText()).toContain('emscripten');
  expect(app.errors).toEqual([]);
});

describe('a runtime that is still being saved', () => {
  /** Renames in main wait until the returned function is called. */
  const holdRenames = async (): Promise<() => Promise<void>> => {
    await app.app.evaluate(() => {
      const { promises } = globalThis.process.getBuiltinModule('node:fs');
      const { syncBuiltinESMExports } = globalThis.process.getBuiltinModule('node:module');
      const { rename } = promises;
      const held: (() => void)[] = [];
      promises.rename = async (...names) => {
        await new Promise<void>((resolve) => held.push(resolve));
        return rename(...names);
      };
      syncBuiltinESMExports();
      const releaseRenames = (): void => {
        promises.rename = rename;
        syncBuiltinESMExports();
        for (const release of held.splice(0)) release();
      };
      Object.assign(globalThis, { releaseRenames });
    });
    return () =>
      app.app.evaluate(() => (globalThis as unknown as { releaseRenames: () => void }).releaseRenames());
  };

  it('has no dialog in front of its settings, and the other one is asked for no download', async () => {
    const { page } = app;
    await goTo(page, 'Settings');
    const release = await holdRenames();
    onTestFinished(release);
    await chooseNative(page);
    expect(await page.getByRole('dialog').count()).toBe(0);
    const field = page.locator('#python-binpath');
    await field.fill('/nowhere/python3');
    expect(await field.inputValue()).toBe('/nowhere/python3');
    // Also where the disk has neither: native is where the person is.
    await page.locator('input[name="runtime"][value="embedded"]').check();
    await page.locator('input[name="runtime"][value="native"]').check();
    const leave = page.getByRole('button', { name: 'Run without the sandbox' });
    await leave.waitFor();
    await release();
    await eventually(() => expect(stored()).toMatchObject({ plugins: { python: { runtime: 'embedded' } } }));
    expect(await page.getByRole('dialog').count()).toBe(1);
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(await page.locator('input[name="runtime"][value="embedded"]').isChecked()).toBe(true);
    await field.waitFor({ state: 'detached' });
    // What is known of the packages is asked anew for each offer: the last of them has been answered by now.
    await page.evaluate(() => globalThis.api.packages.list());
    expect(await page.getByRole('dialog').count()).toBe(0);
  });
});

it('shows the range for an invalid value, and keeps the old one', async () => {
  const { page } = app;
  await goTo(page, 'Settings');
  const memory = page.getByLabel('Memory limit of a session (MiB)');
  await memory.fill('1');
  await page.keyboard.press('Enter');
  await page.getByText('Give a value from 64 to 4,096. 1,024 was kept.').waitFor();
  expect(await memory.inputValue()).toBe('1024');
  await memory.fill('512');
  await page.keyboard.press('Enter');
  await eventually(() => expect(stored()).toMatchObject({ sandbox: { memoryMiB: 512 } }));
});

it('changes language and theme at once', async () => {
  const { page } = app;
  await page.locator('#language').selectOption('de');
  await page.getByRole('button', { name: 'Konsole' }).waitFor();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('de');
  await page.locator('#theme').selectOption('dark');
  const ground = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await eventually(async () => expect(await ground()).toBe('rgb(27, 28, 31)'));
  await page.locator('#theme').selectOption('light');
  await eventually(async () => expect(await ground()).toBe('rgb(255, 255, 255)'));
  await page.locator('#language').selectOption('en');
});

describe('a settings file that is damaged', () => {
  it('is reported, and kept', async () => {
    const damaged = await openApp('{"plugins": ');
    try {
      const notice = damaged.page.locator('.notice');
      await notice.waitFor();
      expect(await notice.innerText()).toContain('The settings file could not be understood');
      expect(readFileSync(path.join(damaged.dataFolder, 'settings.damaged-1.json'), 'utf8')).toBe(
        '{"plugins": ',
      );
      await notice.getByRole('button', { name: 'Close' }).click();
      expect(await notice.count()).toBe(0);
    } finally {
      await damaged.close();
    }
  });
});
