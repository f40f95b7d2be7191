/** Ctrl+F: a text is found in all code and all outputs of the session, also where none of it is drawn. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { axeFindings } from '../support/axe.ts';
import { eventually } from '../support/eventually.ts';
import { ENABLED, ended, openApp, runCode, START_MS, type OpenedApp } from './console-page.ts';
import { keepPicture } from './keep-picture.ts';

let app: OpenedApp;
beforeAll(async () => {
  app = await openApp(ENABLED);
});
afterAll(() => app.close());

/** Each test in a session of its own. */
beforeEach(async () => {
  if ((await app.page.locator('search').count()) > 0) {
    await app.page.keyboard.press('Control+f');
    await app.page.keyboard.press('Escape');
  }
  await app.page.getByRole('button', { name: 'New session' }).click();
  await eventually(async () => expect(await focus()).toBe('code 0'));
});

const press = async (...keys: string[]): Promise<void> => {
  for (const key of keys) await app.page.keyboard.press(key);
};
const focus = (): Promise<string> =>
  app.page.evaluate(() => {
    const active = document.activeElement;
    const at = [...document.querySelectorAll('.cell')].findIndex((cell) => cell.contains(active));
    if (active?.classList.contains('editor') === true) return `code ${at}`;
    if (active?.classList.contains('cell') === true) return `cell ${at}`;
    return active?.getAttribute('aria-label') ?? active?.tagName ?? 'nothing';
  });
const find = async (text: string): Promise<void> => {
  await press('Control+f');
  await app.page.getByRole('textbox', { name: 'Find in code and output' }).waitFor();
  await app.page.keyboard.insertText(text);
};
const counts = (text: string): Promise<void> =>
  eventually(async () => expect(await app.page.locator('search .count').innerText()).toBe(text));
/** The current match in an output, with the line that it is in, if it can be seen. */
const inSight = (): Promise<string> =>
  app.page.evaluate(() => {
    const [range] = [...(CSS.highlights.get('found-current') ?? [])];
    if (!(range instanceof Range)) return 'none';
    const { bottom, left, right, top } = range.getBoundingClientRect();
    let box = range.startContainer.parentElement;
    for (; box !== null; box = box.parentElement) {
      const own = box.getBoundingClientRect();
      const scrolls = ['auto', 'scroll'].includes(getComputedStyle(box).overflowY);
      if (scrolls && (top < own.top - 1 || bottom > own.bottom + 1)) return `out of sight: ${String(range)}`;
    }
    if (left < 0 || right > innerWidth) return `beside the window: ${String(range)}`;
    return `${String(range)} in ${range.startContainer.textContent}`;
  });
const shows = (text: string): Promise<void> => eventually(async () => expect(await inSight()).toBe(text));
/** The current match in code, if it can be seen. */
const inCode = (text: string): Promise<void> =>
  eventually(async () => {
    const marked = app.page.locator('.cm-found-current');
    expect((await marked.allInnerTexts()).join('')).toBe(text);
    const box = await marked.first().boundingBox();
    const height = await app.page.evaluate(() => innerHeight);
    expect(box?.y).toBeGreaterThan(0);
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThan(height);
  });

/** What was opened is on disk, and nothing is at work any more. */
const idle = (): Promise<void> =>
  app.page.evaluate(async () => {
    for (let times = 0; times < 30; times += 1) {
      await new Promise((resolve) => requestIdleCallback(resolve));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
const startTrace = (): Promise<void> =>
  app.app.evaluate(({ contentTracing }) =>
    contentTracing.startRecording({
      included_categories: ['toplevel', 'disabled-by-default-devtools.timeline'],
    }),
  );

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Of the thread itself, in µs: what else the machine was busy with does not count. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** The longest that one task of the page's thread took of a processor, in ms. */
const longestTask = async (): Promise<number> => {
  const file = await app.app.evaluate(({ contentTracing }) => contentTracing.stopRecording());
  const { traceEvents } = JSON.parse(readFileSync(file, 'utf8')) as { traceEvents: readonly TraceEvent[] };
  const placeOf = ({ pid, tid }: TraceEvent): string => `${String(pid)} ${String(tid)}`;
  const threads = new Set(
    traceEvents
      .filter(({ args, name }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(placeOf),
  );
  const tasks = traceEvents.filter((event) => event.name.endsWith('RunTask') && threads.has(placeOf(event)));
  expect(tasks.length).toBeGreaterThan(10);
  return Math.max(...tasks.map(({ tdur }) => tdur ?? 0)) / 1000;
};

it('in code, in folded text, in long lines, in tracebacks', { timeout: 6 * START_MS }, async () => {
  const { page } = app;
  const lines = Array.from({ length: 60 }, (_none, line) => `x${line} = 1`).join('\n');
  await ended(await runCode(page, `# needle here\n${lines}`));
  await page.getByRole('button', { name: 'New cell' }).click();
  await ended(
    await runCode(
      page,
      'for i in range(3000): print("line", i, "\\033[31mne\\033[32medle\\033[0m here" if i == 1500 else "straw")',
    ),
  );
  await page.getByRole('button', { name: 'New cell' }).click();
  await ended(await runCode(page, 'print(", ".join(f"item {i}" for i in range(60_000)))'));
  await page.getByRole('button', { name: 'New cell' }).click();
  await ended(await runCode(page, 'def needle_of(): 1/0\nneedle_of()'));
  await find('NEEDLE here');
  await counts('1 of 2');
  await press('Enter');
  await counts('2 of 2');
  await shows('needle here in ne');
  await keepPicture(app, 'find-line');
  await press('F3');
  await counts('1 of 2');
  await inCode('needle here');
  await find('line 2999');
  await counts('1 of 1');
  await shows('line 2999 in line 2999 straw');
  await find('item 43210');
  await counts('1 of 1');
  await eventually(async () => expect(await inSight()).toMatch(/^item 43210 in /u));
  await find('needle_of()');
  await counts('1 of 4');
  await press('Shift+Enter');
  await counts('4 of 4');
  await eventually(async () => expect(await inSight()).toMatch(/^needle_of\(\) in /u));
  await keepPicture(app, 'find-traceback');
  expect(await axeFindings(page)).toEqual([]);
  await find('nowhere at all');
  await counts('Not found');
  await eventually(async () => expect(await inSight()).toBe('none'));
});

it('in values, tables, Markdown, JSON and pages', { timeout: 6 * START_MS }, async () => {
  const { page } = app;
  const code = [
    'from IPython.display import display, HTML, JSON, Markdown',
    'rows = "".join(f"<tr><td>{i}</td><td>row {i}</td></tr>" for i in range(300))',
    'display(HTML(f"<table><tbody>{rows}</tbody></table>"))',
    'display(Markdown("# Head\\n\\n" + "\\n\\n".join(f"part {i} of *many* words" for i in range(50))))',
    'display(JSON({"deep": {"list": [f"leaf {i}" for i in range(300)]}}))',
    'display(HTML("<p>A page with <i>words</i></p><img>"))',
    'import json',
    'names = [{"name": [name], "type": "int64", "isNumber": False} for name in ["", "first", "second"]]',
    'rows = [[str(i), f"cell {i}", f"frame {i}"] for i in range(100)]',
    'table = {"version": 1, "table": "ff", "rows": 100, "columns": 2, "keptRows": 100, "levels": 1, "head": rows, "fields": names}',
    'display({"application/vnd.vivarium.table+json": json.dumps(table)}, raw=True)',
    '"\\n".join(f"value {i}" for i in range(200))',
  ].join('\n');
  await ended(await runCode(page, code));
  await find('row 250');
  await counts('1 of 1');
  await shows('row 250 in row 250');
  await find('part 33 of many');
  await counts('1 of 1');
  await eventually(async () => expect(await inSight()).toMatch(/^part 33 of many in /u));
  await find('leaf 250');
  await counts('1 of 1');
  await shows('leaf 250 in "leaf 250"');
  await find('frame 77');
  await counts('1 of 1');
  await shows('frame 77 in frame 77');
  await find('value 150');
  await counts('1 of 1');
  await eventually(async () => expect(await inSight()).toMatch(/^value 150 in /u));
  await find('a page with');
  await counts('1 of 2');
  await press('Enter');
  await counts('2 of 2');
  const page1 = page.locator('.found-item[data-found]');
  await page1.waitFor();
  await eventually(async () => {
    const box = await page1.boundingBox();
    expect(box?.y).toBeGreaterThan(0);
    expect(box?.y).toBeLessThan(await page.evaluate(() => innerHeight));
  });
});

it(
  'with its case, as a whole word; the keyboard goes back to where it was',
  { timeout: 4 * START_MS },
  async () => {
    const { page } = app;
    await page.keyboard.insertText('Word = 1\nwords = 2\nword = 3');
    await find('word');
    await counts('1 of 3');
    await press('Alt+w');
    await counts('1 of 2');
    await press('Alt+c');
    await counts('1 of 1');
    await inCode('word');
    const toggle = page.getByRole('button', { name: 'Match case' });
    expect(await toggle.getAttribute('aria-pressed')).toBe('true');
    await keepPicture(app, 'find-code');
    await press('Escape');
    await eventually(async () => expect(await focus()).toBe('code 0'));
    expect(await page.locator('search').count()).toBe(0);
    await page.keyboard.type('7');
    await eventually(async () =>
      expect(await page.locator('.cm-content').first().innerText()).toContain('word = 37'),
    );
    await press('Escape');
    await eventually(async () => expect(await focus()).toBe('cell 0'));
    await find('word');
    await press('Escape');
    await eventually(async () => expect(await focus()).toBe('cell 0'));
    // Without the bar, F3 asks for it; what is marked in the code is looked for.
    await press('Enter', 'Control+Home', 'Shift+End', 'F3');
    await eventually(async () =>
      expect(await page.getByRole('textbox', { name: 'Find in code and output' }).inputValue()).toBe(
        'Word = 1',
      ),
    );
    await press('Alt+w', 'Alt+c');
    await page.keyboard.insertText('word');
    await counts('1 of 3');
    // The menu asks for it, too.
    await press('Escape');
    await app.app.evaluate(({ Menu }) => {
      Menu.getApplicationMenu()?.getMenuItemById('find')?.click();
    });
    await eventually(async () => expect(await focus()).toBe('Find in code and output'));
  },
);

it(
  'what is collapsed is open while the match is in it, and stays open when the search ends there',
  { timeout: 4 * START_MS },
  async () => {
    const { page } = app;
    const cell = await ended(await runCode(page, 'hidden_name = 1\nprint("hidden" + " text")'));
    await press('Escape', 'i', 'o');
    await cell.locator('.collapsed').nth(1).waitFor();
    await find('hidden text');
    await counts('1 of 1');
    await shows('hidden text in hidden text');
    expect(await cell.locator('.cm-content').isVisible()).toBe(false);
    await find('hidden_name');
    await counts('1 of 1');
    await inCode('hidden_name');
    expect(await cell.locator('.output').count()).toBe(0);
    await press('Escape');
    await eventually(async () => expect(await focus()).toBe('cell 0'));
    expect(await cell.locator('.cm-content').isVisible()).toBe(true);
  },
);

it('goes on while output comes in', { timeout: 4 * START_MS }, async () => {
  const { page } = app;
  await runCode(page, 'import time\nfor i in range(200):\n    print("tick", i)\n    time.sleep(0.05)');
  await find('tick');
  await eventually(async () =>
    expect(await page.locator('search .count').innerText()).toMatch(/^1 of (?:[2-9]|\d\d|1\d\d)$/u),
  );
  await counts('1 of 201');
});

it('50 MB of output hold the page for less than 50 ms at a time', { timeout: 8 * START_MS }, async () => {
  const { page } = app;
  const file = path.join(app.dataFolder, 'much.ipynb');
  const line = (at: number): string =>
    `${String(at).padStart(7, '0')} some text of no use that nobody looks for`;
  const texts = Array.from({ length: 20 }, (_none, cell) => {
    const of = Array.from({ length: 50_000 }, (_each, at) => line(cell * 50_000 + at));
    return `${of.join('\n')}\n`;
  });
  const cells = texts.map((text) => ({
    cell_type: 'code',
    execution_count: null,
    metadata: {},
    outputs: [{ output_type: 'stream', name: 'stdout', text }],
    source: '',
  }));
  writeFileSync(file, JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 4 }));
  await app.app.evaluate(({ dialog, Menu }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
    Menu.getApplicationMenu()?.getMenuItemById('open-document')?.click();
  }, file);
  await page.getByRole('tab', { name: 'much.ipynb' }).waitFor({ timeout: 2 * START_MS });
  await page
    .locator('.cell')
    .nth(19)
    .locator('.output')
    .waitFor({ timeout: 2 * START_MS });
  await press('Control+f');
  await page.getByRole('textbox', { name: 'Find in code and output' }).waitFor();
  await idle();
  await startTrace();
  const begun = Date.now();
  await page.keyboard.insertText('that nobody has written');
  await counts('Not found');
  const took = Date.now() - begun;
  const searching = await longestTask();
  await startTrace();
  await press('Control+a');
  await page.keyboard.insertText('0987654 some');
  await counts('1 of 1');
  await shows('0987654 some in 0987654 some text of no use that nobody looks for');
  const showing = await longestTask();
  console.log(
    `searched in ${String(took)} ms; the longest task took ${searching.toFixed(1)} ms, with showing ${showing.toFixed(1)} ms`,
  );
  expect(searching).toBeLessThan(50);
  // It opens an output of 50,000 lines.
  expect(showing).toBeLessThan(200);
  await press('Control+f');
  await page.keyboard.insertText('text');
  await counts('1 of 20,000+');
  await keepPicture(app, 'find-much');
});

it(
  'axe finds nothing, dark and small and enlarged; nothing is cut off',
  { timeout: 2 * START_MS },
  async () => {
    const { page } = app;
    await ended(await runCode(page, 'some_name = "text" # text'));
    const chart = 'display({"application/vnd.vegalite.v6.json": {"mark": "bar"}}, raw=True)';
    await ended(await runCode(page, `${chart}; ${chart}`));
    await page.evaluate(() => globalThis.api.config.set('general.theme', 'dark'));
    await page.waitForFunction(() => document.documentElement.dataset['theme'] === 'dark');
    await find('text');
    await counts('1 of 2');
    await page.locator('search').getByText('Not searched: 2 charts', { exact: true }).waitFor();
    const zoom = (factor: number): Promise<void> =>
      app.app.evaluate(({ BrowserWindow }, to) => {
        const [window] = BrowserWindow.getAllWindows();
        window?.setContentSize(760, 480);
        window?.webContents.setZoomFactor(to);
      }, factor);
    for (const factor of [1, 2]) {
      await zoom(factor);
      await page.waitForFunction((width) => innerWidth <= width, 760 / factor + 1);
      expect(await axeFindings(page)).toEqual([]);
      await press('Enter');
      await counts(factor === 1 ? '2 of 2' : '1 of 2');
      await inCode('text');
      const cut = await page.evaluate(() =>
        [...document.querySelectorAll('search *')]
          .filter((element) => element.getBoundingClientRect().right > innerWidth)
          .map(({ outerHTML }) => outerHTML),
      );
      expect(cut).toEqual([]);
      await keepPicture(app, `find-small-${factor}`);
    }
    await zoom(1);
    await press('Escape');
    await press('Escape');
    await eventually(async () => expect(await focus()).toBe('cell 1'));
    await press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await keepPicture(app, 'find-shortcuts');
    await press('Escape');
  },
);
