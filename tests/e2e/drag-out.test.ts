/**
 * Files and pictures are dragged out of the window. There is no program to drop them onto: what is held against here is
 * what the system is given to drag, by the same call with which Electron begins it.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { LIMITS } from '../../src/shared/limits.ts';
import { eventually } from '../support/eventually.ts';
import { openVivariumWindow, type VivariumWindow } from '../support/vivarium-window.ts';
import { ENABLED, ended, runCode, START_MS } from './console-page.ts';
import { keepPicture } from './keep-picture.ts';

declare global {
  // Of the main process.
  var draggedFiles: { readonly file: string; readonly iconIsEmpty: boolean }[];
}

const dataFolder = (): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-drag-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'settings.json'), JSON.stringify({ version: 1, ...ENABLED }));
  return folder;
};

/** Notes what would be dragged: a drag that begins would wait for a pointer that there is none of. */
const noteDrags = ({ app }: VivariumWindow): Promise<void> =>
  app.evaluate(({ BrowserWindow }) => {
    globalThis.draggedFiles = [];
    for (const { webContents } of BrowserWindow.getAllWindows()) {
      webContents.startDrag = ({ file, icon }) => {
        const iconIsEmpty = typeof icon === 'string' || icon.isEmpty();
        globalThis.draggedFiles.push({ file, iconIsEmpty });
      };
    }
  });

const drags = ({ app }: VivariumWindow): Promise<typeof globalThis.draggedFiles> =>
  app.evaluate(() => globalThis.draggedFiles);

/** Presses on it and moves away, and holds. */
const pull = async (page: Page, from: Locator): Promise<void> => {
  await from.scrollIntoViewIfNeeded();
  const box = await from.boundingBox();
  if (box === null) throw new Error('it is not to be seen');
  await page.mouse.move(box.x + 12, box.y + 12);
  await page.mouse.down();
  await page.mouse.move(box.x + 40, box.y + 30, { steps: 4 });
};

const PICTURE = `from IPython.display import Image, SVG, display
import base64, zlib, struct
def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
png = b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 80, 60, 8, 2, 0, 0, 0))
png += chunk(b"IDAT", zlib.compress((b"\\0" + b"\\x33\\x66\\x99" * 80) * 60))
png += chunk(b"IEND", b"")
display(Image(png))
display(SVG('<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"><rect width="90" height="60" fill="teal"/></svg>'))
import os
os.makedirs("in", exist_ok=True)
open("in/rain.csv", "w").write("day,mm\\n1,5\\n")
None`;

it('a file and pictures are handed to the system as files, which are gone with the app', async () => {
  const opened = await openVivariumWindow({ dataFolder: dataFolder() });
  let isOpen = true;
  onTestFinished(() => (isOpen ? opened.close() : undefined));
  const { page } = opened;
  await page.waitForSelector('.cell');
  await noteDrags(opened);
  const cell = await ended(await runCode(page, PICTURE));
  await page.getByRole('button', { name: 'Files', exact: true }).click();
  const entry = page.getByRole('complementary', { name: 'Files' }).getByText('in/rain.csv');
  await entry.waitFor({ timeout: START_MS });

  await pull(page, entry);
  await eventually(async () => expect(await drags(opened)).toHaveLength(1));
  await page.mouse.up();
  await pull(page, cell.locator('.picture img'));
  await eventually(async () => expect(await drags(opened)).toHaveLength(2));
  await page.mouse.up();
  await pull(page, cell.locator('.cover'));
  await eventually(async () => expect(await drags(opened)).toHaveLength(3));
  await page.mouse.up();
  // Nothing was pressed.
  expect(await page.getByRole('dialog').count()).toBe(0);

  const dragged = await drags(opened);
  expect(dragged.map(({ file }) => path.basename(file))).toEqual([
    'rain.csv',
    'cell-1-image-1.png',
    'cell-1-image-2.svg',
  ]);
  expect(dragged.map(({ iconIsEmpty }) => iconIsEmpty)).toEqual([false, false, false]);
  const contents = dragged.map(({ file }) => readFileSync(file));
  expect(contents[0]?.toString()).toBe('day,mm\n1,5\n');
  expect(contents[1]?.subarray(1, 4).toString()).toBe('PNG');
  expect(contents[2]?.toString()).toContain('fill="teal"');

  isOpen = false;
  await opened.close();
  expect(dragged.map(({ file }) => existsSync(file))).toEqual([false, false, false]);
});

it('a file that can not be read says why, and one that was let go before it was read is not dragged', async () => {
  const opened = await openVivariumWindow({ dataFolder: dataFolder() });
  onTestFinished(opened.close);
  const { page } = opened;
  await page.waitForSelector('.cell');
  await noteDrags(opened);
  const makes = `open("a.txt", "w").write("a")
big = open("big.bin", "wb").truncate(${LIMITS.collectedFileBytes + 1})`;
  await ended(await runCode(page, makes));
  await page.getByRole('button', { name: 'Files', exact: true }).click();
  const drawer = page.getByRole('complementary', { name: 'Files' });
  await pull(page, drawer.getByText('big.bin'));
  await page.getByText('big.bin has 134 MB. Files of up to 134 MB can be').waitFor({ timeout: START_MS });
  await keepPicture(opened, 'drag-out-failed');
  await page.mouse.up();
  // Files are read between runs.
  const waiting = await runCode(page, 'answer = input()');
  const field = waiting.locator('.input input, form input').first();
  await field.waitFor({ timeout: START_MS });
  await pull(page, drawer.getByText('a.txt'));
  await page.mouse.up();
  await field.fill('go on');
  await page.keyboard.press('Enter');
  await page.getByText('a.txt was let go before it had been read.').waitFor();
  expect(await drags(opened)).toEqual([]);
});
