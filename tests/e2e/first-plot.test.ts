/** The first use of pandas in the window: fast where the base set was downloaded, and told step by step where it was not. */
import type { Locator } from 'playwright-core';
import { afterEach, describe, expect, it, type TestContext } from 'vitest';
import { ENABLED, ended, goTo, openApp, runCode, START_MS, type OpenedApp } from './console-page.ts';
import { keepPicture } from './keep-picture.ts';
import { eventually } from '../support/eventually.ts';
import { testWheels } from '../support/test-wheels.ts';

const LONG_MS = 300_000;

let app: OpenedApp | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

const open = async (context: TestContext, enabled: boolean): Promise<OpenedApp> => {
  const mirror = await testWheels(context);
  // No process on standby: it would make a snapshot behind the back of these tests.
  const sandbox = { standby: false, packages: { autoInstall: true, mirror, allow: [] } };
  app = await openApp({ ...(enabled ? ENABLED : {}), sandbox });
  return app;
};

/** All that the element says until the work is done. */
const textsOf = async (element: Locator, work: Promise<unknown>): Promise<string[]> => {
  const texts = new Set<string>();
  const state = { isOver: false };
  void work.finally(() => (state.isOver = true)).catch(() => undefined);
  while (!state.isOver) {
    const text = await element.innerText({ timeout: 100 }).catch(() => null);
    if (text !== null) texts.add(text.trim());
  }
  return [...texts];
};

describe('the first plot', { timeout: LONG_MS }, () => {
  it('is fast after the download, which says that it prepares it', async (context) => {
    const opened = await open(context, false);
    const { page } = opened;
    await page
      .getByRole('button', { name: /download/iu })
      .first()
      .click();
    const bar = page.locator('.download');
    await bar.waitFor();
    const said = await textsOf(
      bar.locator('.text'),
      page.locator('.download.done').waitFor({ timeout: LONG_MS / 2 }),
    );
    expect(said.some((text) => text.startsWith('Fetching'))).toBe(true);
    expect(said).toContain('Importing numpy, pandas, matplotlib once, so that the first plot is fast');
    const code = `import sys
before = [name in sys.modules for name in ("pandas", "matplotlib.pyplot")]
import pandas as pd
pd.Series([1, 3, 2]).plot()
print(before)`;
    const cell = await ended(await runCode(page, code));
    // Loaded before the code's first line, which only a snapshot can bring about.
    expect(await cell.locator('.output').innerText()).toContain('[True, True]');
    await cell.locator('img').first().waitFor();
    await keepPicture(opened, 'first-plot');
    expect(opened.errors).toEqual([]);
  });

  it('without it is told step by step, while Stop and the clock are in sight and nothing jumps', async (context) => {
    const opened = await open(context, true);
    const { page } = opened;
    const code = `print("before")
import pandas as pd
import matplotlib.pyplot as plt
for line in range(200): print("line", line)
input("go on? ")`;
    const cell = await runCode(page, code);
    const steps = cell.getByTestId('steps');
    const importing = steps.getByText(/^Importing \w+: the first time takes a while$/u);
    const output = cell.getByText('before', { exact: true });
    await importing.waitFor({ timeout: START_MS });
    await output.waitFor();
    const top = (await output.boundingBox())?.y;
    expect(await cell.getByRole('button', { name: 'Stop' }).isVisible()).toBe(true);
    expect(await cell.locator('.time').innerText()).toMatch(/^\d\d:\d\d$/u);
    await keepPicture(opened, 'first-import');
    const said = await textsOf(
      steps.locator('.text'),
      steps.waitFor({ state: 'detached', timeout: LONG_MS / 2 }),
    );
    expect(said.some((text) => text.includes('pandas') || text.includes('matplotlib'))).toBe(true);
    await cell.locator('.input input').waitFor();
    // The steps were below it; what came meanwhile has not moved it, but for the page's own scrolling.
    await page.getByRole('tabpanel').evaluate((panel) => panel.scrollTo({ top: 0 }));
    expect(Math.abs(((await output.boundingBox())?.y ?? 0) - (top ?? -1))).toBeLessThanOrEqual(1);
    // At the end of long output its first line is out of sight, and Stop is not.
    await page.getByRole('tabpanel').evaluate((panel) => panel.scrollTo({ top: panel.scrollHeight }));
    await eventually(async () => {
      const stop = await cell.getByRole('button', { name: 'Stop' }).boundingBox();
      const panel = await page.getByRole('tabpanel').boundingBox();
      if (stop === null || panel === null) throw new Error('there is none');
      expect(stop.y).toBeGreaterThanOrEqual(panel.y);
      expect(stop.y + stop.height).toBeLessThanOrEqual(panel.y + panel.height);
    });
    await keepPicture(opened, 'first-import-stop');
    await cell.getByRole('button', { name: 'Stop' }).click();
    await ended(cell);

    // The next session's import is expected to take as long as this one.
    await page.getByRole('button', { name: 'New session' }).click();
    await ended(await runCode(page, '1'));
    const again = await runCode(page, 'import pandas as pd\nimport matplotlib.pyplot as plt');
    await again
      .getByTestId('steps')
      .getByText(/: the first time takes about [\d.]+ s$/u)
      .waitFor();
    await keepPicture(opened, 'first-import-expected');
    await ended(again);
    await goTo(page, 'Activity');
    expect(opened.errors).toEqual([]);
  });
});
