/** The caret in the Chromium of the declared Electron. */
import { chromium } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { bundleForBrowser } from '../../support/chromium/bundles.ts';
import { chromiumProgram } from '../../support/chromium/guest-page.ts';

it("the engine's own caret, which is not seen, does not blink: each time it would have the window drawn", async () => {
  const browser = await chromium.launch({ executablePath: await chromiumProgram(), args: ['--no-sandbox'] });
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  await page.addScriptTag({ content: await bundleForBrowser('editor.ts') });
  const animation = (): Promise<string> =>
    page.evaluate(() => {
      const { activeElement } = document;
      return activeElement === null
        ? ''
        : getComputedStyle(activeElement).getPropertyValue('caret-animation');
    });
  expect(await animation()).toBe('manual');
});
