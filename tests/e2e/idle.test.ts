/** What the window does while nothing, or little, happens in it: whatever wakes it or draws it takes of the processor. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ENABLED, ended, openApp, runCode, START_MS, type OpenedApp } from './console-page.ts';

let app: OpenedApp;
beforeAll(async () => {
  app = await openApp(ENABLED);
}, START_MS);
afterAll(() => app.close());

interface Work {
  /** Timers that were set, by how long they were to take. */
  readonly timers: Readonly<Record<string, number>>;
  /** Callbacks for frames that were asked for. */
  readonly frames: number;
  readonly animations: number;
  /** Nodes that were changed, by the classes of the nearest element. */
  readonly changed: Readonly<Record<string, number>>;
}

/** What the page does within that time by a clock that the test moves on, in ms. */
const workWithin = async (page: Page, ms: number): Promise<Work> => {
  const notes = await page.evaluateHandle(() => {
    const timers: Record<string, number> = {};
    const changed: Record<string, number> = {};
    const found = { timers, changed, frames: 0, animations: 0 };
    const { requestAnimationFrame, setInterval, setTimeout } = window;
    const note = (after: number | undefined): void => {
      timers[String(after ?? 0)] = (timers[String(after ?? 0)] ?? 0) + 1;
    };
    window.setTimeout = ((...[call, after, ...given]: Parameters<typeof setTimeout>) => {
      // Up to the next full second, however late it is.
      note(after !== undefined && after > 1000 ? after : after === undefined ? 0 : 1000);
      return setTimeout(call, after, ...given);
    }) as typeof setTimeout;
    window.setInterval = ((...[call, after, ...given]: Parameters<typeof setInterval>) => {
      note(after);
      return setInterval(call, after, ...given);
    }) as typeof setInterval;
    window.requestAnimationFrame = (call) => {
      found.frames += 1;
      return requestAnimationFrame(call);
    };
    const roots: (Document | ShadowRoot)[] = [document];
    for (const element of document.querySelectorAll('*'))
      if (element.shadowRoot !== null) roots.push(element.shadowRoot);
    const observer = new MutationObserver((records) => {
      for (const { target } of records) {
        const element = target instanceof Element ? target : target.parentElement;
        const name = element?.className ?? '';
        changed[name] = (changed[name] ?? 0) + 1;
      }
    });
    const everything = { attributes: true, characterData: true, childList: true, subtree: true };
    for (const root of roots) observer.observe(root, everything);
    return {
      end: (): typeof found => {
        Object.assign(window, { requestAnimationFrame, setInterval, setTimeout });
        observer.disconnect();
        found.animations = roots.reduce((sum, root) => sum + root.getAnimations().length, 0);
        return found;
      },
    };
  });
  await page.clock.runFor(ms);
  return notes.evaluate(({ end }) => end());
};

it(
  'nothing wakes the page while the caret rests in the code, before and after a run',
  { timeout: 2 * START_MS },
  async () => {
    const { page } = app;
    await page.clock.install();
    await page.locator('.cm-content').last().click();
    const work = async (): Promise<Work> => {
      // The caret blinks for a while.
      await page.clock.runFor(20_000);
      return workWithin(page, 300_000);
    };
    const nothing = { timers: {}, frames: 0, animations: 0, changed: {} };
    expect(await work()).toEqual(nothing);
    await ended(await runCode(page, '1 + 1'));
    // A second one, as it goes on being written in.
    await page.locator('.cm-content').last().click();
    expect(await work()).toEqual(nothing);
  },
);

it(
  'a cell that sleeps has a few small things changed once a second, and nothing moves between',
  { timeout: 2 * START_MS },
  async () => {
    const { page } = app;
    const cell = await runCode(page, 'import time\nprint("asleep")\ntime.sleep(1000)');
    await cell.getByText('asleep', { exact: true }).waitFor({ timeout: START_MS });
    await page.locator('.cm-content').last().press('Escape');
    await page.clock.runFor(20_000);
    const seconds = 30;
    const { animations, changed, frames, timers } = await workWithin(page, seconds * 1000);
    expect({ animations, frames }).toEqual({ animations: 0, frames: 0 });
    // The edge, the dots, and the time in the cell and in the status bar.
    expect(Object.keys(timers)).toEqual(['1000']);
    expect(timers['1000']).toBeLessThanOrEqual(6 * (seconds + 1));
    const shown = Object.keys(changed).map((name) => name.split(' ')[0]);
    expect(shown.filter((name) => name !== 'edge' && name !== 'dot' && name !== 'elapsed')).toEqual([]);
    await page.clock.resume();
    await cell.getByRole('button', { name: 'Stop' }).click();
    await ended(cell);
  },
);
