import { afterAll, beforeAll, expect, it } from 'vitest';
import { testWheels } from '../support/test-wheels.ts';
import { serve, testServer } from '../unit/packages/support/test-server.ts';
import { sha256, wheel } from '../unit/packages/support/world.ts';
import { ended, ENABLED, goTo, openApp, runCode, START_MS, type OpenedApp } from './console-page.ts';

let app: OpenedApp;

beforeAll(async () => {
  app = await openApp(ENABLED);
});

afterAll(async () => {
  await app.close();
});

it('downloads what the embedded Python needs, shows progress everywhere, and lists what is installed', async (context) => {
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

it("tells packages of the console's session from those that are only on disk", async (context) => {
  await testWheels(context);
  const { page } = app;
  const stateOf = async (name: string): Promise<string> => {
    await page.getByRole('searchbox', { name: 'Search packages' }).fill(name);
    return page.getByRole('row').nth(1).getByRole('cell').nth(3).innerText();
  };
  await goTo(page, 'Console');
  await ended(await runCode(page, 'import cycler'));
  await goTo(page, 'Packages');
  await page.getByText('In this session', { exact: true }).first().waitFor();
  expect(await stateOf('cycler')).toBe('In this session');
  expect(await stateOf('numpy')).toBe('On disk');

  await goTo(page, 'Console');
  await page.getByRole('button', { name: 'New session' }).click();
  await goTo(page, 'Packages');
  await page.getByText('On disk', { exact: true }).first().waitFor();
  expect(await stateOf('cycler')).toBe('On disk');
});

it('says which package index is used and why, and accepts another one', async () => {
  const { page } = app;
  await goTo(page, 'Settings');
  const field = page.getByLabel('Package index', { exact: true });
  // As for all tests: see vitest.config.ts.
  await page.getByText("pip's configuration switches it off (no-index in PIP_NO_INDEX).").waitFor();
  expect(await field.inputValue()).toBe('');
  await field.fill('/srv/simple');
  await page.keyboard.press('Enter');
  await page.getByText(/must be an address with https/u).waitFor();
  await field.fill('https://index.invalid/simple');
  await page.keyboard.press('Enter');
  await page.getByText("pip's configuration switches it off").waitFor({ state: 'hidden' });
  await goTo(page, 'Packages');
  await page.getByText('Package index: https://index.invalid/simple/').waitFor();
  await goTo(page, 'Settings');
  await field.fill('');
  await page.keyboard.press('Enter');
  await page.getByText("pip's configuration switches it off").waitFor();
});

it('installs from the package index what the lock does not know', async () => {
  const greeting = wheel('greeting', { version: '1.2' });
  const files = [
    { filename: greeting.fileName, url: `/${greeting.fileName}`, hashes: { sha256: sha256(greeting.bytes) } },
  ];
  const index = await testServer(
    serve(
      new Map<string, Uint8Array | string>([
        ['/simple/greeting/', JSON.stringify({ name: 'greeting', files })],
        [`/${greeting.fileName}`, greeting.bytes],
      ]),
    ),
  );
  const { page } = app;
  await page.evaluate(
    (url) => globalThis.api.config.set('sandbox.packages.index', url),
    `${index.url}/simple`,
  );
  await goTo(page, 'Packages');
  await page.getByRole('searchbox', { name: 'Search packages' }).fill('greeting');
  await page.getByRole('button', { name: 'Get greeting from the package index' }).click();
  await page.getByRole('button', { name: 'Remove greeting' }).waitFor({ timeout: START_MS });
  await page.getByRole('searchbox', { name: 'Search packages' }).fill('not-on-the-index');
  await page.getByRole('button', { name: 'Get not-on-the-index from the package index' }).click();
  await page
    .getByText(/not-on-the-index/u)
    .nth(1)
    .waitFor({ timeout: START_MS });
  await page.evaluate(() => globalThis.api.config.set('sandbox.packages.index', ''));
});

it('verifies, removes and installs again', async (context) => {
  await testWheels(context);
  const { page } = app;
  await goTo(page, 'Packages');
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
