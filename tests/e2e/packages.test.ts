import { afterAll, beforeAll, expect, it } from 'vitest';
import { testWheels } from '../support/test-wheels.ts';
import { ENABLED, goTo, openApp, START_MS, type OpenedApp } from './console-page.ts';

let app: OpenedApp;

beforeAll(async () => {
  app = await openApp(ENABLED);
});

afterAll(async () => {
  await app.close();
});

it('downloads what the embedded Python needs, says so everywhere, and shows what is here', async (context) => {
  const mirror = await testWheels(context);
  const { page } = app;
  await page.evaluate((folder) => globalThis.api.config.set('sandbox.packages.mirror', folder), mirror);
  await goTo(page, 'Settings');
  await page.locator('#python-cache').getByRole('button', { name: 'Download now' }).click();
  await page.getByText('Python is downloaded and verified.').waitFor({ timeout: 2 * START_MS });
  await page.getByText(/^Downloaded, \d+ MB, verified$/u).waitFor();

  await goTo(page, 'Packages');
  await page.getByText(/^\d+ packages · \d+ MB on disk · Source: Mirror: /u).waitFor();
  await page.getByRole('searchbox', { name: 'Search packages' }).fill('NumPy');
  const first = page.getByRole('row').nth(1);
  expect(await first.innerText()).toMatch(/^numpy\s[\d.]+\s[\d.]+ MB\sOn disk/u);
});

it('verifies, removes and installs again', async (context) => {
  await testWheels(context);
  const { page } = app;
  await page.getByRole('button', { name: 'Verify' }).click();
  await page.getByText('Everything is as it should be.').waitFor({ timeout: START_MS });
  await page.getByRole('searchbox', { name: 'Search packages' }).fill('cycler');
  await page.getByRole('button', { name: 'Remove cycler' }).click();
  await page.getByText(/ freed$/u).waitFor();
  await page.getByRole('button', { name: 'Install', exact: true }).click();
  await page.getByRole('button', { name: 'Remove cycler' }).waitFor({ timeout: START_MS });
  await page.getByRole('searchbox', { name: 'Search packages' }).fill('there is no such package');
  await page.getByText('No package has this name.').waitFor();
  expect(app.errors).toEqual([]);
});
