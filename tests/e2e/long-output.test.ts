/** Long texts and long lines in the window: folded at first, and whole when one wants to read them. */
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ENABLED, ended, openApp, runCode, type OpenedApp } from './console-page.ts';
import { keepPicture } from './keep-picture.ts';
import { eventually } from '../support/eventually.ts';

let app: OpenedApp;

beforeAll(async () => {
  app = await openApp({ ...ENABLED, sandbox: { outputKiB: 4096 } });
});
afterAll(() => app.close());

/** The longest that two frames take while the box is scrolled from its beginning to its end in steps, in ms. */
const longestFrames = (box: Locator): Promise<number> =>
  box.evaluate(async (element) => {
    let longest = 0;
    for (let step = 0; step <= 60; step++) {
      element.scrollTop = (element.scrollHeight * step) / 60;
      const begun = performance.now();
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      longest = Math.max(longest, performance.now() - begun);
    }
    element.scrollTop = element.scrollHeight;
    return longest;
  });

it('shows all of 100,000 lines, smoothly', async () => {
  const cell = await ended(await runCode(app.page, 'for i in range(100_000): print("line", i)'));
  expect(await cell.locator('.line').count()).toBe(40);
  await cell.getByRole('button', { name: /^Show all \(100,?000 lines\)$/u }).click();
  const box = cell.locator('.scroller');
  // On a machine that does other things as well.
  expect(await longestFrames(box)).toBeLessThan(500);
  await cell.getByText('line 99999', { exact: true }).waitFor();
  expect(await box.locator('.line').count()).toBeLessThan(150);
  await keepPicture(app, 'long-output-lines');
  await cell.getByRole('button', { name: 'Show less' }).click();
});

it('shows all of a line of a megabyte, which is folded at first', async () => {
  const code = 'print("[" + ", ".join(f"item {i}" for i in range(100_000)) + "]")';
  const cell = await ended(await runCode(app.page, code));
  const folded = cell.locator('.line');
  expect(await folded.count()).toBe(1);
  expect((await folded.innerText()).length).toBeLessThanOrEqual(2001);
  const unfold = cell.getByRole('button', { name: /^Show all \(1\.\d MB\)$/u });
  await keepPicture(app, 'long-output-line-folded');
  await unfold.click();
  const box = cell.locator('.scroller');
  await eventually(async () => {
    await box.evaluate((element) => (element.scrollTop = element.scrollHeight));
    expect((await box.locator('.line').last().innerText()).endsWith('item 99999]')).toBe(true);
  });
  // Nothing is beyond the right edge: it is read by scrolling down alone.
  expect(await box.evaluate(({ clientWidth, scrollWidth }) => scrollWidth - clientWidth)).toBeLessThanOrEqual(
    0,
  );
  await keepPicture(app, 'long-output-line');
  // Every part is there, in its order, each below the one before.
  const seen = await box.evaluate(async (element) => {
    const texts = new Map<number, string>();
    const drawn = (): Promise<unknown> =>
      new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    element.scrollTop = 0;
    for (let last = -1; element.scrollTop !== last;) {
      await drawn();
      for (const line of element.querySelectorAll<HTMLElement>('.line'))
        texts.set(Number(line.dataset['index']), line.textContent);
      last = element.scrollTop;
      element.scrollTop += element.clientHeight / 2;
    }
    return [...texts]
      .sort(([left], [right]) => left - right)
      .map(([, text]) => text)
      .join('');
  });
  expect(seen).toBe(
    `[${Array.from({ length: 100_000 }, (_none, index) => `item ${String(index)}`).join(', ')}]`,
  );
});

it('says how much is left out in the middle of more than is kept', async () => {
  const cell = await ended(await runCode(app.page, 'for i in range(600_000): print("number", i)'));
  await cell.getByRole('button', { name: /^Show all/u }).click();
  const box = cell.locator('.scroller');
  await box.evaluate((element) => (element.scrollTop = element.scrollHeight));
  await cell.getByText('number 599999', { exact: true }).waitFor();
  // The words stand between numbers of the beginning and of the end: half of the way is searched each time.
  let [low, high] = [0, 1];
  await eventually(async () => {
    const middle = (low + high) / 2;
    await box.evaluate(async (element, part) => {
      element.scrollTop = element.scrollHeight * part;
      // What is in sight now is drawn at the next frame.
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    }, middle);
    const texts = await box.locator('.line').allInnerTexts();
    const number = Number(/^number (\d+)$/u.exec(texts.at(-1) ?? '')?.[1]);
    if (number < 300_000) low = middle;
    else high = middle;
    expect(texts).toContainEqual(expect.stringMatching(/^\[\.\.\. \d+ bytes left out \.\.\.\]$/u));
  });
});

it('reports no error', () => {
  expect(app.errors).toEqual([]);
});
