/** Tools of MCP servers in the window: the real app, and real servers over stdin and stdout. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { readServerList } from '../../src/main/connect/server-list.ts';
import { axeFindings } from '../support/axe.ts';
import { eventually } from '../support/eventually.ts';
import { allProcesses, needProcesses, untilNone } from '../support/processes.ts';
import { openVivariumWindow } from '../support/vivarium-window.ts';
import { ENABLED, ended, goTo, openApp, runCode, START_MS, type OpenedApp } from './console-page.ts';
import { keepPicture } from './keep-picture.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-tools-'));
const list = path.join(folder, 'servers.json');
const pids = path.join(folder, 'pids.txt');
const log = path.join(folder, 'log.txt');
const SERVER = path.resolve(import.meta.dirname, '../support/desk-server.mjs');

const server = (...args: string[]): object => ({
  command: process.execPath,
  args: [SERVER, ...args],
  env: { DESK_PIDS: pids, DESK_LOG: log },
});
const writeList = (servers: object): void => writeFileSync(list, JSON.stringify({ mcpServers: servers }));

/** As the settings keep servers that were switched on. */
const declaredOf = (file: string): { name: string; declared: string }[] =>
  readServerList(readFileSync(file), path.dirname(file)).map(({ declared, name }) => ({ name, declared }));

const startedPids = (): number[] =>
  existsSync(pids) ? readFileSync(pids, 'utf8').trim().split('\n').map(Number) : [];
const untilNoServerIsLeft = (): Promise<void> =>
  untilNone(() => {
    const started = new Set(startedPids());
    return allProcesses().filter(({ pid }) => started.has(pid));
  });

let app: OpenedApp;
beforeAll(async () => {
  app = await openApp(ENABLED);
});
afterEach(() => expect(app.errors).toEqual([]));
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Chooses a file in the settings; only the system's own dialog is not really asked. */
const chooseList = async (button: string, file = list): Promise<void> => {
  await app.app.evaluate(({ dialog }, filePath) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [filePath] });
  }, file);
  await app.page.getByRole('button', { name: button }).click();
  await app.page.locator('.file code').getByText(file).waitFor();
};
const switchOf = (page: Page, name: string): Locator => page.getByRole('switch', { name, exact: true });
const stateOf = (page: Page, name: string): Locator =>
  page
    .locator('.server')
    .filter({ has: switchOf(page, name) })
    .locator('.state');
const turnOn = async (page: Page, name: string, pythonName = name): Promise<void> => {
  await switchOf(page, name).check();
  await stateOf(page, name).getByText(`functions in host.${pythonName}`).waitFor({ timeout: START_MS });
};
const question = (page: Page): Locator => page.getByRole('dialog', { name: 'Allow this call?' });
/** The buttons that allow are held back for a moment. */
const answer = async (page: Page, button: string): Promise<void> => {
  await question(page).getByRole('button', { name: button, exact: true }).click();
};
const valueOf = async (cell: Locator): Promise<string> => (await ended(cell)).locator('.value').innerText();

it('a file is chosen, and nothing of it is started', async () => {
  writeList({ desk: server(), 'my desk': { ...server(), confirm: 'allow' }, hangs: server('--silent') });
  const { page } = app;
  await goTo(page, 'Settings');
  await chooseList('Choose a servers.json');
  await switchOf(page, 'my desk').waitFor();
  for (const name of ['desk', 'my desk', 'hangs']) {
    expect(await switchOf(page, name).isChecked()).toBe(false);
    expect(await stateOf(page, name).innerText()).toBe('Off');
  }
  // What would be started is shown before it is.
  expect(await page.locator('.server').first().innerText()).toContain(`${process.execPath} ${SERVER}`);
  expect(await axeFindings(page)).toEqual([]);
  await goTo(page, 'Console');
  const cell = await ended(await runCode(page, 'from host import desk'));
  await cell
    .getByText(/gave it no functions to call/u)
    .first()
    .waitFor();
  expect(existsSync(pids)).toBe(false);
});

it('a server that is switched on shows what it offers', async () => {
  const { page } = app;
  await goTo(page, 'Settings');
  await turnOn(page, 'desk');
  await stateOf(page, 'desk').getByRole('button', { name: 'Show functions' }).click();
  const dialog = page.getByRole('dialog', { name: 'Functions of desk' });
  expect(await dialog.locator('pre').innerText()).toContain('def desk.add(a: int, b: int)');
  expect(await axeFindings(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(startedPids()).toHaveLength(1);
});

it('each call is asked for, with its function and its arguments, and made or not', async () => {
  const { page } = app;
  await goTo(page, 'Console');
  const allowed = await runCode(page, 'from host import desk\ndesk.add(a=20, b=22)');
  await question(page).waitFor({ timeout: START_MS });
  expect(await question(page).innerText()).toContain('desk.add');
  expect(await question(page).innerText()).toContain('Session 1');
  expect(await question(page).locator('pre').innerText()).toBe('{"a": 20, "b": 22}');
  expect(await axeFindings(page)).toEqual([]);
  await answer(page, 'Allow');
  expect(await valueOf(allowed)).toContain("{'sum': 42}");

  const denied = await runCode(page, 'desk.create_issue(title="no")');
  await question(page).waitFor();
  await page.keyboard.press('Escape');
  await (
    await ended(denied)
  )
    .getByText(/the call was denied: the user said no/u)
    .first()
    .waitFor();
  expect(existsSync(log)).toBe(false);

  const all = await runCode(page, '[desk.echo(text=str(n)) for n in range(30)][-1]');
  await question(page).waitFor();
  await answer(page, 'Allow all calls of desk.echo in this run');
  expect(await valueOf(all)).toContain('29');
});

it('a question that nobody waits for any longer goes away', async () => {
  const { page } = app;
  const cell = await runCode(page, 'desk.add(a=1, b=1)');
  await question(page).waitFor();
  await page.evaluate(async () => {
    const status = await globalThis.api.sandbox.status();
    for (const { runId } of status.ok ? status.value.runs : []) await globalThis.api.sandbox.cancel(runId);
  });
  await question(page).waitFor({ state: 'detached' });
  await ended(cell);
});

it('a server that hangs holds up nothing else', async () => {
  const { page } = app;
  await goTo(page, 'Settings');
  await switchOf(page, 'hangs').check();
  await stateOf(page, 'hangs').getByText('Starting').waitFor();
  await turnOn(page, 'my desk', 'my_desk');
  await goTo(page, 'Console');
  expect(await valueOf(await runCode(page, 'from host import my_desk\nmy_desk.add(a=1, b=2)'))).toContain(
    '3',
  );
  await goTo(page, 'Settings');
  await stateOf(page, 'hangs')
    .getByText('Could not be started')
    .waitFor({ timeout: 2 * START_MS });
  await page.getByText('server hangs is not there: the server hangs did not answer within 20 s').waitFor();
});

it('a server that dies in a call takes nothing with it, and the next call starts it anew', async () => {
  const { page } = app;
  await goTo(page, 'Console');
  await ended(await runCode(page, 'kept = "still here"'));
  const died = await runCode(page, 'my_desk.die()');
  await (
    await ended(died)
  )
    .getByText(/the server my desk has ended/u)
    .first()
    .waitFor();
  await goTo(page, 'Settings');
  await stateOf(page, 'my desk').getByText('Has ended; the next call starts it again').waitFor();
  await goTo(page, 'Console');
  expect(await valueOf(await runCode(page, 'f"{kept} {my_desk.add(a=2, b=2)}"'))).toContain(
    "still here {'sum': 4}",
  );
  await goTo(page, 'Settings');
  await stateOf(page, 'my desk').getByText('functions in host.my_desk').waitFor();
});

it('calls are told of in Activity', async () => {
  const { page } = app;
  await goTo(page, 'Activity');
  await page.getByText('Session 1: called my_desk.add').first().waitFor();
  const outcomes = await page.evaluate(async () => {
    const history = await globalThis.api.sandbox.history();
    const events = history.ok ? history.value : [];
    return events.flatMap((event) =>
      event.type === 'function-called' ? [`${event.call.name} ${event.call.outcome}`] : [],
    );
  });
  expect(outcomes.filter((outcome) => outcome === 'desk.echo ok')).toHaveLength(30);
  expect(outcomes).toContain('desk.create_issue denied');
  expect(outcomes).toContain('desk.add abandoned');
});

it('one that is switched off ends, and can not be called any more; the others go on', async (context) => {
  needProcesses(context);
  const { page } = app;
  await goTo(page, 'Console');
  const [said] = /\d{2,}/u.exec(await valueOf(await runCode(page, 'my_desk.pid()'))) ?? [];
  const pid = Number(said);
  expect(startedPids()).toContain(pid);
  await goTo(page, 'Settings');
  await switchOf(page, 'my desk').uncheck();
  await untilNone(() => allProcesses().filter((one) => one.pid === pid));
  await goTo(page, 'Console');
  const cell = await ended(await runCode(page, 'my_desk.add(a=1, b=1)'));
  await cell
    .getByText(/this run was given no function of that name/u)
    .first()
    .waitFor();
  const other = await runCode(page, 'desk.add(a=1, b=1)');
  await question(page).waitFor();
  await answer(page, 'Allow');
  expect(await valueOf(other)).toContain("{'sum': 2}");
});

it('one that the file says something else of is not started before it is switched on again', async () => {
  const { page } = app;
  await goTo(page, 'Settings');
  expect(await switchOf(page, 'desk').isChecked()).toBe(true);
  const before = startedPids().length;
  const env = { DESK_PIDS: pids, DESK_LOG: log, DESK_TOKEN: 'a secret' };
  writeList({ desk: { ...server('--other'), env, tools: { add: 'allow' } }, 'my desk': server() });
  await page.getByRole('button', { name: 'Read again' }).click();
  await stateOf(page, 'desk').getByText('Changed in the file since it was switched on').waitFor();
  expect(await switchOf(page, 'desk').isChecked()).toBe(false);
  const words = await page.locator('.server').first().innerText();
  expect(words).toContain(`${SERVER} --other`);
  expect(words).toContain('Changed: arguments, variables or their values, and which calls are asked for');
  expect(words).toContain('Variables it gets: DESK_LOG, DESK_PIDS, DESK_TOKEN');
  expect(words).toContain('You are asked about each call.\nYou are not asked about: add');
  expect(words).not.toContain('a secret');
  await keepPicture(app, 'tools-changed');
  expect(await axeFindings(page)).toEqual([]);
  expect(startedPids()).toHaveLength(before);
  await turnOn(page, 'desk');
  expect(startedPids()).toHaveLength(before + 1);
});

it('a file that can not be used says why, and starts nothing; another one begins with all off', async () => {
  const { page } = app;
  await goTo(page, 'Settings');
  const broken = path.join(folder, 'broken.json');
  writeFileSync(broken, '{"mcpServers": {"far": {"url": "https://example.org"}}}');
  await chooseList('Choose another file', broken);
  await page.getByText(/This file can't be used: mcpServers\.far/u).waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await chooseList('Choose another file');
  await switchOf(page, 'desk').waitFor();
  expect(await switchOf(page, 'desk').isChecked()).toBe(false);
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByRole('button', { name: 'Choose a servers.json' }).waitFor();
  await untilNoServerIsLeft();
});

it.for(['closed', 'killed'] as const)(
  'servers are started with the app, and gone when it was %s',
  async (how, context) => {
    needProcesses(context);
    writeList({ desk: { ...server(), confirm: 'allow' } });
    const dataFolder = mkdtempSync(path.join(tmpdir(), 'vivarium-tools-data-'));
    const settings = { version: 1, ...ENABLED, tools: { file: list, on: declaredOf(list) } };
    writeFileSync(path.join(dataFolder, 'settings.json'), JSON.stringify(settings));
    const opened = await openVivariumWindow({ dataFolder });
    try {
      const before = startedPids().length;
      expect(
        await valueOf(await runCode(opened.page, 'from host import desk\ndesk.add(a=1, b=1)')),
      ).toContain('2');
      expect(startedPids().length).toBeGreaterThanOrEqual(before);
      const running = new Set(startedPids());
      expect(allProcesses().filter(({ pid }) => running.has(pid))).toHaveLength(1);
      if (how === 'killed') {
        const gone = opened.app.waitForEvent('close');
        process.kill(opened.pid, 'SIGKILL');
        await gone;
      }
    } finally {
      await opened.close();
      rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5 });
    }
    await eventually(() => untilNoServerIsLeft());
  },
);
