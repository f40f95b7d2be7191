/** What floats over the code while it is written, charts, and what is said of files before they are dropped. */
import { ended, runCode, START_MS, type OpenedApp } from './console-page.ts';

const BARS = `display({"application/vnd.vegalite.v6.json": {
    "title": "Rain by month, in mm",
    "data": {"values": [{"month": month, "rain": 20 + 7 * month % 50} for month in range(1, 13)]},
    "mark": "bar",
    "encoding": {"x": {"field": "month", "type": "ordinal"}, "y": {"field": "rain", "type": "quantitative"}},
}, "text/plain": "a chart"}, raw=True)`;
const LINES = `display({"application/vnd.plotly.v1+json": {
    "data": [{"y": [1, 3, 2, 5, 4], "name": "north"}, {"y": [2, 2, 4, 3, 6], "name": "south"}],
    "layout": {"title": {"text": "Two lines"}},
}, "text/plain": "a chart"}, raw=True)`;
const WEIGH = `weights = {"north pole": 1, "south": 2}
def weigh(item, scale=2, *, unit="kg"):
    """Weighs an item.

    The scale is how many times it is weighed; the unit is only for the answer.
    """`;

/** @param shoot takes the pictures of one state */
export const editingPictures = async (
  { page }: OpenedApp,
  shoot: (name: string) => Promise<void>,
): Promise<void> => {
  const newSession = (): Promise<void> => page.getByRole('button', { name: 'New session' }).click();
  await newSession();
  await ended(await runCode(page, WEIGH));
  await page.locator('.cell').last().locator('.cm-content').click();
  await page.keyboard.type('weights.', { delay: 20 });
  await page.locator('.cm-tooltip-autocomplete').waitFor({ timeout: START_MS });
  await shoot('completion');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('weigh(', { delay: 20 });
  await page.keyboard.press('Shift+Tab');
  await page.locator('.cm-call-help').waitFor({ timeout: START_MS });
  await shoot('call-help');
  await newSession();
  for (const [name, code] of [
    ['chart-vega', BARS],
    ['chart-plotly', LINES],
  ] as const) {
    const cell = await ended(await runCode(page, code));
    const element = await cell.locator('iframe').elementHandle({ timeout: START_MS });
    const frame = await element.contentFrame();
    await frame?.locator('svg').first().waitFor({ timeout: START_MS });
    await cell.locator('iframe').evaluate((chart) => chart.scrollIntoView({ block: 'end' }));
    await shoot(name);
  }
  for (const [name, onto] of [
    ['drop-attach', '.cm-content'],
    ['drop-open', '[role="tablist"]'],
  ] as const) {
    const dataTransfer = await page.evaluateHandle(() => {
      const held = new DataTransfer();
      held.items.add(new File(['1'], 'held.py'));
      return held;
    });
    await page.locator(onto).last().dispatchEvent('dragover', { dataTransfer });
    await shoot(name);
    await page.locator(onto).last().dispatchEvent('dragleave', { dataTransfer });
  }
};
