/** What the window says of cells and sessions that wait, that have lost something, and of what they use. */
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { LIMITS } from '../../src/shared/limits.ts';
import { axeFindings } from '../support/axe.ts';
import { eventually } from '../support/eventually.ts';
import { ENABLED, ended, goTo, openApp, runCode, START_MS, type OpenedApp } from './console-page.ts';

const LIMIT_SECONDS = 2;

let app: OpenedApp;

beforeAll(async () => {
  app = await openApp({ ...ENABLED, sandbox: { timeoutSeconds: LIMIT_SECONDS, memoryMiB: 512 } });
});

afterAll(async () => {
  expect(app.errors).toEqual([]);
  await app.close();
});

/** Each test in a session of its own. */
beforeEach(async () => {
  await app.page.getByRole('button', { name: 'New session' }).click();
  await app.page.locator('.cell').waitFor();
  // The first start of the process does not count against any limit here.
  await ended(await runCode(app.page, '"ready"'));
});

const stateOf = (): Locator => app.page.getByTestId('sandbox-state');

it('a cell that waits for its user says so everywhere, and has all the time', async () => {
  const { page } = app;
  const cell = await runCode(page, 'name = input("Who? ")\nname.upper()');
  const field = cell.locator('.input input');
  await field.waitFor({ timeout: START_MS });
  const asked = Date.now();
  await cell.locator('.actions').getByText('Waiting for you').waitFor();
  await eventually(async () => expect(await stateOf().innerText()).toBe('Waiting for you'));
  await page.getByRole('tab', { name: /Waiting for you/u }).waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await page.getByRole('button', { name: 'New session' }).click();
  await eventually(async () =>
    expect(await stateOf().innerText()).toMatch(/^Session \d+ is waiting for you$/u),
  );
  await page.getByRole('tab', { name: /Waiting for you/u }).click();
  await eventually(() => expect(Date.now() - asked).toBeGreaterThan(2000 * LIMIT_SECONDS), {
    withinMs: START_MS,
  });
  await field.fill('ada');
  await field.press('Enter');
  expect(await (await ended(cell)).locator('.value').innerText()).toContain('ADA');
});

it('the time of the code itself is limited, however often it asks', async () => {
  const { page } = app;
  const cell = await runCode(page, 'import time\nwhile True:\n    input("more? ")\n    time.sleep(1.2)');
  for (let question = 0; question < 2; question += 1) {
    const field = cell.locator('.input input');
    await field.waitFor({ timeout: START_MS });
    await field.press('Enter');
    await field.waitFor({ state: 'detached' });
  }
  await (await ended(cell)).getByText(/the time limit/u).waitFor();
});

it('cells wait for their turn, show their place, and are taken out by Stop', async () => {
  const { page } = app;
  const cells = page.locator('.cell');
  const first = await runCode(page, 'first = input("go? ")');
  const field = first.locator('.input input');
  await field.waitFor({ timeout: START_MS });
  for (const code of [
    'second = 2',
    'third = 3',
    '[name for name in ("second", "third") if name in globals()]',
  ]) {
    const cell = cells.last();
    await cell.locator('.cm-content').click();
    await page.keyboard.insertText(code);
    await page.keyboard.press('Control+Enter');
  }
  const places = async (): Promise<string[]> => page.locator('.cell .waiting').allInnerTexts();
  await eventually(async () =>
    expect(await places()).toEqual([
      'Waiting for you',
      'Queued, place 1',
      'Queued, place 2',
      'Queued, place 3',
    ]),
  );
  expect(await axeFindings(page)).toEqual([]);
  await cells.nth(2).getByRole('button', { name: 'Stop' }).click();
  await eventually(async () =>
    expect(await places()).toEqual(['Waiting for you', 'Queued, place 1', 'Queued, place 2']),
  );
  await field.press('Enter');
  expect(await (await ended(cells.nth(4))).locator('.value').innerText()).toContain("['third']");
  expect(await cells.nth(2).locator('.result').count()).toBe(0);
});

it('a session that is not in view tells of its loss, and a name that went with it is explained', async () => {
  const { page } = app;
  await ended(await runCode(page, 'x = 41'));
  const name = await page.getByRole('tab', { selected: true }).locator('.name').innerText();
  await page.getByRole('button', { name: 'New session' }).click();
  await page.evaluate(() => globalThis.api.sandbox.stop());
  const toast = page.locator('.toast', { hasText: name });
  await toast.getByText(/Python was stopped by hand: variables are gone\./u).waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await toast.getByRole('button', { name: 'Go there' }).click();
  await page.locator('.lost').waitFor();
  await page.getByRole('tab', { name: new RegExp(`^${name} Variables are gone`, 'u') }).click();
  const cell = await runCode(page, 'x + 1');
  const note = cell.locator('.missing');
  await note.getByText('An earlier cell made “x”, and it is lost. Python was stopped by hand').waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await note.getByRole('button', { name: 'Run all above' }).click();
  await eventually(async () => expect(await page.locator('.cell.stale').count()).toBe(0), {
    withinMs: START_MS,
  });
  await cell.getByRole('button', { name: 'Run', exact: true }).click();
  await cell.locator('.value', { hasText: '42' }).waitFor();
  expect(await note.count()).toBe(0);
});

it('a session that makes room for others says so, out of view, and keeps its cells', async () => {
  const { page } = app;
  await ended(await runCode(page, 'x = 41'));
  const name = await page.getByRole('tab', { selected: true }).locator('.name').innerText();
  await page.getByRole('button', { name: 'New session' }).click();
  await page.evaluate(async (count) => {
    for (let index = 0; index < count; index += 1)
      await globalThis.api.sandbox.run({ code: '1', session: `other-${index}` }, { runId: `other-${index}` });
  }, LIMITS.sessions);
  const toast = page.locator('.toast', { hasText: name });
  await toast.getByText(/Memory was short, and this session was idle: variables are gone\./u).waitFor();
  await page.getByRole('tab', { name: new RegExp(`^${name} Variables are gone`, 'u') }).click();
  await page.locator('.lost', { hasText: 'Memory was short' }).waitFor();
  expect(await page.locator('.cell.stale').count()).toBeGreaterThan(0);
  expect(await page.locator('.cm-content').allInnerTexts()).toContain('x = 41');
});

it('what each session uses is told, and the two limits are explained', async () => {
  const { page } = app;
  await ended(await runCode(page, 'big = bytearray(100_000_000)'));
  const name = await page.getByRole('tab', { selected: true }).locator('.name').innerText();
  await page
    .getByRole('contentinfo')
    .getByRole('button', { name: /^Memory:/u })
    .click();
  const dialog = page.getByRole('dialog', { name: 'Memory of the sessions' });
  const row = dialog.getByRole('listitem').filter({ hasText: name });
  await eventually(async () => {
    const [, used] = /(\d+) MiB of 512 MiB/u.exec(await row.innerText()) ?? [];
    expect(Number(used)).toBeGreaterThan(100);
    expect(Number(used)).toBeLessThan(400);
  });
  await dialog.getByText('Each session may use up to 512 MiB').waitFor();
  await dialog.getByText(/All sessions share one process, which gets up to [\d.]+ GiB/u).waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await page.keyboard.press('Escape');
  const tab = page.getByRole('tab', { selected: true });
  await tab.hover();
  await eventually(async () => expect(await tab.getAttribute('title')).toMatch(/· Memory: \d+ MiB$/u));
  await goTo(page, 'Activity');
  await page.getByRole('main').getByRole('button', { name: 'Memory of the sessions' }).click();
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await goTo(page, 'Console');
});
