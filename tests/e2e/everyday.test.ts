/** What an ordinary day brings: no network, a long pause, a file to look into and a picture to keep. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { testWheels } from '../support/test-wheels.ts';
import { ENABLED, ended, goTo, openApp, runCode, START_MS, type OpenedApp } from './console-page.ts';

const open = async (settings: object): Promise<OpenedApp> => {
  const app = await openApp(settings);
  onTestFinished(() => app.close());
  return app;
};

/** Nothing answers at this address. */
const NOWHERE = 'http://127.0.0.1:1/';

it('starts and runs offline; a package that can not be fetched is named', async () => {
  const sandbox = { packages: { mirror: NOWHERE, autoInstall: false } };
  const { page } = await open({ ...ENABLED, sandbox });
  const cell = await ended(await runCode(page, 'import statistics\nstatistics.mean([1, 2, 6])'));
  expect(await cell.locator('.value').innerText()).toContain('3');
  const other = await ended(await runCode(page, 'import numpy'));
  expect(await other.getByRole('alert').first().innerText()).toContain('numpy');
});

it('ends idle processes, and starts one for the next run', async () => {
  const { page } = await open({ ...ENABLED, sandbox: { idleMinutes: 0.1, standby: false } });
  await ended(await runCode(page, 'x = 1'));
  const status = async () => {
    const answer = await page.evaluate(() => globalThis.api.sandbox.status());
    if (!answer.ok) throw new Error(answer.error.message);
    return answer.value;
  };
  await eventually(async () => expect(await status()).toMatchObject({ pid: null, sessions: [] }), {
    withinMs: START_MS,
  });
  const note = page.locator('.lost');
  await note.getByText('Nothing ran for a while, and Python was ended: variables are gone.').waitFor();
  expect(await page.getByRole('tab', { selected: true }).innerText()).toContain('Variables are gone.');
  await goTo(page, 'Activity');
  await page
    .getByText(/Session 1: variables forgotten after a long rest/u)
    .first()
    .waitFor();
  await goTo(page, 'Console');
  const next = await ended(await runCode(page, '"x" in globals()'));
  expect(await next.locator('.value').innerText()).toContain('False');
  // The first cell again, and nothing is missing any more.
  await note.getByRole('button', { name: 'Run all' }).click();
  await note.waitFor({ state: 'detached', timeout: START_MS });
  expect(await page.locator('.stale-note').count()).toBe(0);
});

it('takes a CSV that is dropped, plots it, and saves the picture', async (context) => {
  const mirror = await testWheels(context);
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-saved-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { app, page } = await open({ ...ENABLED, sandbox: { packages: { mirror } } });
  const transfer = await page.evaluateHandle(() => {
    const dropped = new DataTransfer();
    dropped.items.add(new File(['day,mm\n1,5\n2,7\n3,1\n'], 'rain.csv', { type: 'text/csv' }));
    return dropped;
  });
  await page.dispatchEvent('.console', 'drop', { dataTransfer: transfer });
  await page
    .getByRole('complementary', { name: 'Files' })
    .getByText('rain.csv')
    .waitFor({ timeout: START_MS });
  const cell = await ended(
    await runCode(page, 'import pandas as pd\npd.read_csv("rain.csv").plot(x="day", y="mm")\nNone'),
  );
  await cell.locator('.picture img').waitFor();
  const file = path.join(folder, 'rain.png');
  // Only the system's own dialog is not really asked.
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath, bookmark: '' });
  }, file);
  await cell.getByRole('button', { name: 'Save image' }).click();
  await page.getByText(`Saved as ${file}`).waitFor();
  expect(readFileSync(file).subarray(1, 4).toString('latin1')).toBe('PNG');
});
