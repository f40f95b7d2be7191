import { afterAll, beforeAll, expect, it } from 'vitest';
import { nativePython } from '../support/native-python.ts';
import { chooseNative, ENABLED, ended, goTo, openApp, runCode, type OpenedApp } from './console-page.ts';

let app: OpenedApp;
beforeAll(async () => {
  app = await openApp(ENABLED);
});
afterAll(async () => {
  await app.close();
});

it('is asked about before it is chosen; no is no', async () => {
  const { page } = app;
  await goTo(page, 'Settings');
  const radio = (value: string) => page.locator(`input[name="runtime"][value="${value}"]`);
  const dialog = page.getByRole('dialog', { name: 'Run code without the sandbox?' });
  await radio('native').check();
  await dialog.waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect([await radio('native').isChecked(), await radio('embedded').isChecked()]).toEqual([false, true]);
  expect(await page.locator('#python-binpath').count()).toBe(0);
  await radio('native').check();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(await radio('embedded').isChecked()).toBe(true);
  await goTo(page, 'Console');
  expect(await page.getByRole('img', { name: 'Native · not sandboxed' }).count()).toBe(0);
});

it('keeps a session’s variables, answers input(), and its tabs say that nothing holds it in', async (context) => {
  const python = await nativePython(context);
  const { page } = app;
  await goTo(page, 'Settings');
  await chooseNative(page);
  await page.locator('#python-binpath').fill(python);
  await page.keyboard.press('Enter');
  await page.getByText(/Python [\d.]+ at \//u).waitFor();
  await goTo(page, 'Console');
  await page.getByRole('tab', { name: /Native · not sandboxed/u }).waitFor();

  await ended(await runCode(page, 'import sys, os\nx = 41\nsys.platform'));
  const asking = await runCode(page, 'name = input("Who? ")\nf"{name} {x + 1}"');
  const field = asking.locator('.input input');
  await field.fill('Zoë');
  await field.press('Enter');
  expect(await (await ended(asking)).locator('.value').innerText()).toContain('Zoë 42');
  await page.getByRole('button', { name: 'New session' }).click();
  await ended(await runCode(page, 'x'));
  expect(await page.getByRole('img', { name: 'Native · not sandboxed' }).count()).toBe(2);
  expect(await page.getByText('NameError').count()).toBeGreaterThan(0);
  await page.getByRole('tab', { name: /Session 1/u }).click();
  const died = await ended(await runCode(page, 'os._exit(3)'));
  await died.getByText(/Variables lost/u).waitFor();
  expect(
    await (await ended(await runCode(page, '"x" in globals()'))).locator('.value').innerText(),
  ).toContain('False');
  // The process is a new one, the cells are counted on.
  const failed = await ended(await runCode(page, '1 / 0'));
  const [, number = ''] = /^\[(\d+)\]$/u.exec(await failed.getByText(/^\[\d+\]$/u).innerText()) ?? [];
  await failed.locator('summary').click();
  expect(await failed.locator('details pre').innerText()).toContain(`File "<script ${number}>", line 1`);
  expect(app.errors).toEqual([]);
});
