/** Hundreds of outputs of each kind in one session: the window stays one that is worked in. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { ENABLED, ended, openApp, runCode, START_MS, type OpenedApp } from './console-page.ts';
import { keepPicture } from './keep-picture.ts';
import { RED_FRAMES } from './red-frames.ts';

const LONG_MS = 300_000;
const COUNT = 300;
/** From a key to what it changes on the page, on a machine that does other things as well, in ms. */
const MAX_LATENCY_MS = 500;
/** What the page has more than without outputs; twice of it and more when all of them are drawn. */
const MAX_HELD_MIB = 600;
/** The tree that has something that no other has. */
const NEEDLE = 200;

declare global {
  // Of the page.
  var longest: number;
}

let app: OpenedApp;

beforeAll(async () => {
  app = await openApp(ENABLED);
}, LONG_MS);
afterAll(() => app.close());

const PLAYERS = `${RED_FRAMES}
film = {"version": 1, "intervalMs": 50, "loop": True, "every": 1, "total": 5, "frames": [frame(n * 50, (640, 480)) for n in range(5)]}
for n in range(${COUNT}):
    display({"application/vnd.vivarium.animation+json": json.dumps(film), "text/plain": "film"}, raw=True)`;

const TABLES = `
fields = [{"name": [name], "type": "int64", "isNumber": True} for name in ["", *"abcdefghij"]]
head = [[str(row * column) for column in range(11)] for row in range(100)]
for n in range(${COUNT}):
    table = {"version": 1, "table": f"{n:x}", "rows": 100, "columns": 10, "keptRows": 100, "levels": 1, "fields": fields, "head": head}
    display({"application/vnd.vivarium.table+json": json.dumps(table), "text/plain": "table"}, raw=True)`;

const CHARTS = `
values = [{"a": n, "b": n * n % 17} for n in range(30)]
chart = {"mark": "bar", "data": {"values": values}, "encoding": {"x": {"field": "a"}, "y": {"field": "b"}}}
for n in range(${COUNT}):
    display({"application/vnd.vegalite.v6.json": chart, "text/plain": "chart"}, raw=True)`;

const TREES = `
tree = {f"name {n}": {"list": list(range(20)), "text": "x" * 80} for n in range(200)}
for n in range(${COUNT}):
    own = {"needle": n, **tree} if n == ${NEEDLE} else tree
    display({"application/json": own, "text/plain": "tree"}, raw=True)`;

/** Types into the last cell; the longest that a key took until the page was drawn with it, in ms. */
const longestKey = async (text: string): Promise<number> => {
  const { page } = app;
  const editor = page.locator('.cell .cm-content').last();
  await editor.click();
  await page.evaluate(() => {
    globalThis.longest = 0;
    addEventListener(
      'keydown',
      () => {
        const begun = performance.now();
        requestAnimationFrame(() =>
          requestAnimationFrame(() => {
            globalThis.longest = Math.max(globalThis.longest, performance.now() - begun);
          }),
        );
      },
      { capture: true },
    );
  });
  for (const key of text) await page.keyboard.press(key);
  await eventually(async () => expect(await editor.innerText()).toContain(text));
  return page.evaluate(() => globalThis.longest);
};

const pageMiB = (): Promise<number> =>
  app.app.evaluate(({ app: electron, BrowserWindow }) => {
    const pid = BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId();
    const found = electron.getAppMetrics().find((process) => process.pid === pid);
    return (found?.memory.workingSetSize ?? 0) / 1024;
  });

/** What the page holds on to. */
const heldMiB = async (): Promise<number> => {
  const session = await app.page.context().newCDPSession(app.page);
  try {
    await session.send('HeapProfiler.collectGarbage');
    return await pageMiB();
  } finally {
    await session.detach();
  }
};

const drawn = (): Promise<{ elements: number; frames: number; pixels: number }> =>
  app.page.evaluate(() => ({
    elements: document.querySelectorAll('*').length,
    frames: document.querySelectorAll('iframe').length,
    pixels: [...document.querySelectorAll('canvas')].reduce(
      (sum, { height, width }) => sum + width * height,
      0,
    ),
  }));

it(
  'one writes, scrolls and finds among 300 animations, tables, charts and trees each',
  { timeout: LONG_MS },
  async () => {
    const { page } = app;
    const before = await heldMiB();
    for (const code of [PLAYERS, TABLES, CHARTS, TREES]) {
      const cell = await ended(await runCode(page, code));
      expect(await cell.getByRole('alert').count()).toBe(0);
      expect(await longestKey('name = 1')).toBeLessThan(MAX_LATENCY_MS);
      await page.keyboard.press('Control+a');
      await page.keyboard.press('Delete');
    }
    const outputs = page.locator('.found-item');
    expect(await outputs.count()).toBe(4 * COUNT);
    const openBranches = outputs.nth(3 * COUNT).locator('.branch[aria-expanded="true"]');
    await outputs.nth(3 * COUNT).scrollIntoViewIfNeeded();
    await outputs
      .nth(3 * COUNT)
      .locator('.branch[aria-expanded="false"]')
      .first()
      .click();
    const opened = await openBranches.count();
    expect(opened).toBeGreaterThan(1);
    // The keyboard is elsewhere.
    await page.locator('.cell .cm-content').last().click();
    // From the beginning to the end, so that each of them was in sight.
    await page
      .locator('.scroller')
      .first()
      .evaluate(async (box) => {
        box.scrollTop = 0;
        for (let last = -1; box.scrollTop !== last;) {
          await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
          last = box.scrollTop;
          box.scrollTop += 4 * box.clientHeight;
        }
      });
    const { elements, frames, pixels } = await drawn();
    expect(elements).toBeLessThan(40_000);
    expect(frames).toBeLessThanOrEqual(12);
    expect(pixels).toBeLessThanOrEqual(64 * 1024 * 1024);
    const held = await heldMiB();
    expect(held - before).toBeLessThan(MAX_HELD_MIB);
    // What a person has opened is as it was, also after many others were in sight.
    expect(await openBranches.count()).toBe(opened);
    // What is in sight is there, wherever that is.
    for (const [at, inside] of [
      [COUNT / 2, 'canvas[width="640"]'],
      [COUNT * 1.5, '[role="gridcell"]'],
      [COUNT * 2.5, 'iframe'],
      [COUNT * 3.5, '.branch'],
    ] as const) {
      const output = outputs.nth(at);
      await output.scrollIntoViewIfNeeded();
      await output.locator(inside).first().waitFor({ timeout: START_MS });
    }
    // In a tree that is not drawn.
    await page
      .locator('.scroller')
      .first()
      .evaluate((box) => (box.scrollTop = 0));
    await page.keyboard.press('Control+f');
    await page.keyboard.insertText('needle');
    await page
      .locator('search .count')
      .getByText('2 of 2', { exact: true })
      .or(page.locator('search .count').getByText('1 of 2', { exact: true }))
      .waitFor({ timeout: START_MS });
    await page.keyboard.press('Shift+Enter');
    await eventually(async () => {
      const output = outputs.nth(3 * COUNT + NEEDLE);
      expect(await output.getAttribute('data-found')).toBe('');
      expect(await output.getByText('needle').isVisible()).toBe(true);
      // And what is above it.
      expect(
        await outputs
          .nth(3 * COUNT + NEEDLE - 1)
          .locator('.branch')
          .count(),
      ).toBeGreaterThan(0);
    });
    await keepPicture(app, 'many-outputs');
    expect(await longestKey('needles')).toBeLessThan(MAX_LATENCY_MS);
    expect(app.errors).toEqual([]);
  },
);
