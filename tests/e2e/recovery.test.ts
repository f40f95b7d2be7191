/** What the project is for: code that dies takes nothing with it. */
import process from 'node:process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ENABLED, ended, goTo, openApp, runCode, START_MS, type OpenedApp } from './console-page.ts';

let app: OpenedApp;

beforeAll(async () => {
  app = await openApp({ ...ENABLED, sandbox: { memoryMiB: 256 } });
});

afterAll(async () => {
  await app.close();
});

const sidecarPid = async (): Promise<number> => {
  const status = await app.page.evaluate(() => globalThis.api.sandbox.status());
  const pid = status.ok ? status.value.pid : null;
  if (pid === null) throw new Error('there is no sidecar');
  return pid;
};

it('crash-isolated tool execution', async () => {
  const { page } = app;
  const early = await ended(await runCode(page, 'x = 1'));
  const cell = await runCode(page, 'print("working")\nwhile True: pass');
  await cell.getByText('working', { exact: true }).waitFor({ timeout: START_MS });
  process.kill(await sidecarPid(), 'SIGKILL');

  const message = cell.locator('.outcome-message');
  await message.waitFor({ timeout: START_MS });
  expect(await message.innerText()).toMatch(
    /The sandbox process ended \(.+\)\. Nothing else was affected\. Variables lost\./su,
  );
  await early.locator('.stale-note').waitFor();
  await page.locator('.lost').getByText('The process of this session ended: variables are gone.').waitFor();

  const next = await ended(await runCode(page, '"alive"'));
  expect(await next.locator('.value').innerText()).toContain('alive');
  await cell.getByText(/Ready again after [\d.]+ s\./u).waitFor();

  await message.getByRole('button', { name: 'See activity' }).click();
  await page.getByText(/^Process \d+ ended by itself/u).waitFor();
  await goTo(page, 'Console');
  expect(app.errors).toEqual([]);
});

it('an interpreter that ends alone is told from the process, which others ended in before', async () => {
  const { page } = app;
  const cell = await ended(await runCode(page, 'import os\nos._exit(3)'));
  const message = cell.locator('.outcome-message');
  expect(await message.innerText()).toMatch(
    /^The interpreter of this session ended \(.*\b3\b.*\)\. Nothing else was affected\. Variables lost\.\s+See activity$/u,
  );
  const next = await ended(await runCode(page, '"alive"'));
  expect(await next.locator('.value').innerText()).toContain('alive');
  expect(await message.innerText()).not.toContain('Ready again');
  await message.getByRole('button', { name: 'See activity' }).click();
  await page
    .getByText(/: ended with its interpreter/u)
    .first()
    .waitFor();
  await goTo(page, 'Console');
  expect(app.errors).toEqual([]);
});

it('auto-recovery after OOM', async () => {
  const { page } = app;
  const cell = await ended(
    await runCode(page, 'hoard = []\nwhile True: hoard.append(bytearray(16 * 1024 * 1024))'),
  );
  expect(await cell.locator('.outcome-message').innerText()).toContain('Out of memory at 256 MiB.');
  const next = await ended(await runCode(page, 'sum(range(10))'));
  expect(await next.locator('.value').innerText()).toContain('45');
  await goTo(page, 'Activity');
  await page.getByText(/: ran out of memory/u).waitFor();
  await goTo(page, 'Console');
  expect(app.errors).toEqual([]);
});

it('restart and stop from Activity are shown in the status bar', async () => {
  const { page } = app;
  await goTo(page, 'Activity');
  await page.getByRole('button', { name: 'Stop now' }).click();
  await page.getByText('Stopped: stopped by hand').waitFor();
  expect(await page.getByRole('button', { name: 'Stop now' }).isDisabled()).toBe(true);
  await goTo(page, 'Console');
  const cell = await ended(await runCode(page, '1 + 1'));
  expect(await cell.locator('.value').innerText()).toContain('2');
});
