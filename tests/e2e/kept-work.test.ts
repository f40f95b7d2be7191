/** What somebody has written is there again, whatever ended the app or its page. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { openVivariumWindow, type VivariumWindow } from '../support/vivarium-window.ts';
import { ENABLED, ended, runCode, START_MS } from './console-page.ts';

/** Nothing older is lost, in ms. */
const KEPT_AFTER_MS = 2000;
/** How long somebody goes on typing before the end, in ms. */
const TYPING_MS = 5000;

const newFolder = (settings: object = ENABLED): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-kept-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'settings.json'), JSON.stringify({ version: 1, ...settings }));
  return folder;
};

const open = async (dataFolder: string): Promise<VivariumWindow> => {
  const opened = await openVivariumWindow({ dataFolder });
  await opened.page.waitForSelector('.cell');
  return opened;
};

const reopen = async (dataFolder: string): Promise<VivariumWindow> => {
  const opened = await open(dataFolder);
  onTestFinished(() => opened.close());
  return opened;
};

/** The code of all cells of the session that is shown, as the editors have it. */
const sourcesOf = (page: Page): Promise<string[]> =>
  page
    .locator('.cm-content')
    .evaluateAll((editors) =>
      editors.map((editor) =>
        [...editor.querySelectorAll('.cm-line')]
          .map((line) => (line.querySelector('.cm-placeholder') === null ? line.textContent : ''))
          .join('\n'),
      ),
    );

interface Typed {
  readonly mark: string;
  readonly at: number;
}

/**
 * Types assignments into the last cell for a while; when each of them was there. In few lines: the editor has only those
 * in the page that are seen.
 */
const typeMarks = async (page: Page): Promise<Typed[]> => {
  await page.locator('.cm-content').last().click();
  const typed: Typed[] = [];
  const begun = performance.now();
  for (let count = 0; performance.now() - begun < TYPING_MS; count += 1) {
    const mark = `mark_${count} = ${count}`;
    await page.keyboard.type(mark + (count % 10 === 9 ? '\n' : '; '));
    typed.push({ mark, at: performance.now() });
  }
  return typed;
};

/** Marks that were typed long enough before the end, and are not in the text. */
const lost = (typed: readonly Typed[], endedAt: number, text: string): string[] => {
  const marks = new Set(text.split(/[\n;]/u).map((mark) => mark.trim()));
  return typed
    .filter(({ at, mark }) => endedAt - at >= KEPT_AFTER_MS && !marks.has(mark))
    .map(({ mark }) => mark);
};

it('typing survives kill -9 of the main process', async () => {
  const folder = newFolder();
  const first = await open(folder);
  const typed = await typeMarks(first.page);
  const endedAt = performance.now();
  const gone = first.app.waitForEvent('close');
  process.kill(first.pid, 'SIGKILL');
  await gone;
  await first.close();
  expect(typed.filter(({ at }) => endedAt - at >= KEPT_AFTER_MS).length).toBeGreaterThan(5);
  const { page } = await reopen(folder);
  expect(lost(typed, endedAt, (await sourcesOf(page)).join('\n'))).toEqual([]);
});

it("typing survives kill -9 of the page's process, and the variables stay", async () => {
  const folder = newFolder();
  const window = await reopen(folder);
  const { app, page } = window;
  await ended(await runCode(page, 'kept = 42\nprint("before")'));
  const typed = await typeMarks(page);
  const pid = await app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId(),
  );
  const loaded = app.evaluate(
    ({ BrowserWindow }) =>
      new Promise<void>((resolve) => {
        BrowserWindow.getAllWindows()[0]?.webContents.once('did-finish-load', () => resolve());
      }),
  );
  const endedAt = performance.now();
  process.kill(pid ?? 0, 'SIGKILL');
  await loaded;
  // Playwright gives up a page that crashed: from here on it is asked through main.
  const inPage = (code: string): Promise<unknown> =>
    app.evaluate(
      ({ BrowserWindow }, text) =>
        BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(text) as unknown,
      code,
    );
  const lines =
    '[...document.querySelectorAll(".editor")].flatMap((host) => [...host.shadowRoot.querySelectorAll(".cm-line")].map((line) => line.textContent)).join("\\n")';
  await eventually(async () => expect(await inPage(lines)).toContain('kept = 42'), { withinMs: START_MS });
  expect(lost(typed, endedAt, String(await inPage(lines)))).toEqual([]);
  await eventually(async () =>
    expect(await inPage('document.querySelector(".cell .output")?.textContent')).toContain('before'),
  );
  expect(await inPage('document.querySelectorAll(".lost, .stale-note").length')).toBe(0);
  const answer = await inPage(
    `api.sandbox.status().then(({ value }) => api.sandbox.run({ code: 'kept', session: value.sessions[0].name }, { runId: 'a' }))`,
  );
  expect(answer).toMatchObject({ value: { value: { text: '42' } } });
});

it('sessions come back as they were: names, order, output, place; with what is gone said', async () => {
  const folder = newFolder();
  const first = await open(folder);
  await ended(await runCode(first.page, 'x = 6\nfor i in range(60): print("line", i)'));
  await ended(
    await runCode(
      first.page,
      'from IPython.display import display, HTML\ndisplay(HTML("<b>bold</b>"))\nx * 7',
    ),
  );
  await ended(await runCode(first.page, '1 / 0'));
  await first.page.locator('.cm-content').last().click();
  await first.page.keyboard.insertText('# not run yet');
  await first.page.getByRole('button', { name: 'New session' }).click();
  await first.page.locator('.cm-content').last().click();
  await first.page.keyboard.insertText('second = True');
  await first.page.getByRole('tab', { name: 'Session 1' }).click();
  const box = first.page.locator('.scroller');
  await box.hover();
  await first.page.mouse.wheel(0, -10_000);
  await eventually(async () => expect(await box.evaluate(({ scrollTop }) => scrollTop)).toBe(0));
  await first.close();

  const { page } = await reopen(folder);
  expect(await page.locator('[role=tab] .name').allInnerTexts()).toEqual(['Session 1', 'Session 2']);
  expect(await page.locator('[aria-selected=true] .name').innerText()).toBe('Session 1');
  expect((await sourcesOf(page)).at(-1)).toBe('# not run yet');
  const cells = page.locator('.cell');
  await cells.nth(0).getByText('line 59').waitFor();
  await cells.nth(1).locator('.value', { hasText: '42' }).waitFor();
  await cells.nth(2).getByText('ZeroDivisionError').first().waitFor();
  expect(await page.locator('.scroller').evaluate(({ scrollTop }) => scrollTop)).toBe(0);
  await page.getByText('The app was closed: variables are gone.').waitFor();
  expect(await cells.nth(0).locator('.stale-note').count()).toBe(1);
  await page.getByRole('tab', { name: 'Session 2' }).click();
  expect(await sourcesOf(page)).toEqual(['second = True']);
  expect(await page.locator('.lost').count()).toBe(0);

  // All of them again, until one fails.
  await page.getByRole('tab', { name: 'Session 1' }).click();
  await page.locator('.lost').getByRole('button', { name: 'Run all' }).click();
  await cells
    .nth(2)
    .locator('.gutter', { hasText: '[6]' })
    .waitFor({ timeout: 2 * START_MS });
  await ended(cells.nth(2));
  await page.locator('.lost').waitFor({ state: 'detached' });
  expect(await page.locator('.stale-note').count()).toBe(0);
});

it('a password that was typed into a cell is not on the disk', async () => {
  const folder = newFolder();
  const window = await reopen(folder);
  const { page } = window;
  const cell = await runCode(page, 'import getpass\nlen(getpass.getpass("Secret? "))');
  await cell.locator('.input input').waitFor({ timeout: 2 * START_MS });
  await page.keyboard.type('opensesame');
  await page.keyboard.press('Enter');
  await ended(cell);
  const texts = (): string[] =>
    readdirSync(path.join(folder, 'work')).map((name) =>
      readFileSync(path.join(folder, 'work', name), 'utf8'),
    );
  await eventually(() => expect(texts().some((text) => text.includes('Secret? '))).toBe(true));
  await eventually(() => expect(texts().some((text) => text.includes('"done"'))).toBe(true));
  expect(texts().filter((text) => text.includes('opensesame'))).toEqual([]);
});

it('closing during a run asks; the cell says later that its run did not end', async () => {
  const folder = newFolder();
  const first = await open(folder);
  const cell = await runCode(first.page, 'print("going")\nwhile True: pass');
  await cell.getByText('going', { exact: true }).waitFor({ timeout: 2 * START_MS });
  // Only the system's own dialog is not really asked.
  const answers = (response: number): Promise<void> =>
    first.app.evaluate(({ dialog }, chosen) => {
      const asked: string[] = [];
      Object.assign(globalThis, { asked });
      dialog.showMessageBox = ((_window: unknown, { message }: { message: string }) => {
        asked.push(message);
        return Promise.resolve({ response: chosen, checkboxChecked: false });
      }) as unknown as typeof dialog.showMessageBox;
    }, response);
  const close = (): Promise<void> =>
    first.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
  await answers(1);
  await close();
  await eventually(async () =>
    expect(await first.app.evaluate(() => (globalThis as unknown as { asked: string[] }).asked)).toEqual([
      'A cell is still running. Close anyway?',
    ]),
  );
  expect(await cell.getByRole('button', { name: 'Stop' }).count()).toBe(1);
  await first.page.locator('.cm-content').last().click();
  await first.page.keyboard.type('last_words = 1');
  await answers(0);
  const gone = first.app.waitForEvent('close');
  await close();
  await gone;
  await first.close();

  const { page } = await reopen(folder);
  // What was typed in the last moment before the end is saved on the way.
  expect((await sourcesOf(page)).at(-1)).toBe('last_words = 1');
  await page.getByText('The app ended during this run.').waitFor();
  await page.getByText('going', { exact: true }).waitFor();
});

it('a damaged part is moved aside and said, and the version before it is shown', async () => {
  const folder = newFolder();
  const first = await open(folder);
  await first.page.locator('.cm-content').click();
  await first.page.keyboard.type('old = 1');
  const work = path.join(folder, 'work');
  const part = (): string => {
    const name = readdirSync(work).find((file) => /^s1-[0-9a-f]+\.part$/u.test(file));
    return path.join(work, name ?? 'none');
  };
  await eventually(() => expect(readFileSync(part(), 'utf8')).toContain('old = 1'));
  await first.page.keyboard.type('2');
  await eventually(() => expect(readFileSync(part(), 'utf8')).toContain('old = 12'));
  await first.close();
  writeFileSync(part(), readFileSync(part(), 'utf8').slice(0, -5));

  const { page } = await reopen(folder);
  expect((await sourcesOf(page))[0]).toMatch(/^old = 1/u);
  await page
    .getByText(/is damaged and was moved aside: .+damaged-1\.part\. You see the version before/u)
    .waitFor();
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  const { violations } = await page.evaluate<AxeResults>(
    'axe.run(document, { resultTypes: ["violations"] })',
  );
  expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([]);
});

it('a closed session and a removed cell come back, by the message and by Ctrl+Z, and the keyboard goes along', async () => {
  const folder = newFolder();
  const window = await reopen(folder);
  const { page } = window;
  await ended(await runCode(page, 'y = 5\nprint("five")'));
  await page.getByRole('button', { name: 'New session' }).click();
  await page.getByRole('tab', { name: 'Session 1' }).click();
  await page.getByRole('tab', { name: 'Session 1' }).locator('.close').click();
  expect(await page.getByRole('tab').allInnerTexts()).toEqual(['Session 2']);
  expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('tab');
  await page.getByText('Session 1 closed.').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  expect(await page.getByRole('tab').allInnerTexts()).toEqual(['Session 1', 'Session 2']);
  await page.getByText('five', { exact: true }).waitFor();
  const cell = await ended(await runCode(page, 'y + 1'));
  expect(await cell.locator('.value').innerText()).toContain('6');

  await page.locator('.cell').first().getByRole('button', { name: 'Remove cell' }).click();
  expect(await page.locator('.cell').count()).toBe(2);
  const atCell = (): Promise<boolean> =>
    page.evaluate(() => document.activeElement?.classList.contains('cell') === true);
  await eventually(async () => expect(await atCell()).toBe(true));
  await page.getByText('Cell removed.').waitFor();
  await page.keyboard.press('Control+z');
  expect(await page.locator('.cell').count()).toBe(3);
  // What it offers to undo was undone.
  await page.getByText('Cell removed.').waitFor({ state: 'detached', timeout: 5000 });
  await page.locator('.cell').first().getByText('five', { exact: true }).waitFor();
  await eventually(async () => expect(await atCell()).toBe(true));
  // In an editor it is the editor's own.
  await page.locator('.cm-content').last().click();
  await page.keyboard.type('abc');
  await page.keyboard.press('Control+z');
  expect((await sourcesOf(page)).at(-1)).toBe('');
});

it('a closed session and a removed cell come back by Ctrl+Z after the next start, too', async () => {
  const folder = newFolder();
  const first = await open(folder);
  await ended(await runCode(first.page, 'y = 5\nprint("five")'));
  await first.page.locator('.cell').first().getByRole('button', { name: 'Remove cell' }).click();
  await first.page.getByRole('button', { name: 'New session' }).click();
  await first.page.locator('.cm-content').last().click();
  await first.page.keyboard.insertText('precious = True');
  await first.page.getByRole('tab', { name: 'Session 2' }).locator('.close').click();
  await first.page.getByText('Session 2 closed.').waitFor();
  await first.close();

  const { page } = await reopen(folder);
  expect(await page.locator('[role=tab] .name').allInnerTexts()).toEqual(['Session 1']);
  await page.getByRole('tab', { name: 'Session 1' }).focus();
  await page.keyboard.press('Control+z');
  await page.getByRole('tab', { name: 'Session 2', selected: true }).waitFor();
  await eventually(async () => expect(await sourcesOf(page)).toEqual(['precious = True']));
  await page.keyboard.press('Control+z');
  await page.getByRole('tab', { name: 'Session 1', selected: true }).waitFor();
  await page.locator('.cell').first().getByText('five', { exact: true }).waitFor();
  expect(await page.locator('.cell').first().locator('.stale-note').count()).toBe(1);
});
