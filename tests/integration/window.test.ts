import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { installedElectron, sandboxSwitches } from '../../src/main/cli/electron-command.ts';
import { openVirtualDisplay, type VirtualDisplay } from '../support/virtual-display.ts';

const root = path.resolve(import.meta.dirname, '..', '..');

let display: VirtualDisplay;
let app: ElectronApplication;
let page: Page;
let profile: string;

beforeAll(async () => {
  display = await openVirtualDisplay();
  profile = mkdtempSync(path.join(tmpdir(), 'vivarium-window-'));
  app = await _electron.launch({
    executablePath: await installedElectron(),
    args: [...sandboxSwitches(), `--user-data-dir=${profile}`, root],
    env: { ...process.env, DISPLAY: display.name },
  });
  page = await app.firstWindow();
});

afterAll(async () => {
  await app.close();
  await display.close();
  rmSync(profile, { recursive: true, force: true });
});

it('opens a window that shows its text', async () => {
  await page.waitForSelector('small');
  expect(await page.innerText('h1')).toBe('Vivarium');
  expect(await page.innerText('small')).toMatch(/^Electron \d+\.\d+\.\d+, Chromium \d/u);
  mkdirSync(path.join(root, 'test-results'), { recursive: true });
  await page.screenshot({ path: path.join(root, 'test-results', 'window.png') });
});

it('gives the page nothing of Node, and only the contract’s door', async () => {
  const seen = await page.evaluate(() => ({
    node: ['require', 'process', 'module', 'Buffer'].filter((name) => name in globalThis),
    api: Object.keys((globalThis as unknown as { api: object }).api),
  }));
  expect(seen).toEqual({ node: [], api: ['versions'] });
});

it('neither navigates away nor opens further windows', async () => {
  // Listening before anything is tried: the answer is fetched afterwards.
  await app.evaluate(({ BrowserWindow }) => {
    Object.assign(globalThis, {
      refused: new Promise<boolean>((resolve) => {
        BrowserWindow.getAllWindows()[0]?.webContents.once('will-navigate', (event) => {
          resolve(event.defaultPrevented);
        });
      }),
    });
  });
  await page.evaluate(() => {
    (globalThis as unknown as { open: (url: string) => unknown }).open('file:///');
    (globalThis as unknown as { location: { href: string } }).location.href = 'file:///';
  });
  expect(await app.evaluate(() => (globalThis as unknown as { refused: Promise<boolean> }).refused)).toBe(
    true,
  );
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});
