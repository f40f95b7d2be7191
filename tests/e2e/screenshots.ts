/**
 * Pictures of the window: `npm run screenshots` makes the two of the user guide, `-- --all` every place and state
 * in both themes and two sizes, into test-results/screenshots, to be looked at.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { obtainWheels } from '../../scripts/provision/wheels.ts';
import { thisMachine } from '../../scripts/provision/machine.ts';
import { logToStderr } from '../../scripts/shared/log.ts';
import { documentPictures } from './document-pictures.ts';
import { editingPictures } from './editing-pictures.ts';
import {
  chooseNative,
  ENABLED,
  ended,
  goTo,
  openApp,
  runCode,
  type OpenedApp,
  type PlaceName,
} from './console-page.ts';

const root = path.resolve(import.meta.dirname, '..', '..');
const SIZES = [
  { width: 1100, height: 720 },
  { width: 760, height: 480 },
] as const;
const THEMES = ['light', 'dark'] as const;

const PLOT = `import numpy as np
import matplotlib.pyplot as plt

x = np.linspace(0, 4 * np.pi, 400)
figure, axes = plt.subplots(figsize=(6, 2.2))
for damping in (0.05, 0.15, 0.3):
    axes.plot(x, np.exp(-damping * x) * np.sin(2 * x), label=damping)
axes.legend(title="damping", loc="upper right")
plt.show()`;
const TABLE = `import pandas as pd

planets = pd.DataFrame({
    "planet": ["Mercury", "Venus", "Earth", "Mars"],
    "radius_km": [2440, 6052, 6371, 3390],
    "moons": [0, 0, 1, 2],
})
planets`;
const LONG_TABLE = `import pandas as pd
import numpy as np
pd.set_option("display.max_rows", 500)
pd.DataFrame(np.random.default_rng(7).normal(size=(400, 9)).round(3), columns=list("abcdefghi"))`;

const setTheme = async (page: Page, theme: (typeof THEMES)[number]): Promise<void> => {
  await page.evaluate((name) => globalThis.api.config.set('general.theme', name), theme);
  await page.waitForFunction((name) => document.documentElement.dataset['theme'] === name, theme);
};

const open = async (): Promise<OpenedApp> => {
  const mirror = await obtainWheels(thisMachine(logToStderr));
  return openApp({ ...ENABLED, sandbox: { memoryMiB: 512, packages: { mirror } } });
};

const readmePictures = async (): Promise<void> => {
  const folder = path.join(root, 'docs', 'images');
  mkdirSync(folder, { recursive: true });
  const app = await open();
  const { page } = app;
  try {
    await page.setViewportSize({ width: 980, height: 880 });
    await setTheme(page, 'light');
    await ended(await runCode(page, TABLE));
    await ended(await runCode(page, PLOT));
    await page
      .locator('.scroller')
      .first()
      .evaluate((box) => (box.scrollTop = box.scrollHeight));
    await page.screenshot({ path: path.join(folder, 'console.png') });
    await page.setViewportSize({ width: 980, height: 700 });
    await goTo(page, 'Settings');
    await page.locator('#python-enabled').waitFor();
    await page.screenshot({ path: path.join(folder, 'settings.png') });
  } finally {
    await app.close();
  }
};

const allPictures = async (): Promise<void> => {
  const folder = path.join(root, 'test-results', 'screenshots');
  mkdirSync(folder, { recursive: true });
  const app = await open();
  const { page } = app;
  const shoot = async (name: string): Promise<void> => {
    for (const theme of THEMES) {
      await setTheme(page, theme);
      for (const size of SIZES) {
        await page.setViewportSize(size);
        const file = `${name}-${theme}-${size.width}x${size.height}.png`;
        await page.screenshot({ path: path.join(folder, file), animations: 'disabled' });
      }
    }
  };
  const session = async (): Promise<void> => {
    await page.getByRole('button', { name: 'New session' }).click();
  };
  try {
    await page.evaluate(() => globalThis.api.config.set('plugins.python.enabled', false));
    await page.getByRole('heading', { name: 'Before the first run' }).waitFor();
    await shoot('first-start');
    await page.evaluate(() => globalThis.api.config.set('plugins.python.enabled', true));
    await page.locator('.cell').first().waitFor();
    await shoot('console-empty');
    await ended(await runCode(page, TABLE));
    await ended(await runCode(page, LONG_TABLE));
    await shoot('console-long-table');
    await session();
    await ended(await runCode(page, PLOT));
    await shoot('console-plot');
    await session();
    await ended(
      await runCode(
        page,
        'def divide(a, b):\n    return a / b\n\nprint("\\x1b[32mok\\x1b[0m so far")\nimport sys\nprint("careful", file=sys.stderr)\ndivide(1, 0)',
      ),
    );
    await page.locator('.cell summary:visible').click();
    await shoot('console-error');
    await session();
    const stopped = await runCode(page, 'print("counting")\nwhile True: pass');
    await stopped.getByText('counting', { exact: true }).waitFor();
    await shoot('console-running');
    await stopped.getByRole('button', { name: 'Stop' }).click();
    await ended(stopped);
    await ended(await runCode(page, 'for i in range(500): print("line", i)'));
    await shoot('console-stopped');
    const asking = await runCode(page, 'name = input("Your name? ")');
    await asking.locator('.input').waitFor();
    await shoot('console-input');
    await page.locator('.cell').last().locator('.cm-content').click();
    await page.keyboard.insertText('print("after you")');
    await page.keyboard.press('Control+Enter');
    await page.locator('.cell .waiting', { hasText: 'Queued' }).waitFor();
    await shoot('console-queued');
    await asking.locator('.input input').focus();
    await page.keyboard.type('Ada');
    await page.keyboard.press('Enter');
    await ended(asking);
    await ended(
      await runCode(page, 'open("result.csv", "w").write("city,people\\nBern,134794\\nBasel,173863\\n")'),
    );
    await page.getByRole('button', { name: 'Files', exact: true }).click();
    await page.locator('.drawer .file').first().waitFor();
    await shoot('console-files');
    await page.locator('.drawer .file').first().click();
    await page.getByRole('dialog').waitFor();
    await shoot('console-preview');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Files', exact: true }).click();
    await ended(await runCode(page, 'hoard = []\nwhile True: hoard.append(bytearray(16 * 1024 * 1024))'));
    const crashing = await runCode(page, 'print("working")\nwhile True: pass');
    await crashing.getByText('working', { exact: true }).waitFor();
    const status = await page.evaluate(() => globalThis.api.sandbox.status());
    if (status.ok && status.value.pid !== null) process.kill(status.value.pid, 'SIGKILL');
    await ended(crashing);
    await ended(await runCode(page, '"alive"'));
    await shoot('console-crashed');
    await (await runCode(page, 'name')).locator('.missing').waitFor();
    await shoot('console-missing');
    await page
      .getByRole('contentinfo')
      .getByRole('button', { name: /^Memory:/u })
      .click();
    await page.getByRole('dialog', { name: 'Memory of the sessions' }).waitFor();
    await shoot('memory');
    await page.keyboard.press('Escape');
    await documentPictures(app, shoot);
    await editingPictures(app, shoot);
    for (const place of ['Packages', 'Activity', 'Settings'] satisfies PlaceName[]) {
      await goTo(page, place);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await shoot(place.toLowerCase());
    }
    await chooseNative(page);
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText(/interpreters? found|No interpreter found/u).waitFor();
    await shoot('settings-native');
    await page.locator('input[name="runtime"][value="embedded"]').check();
    await page.getByRole('contentinfo').getByRole('button', { name: 'Isolation layers' }).click();
    await page.getByText('Frozen worker').waitFor({ timeout: 60_000 });
    await shoot('isolation');
    await page.keyboard.press('Escape');
    await page.locator('#language').selectOption('de');
    for (const [index, name] of ['console', 'packages', 'activity', 'settings'].entries()) {
      await page.getByRole('navigation').getByRole('button').nth(index).click();
      await shoot(`german-${name}`);
    }
    await page.getByRole('navigation').getByRole('button').first().click();
    await page.getByRole('button', { name: 'Dateien', exact: true }).click();
    await page.locator('.drawer').waitFor();
    await shoot('german-files');
    if (app.errors.length > 0) logToStderr(`the page complained:\n${app.errors.join('\n')}`);
  } finally {
    await app.close();
  }
};

const { all } = parseArgs({ options: { all: { type: 'boolean', default: false } } }).values;
await (all ? allPictures() : readmePictures());
