/** Charts of Plotly and Altair, drawn by the app's own libraries in frames: real ones, and hostile ones. */
import type { Frame, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings } from '../support/axe.ts';
import { eventually } from '../support/eventually.ts';
import { ENABLED, ended, openApp, runCode, START_MS, type OpenedApp } from './console-page.ts';
import { bringWheels } from './wheels-in-session.ts';

let app: OpenedApp;

beforeAll(async () => {
  // The wheels that are there are not all the lock's own: nothing is fetched for the code.
  app = await openApp({ ...ENABLED, sandbox: { packages: { autoInstall: false } } });
});

afterAll(async () => {
  await app.close();
});

/** Python that shows a chart that is not made by a library. */
const chart = (mime: string, spec: string): string =>
  `display({"${mime}": ${spec}, "text/plain": "a chart"}, raw=True)`;
const PLOTLY = 'application/vnd.plotly.v1+json';
const VEGA_LITE = 'application/vnd.vegalite.v6.json';
const VEGA = 'application/vnd.vega.v6+json';

const shown = async (code: string): Promise<Locator> => ended(await runCode(app.page, code));

/** The frame of the first chart in a cell, once something is drawn in it. */
const drawn = async (cell: Locator, what = 'svg'): Promise<Frame> => {
  const element = await cell.locator('iframe').first().elementHandle({ timeout: START_MS });
  const frame = await element.contentFrame();
  if (frame === null) throw new Error('no frame');
  await frame.locator(what).first().waitFor({ state: 'attached', timeout: START_MS });
  return frame;
};

const setTheme = async (theme: 'light' | 'dark'): Promise<void> => {
  await app.page.evaluate((name) => globalThis.api.config.set('general.theme', name), theme);
};

describe('real figures', () => {
  it('of Plotly are drawn by show() and as the value, and copied as pictures', async (context) => {
    await bringWheels(context, app.page, ['plotly', 'narwhals', 'packaging-26.1-py3-none-any.whl']);
    const cell = await shown(`
import plotly.graph_objects as go
import plotly.io as pio
pio.renderers.default = "browser"
fig = go.Figure(go.Bar(x=["a", "b"], y=[1, 3]), layout_title_text="Two <b>bars</b>")
fig.show()
fig.show(renderer="notebook")
fig`);
    expect(await cell.getByRole('alert').count()).toBe(0);
    const frame = await drawn(cell, '.bars path');
    expect(await frame.locator('.bars path').count()).toBe(2);
    expect(await cell.locator('.guest').count()).toBe(3);
    // The third is the value; it is not there once more as text.
    expect(await cell.locator('.value').count()).toBe(1);
    expect(await cell.locator('.value .guest').count()).toBe(1);
    await cell.locator('iframe[title="Two bars"]').first().waitFor({ timeout: START_MS });
    // One after the other, without scrolling: of three, not all have come into sight and been loaded.
    const toast = app.page.getByText('Copied', { exact: true });
    for (const button of await cell.getByRole('button', { name: 'Copy image' }).all()) {
      await button.dispatchEvent('click');
      await toast.waitFor({ timeout: START_MS });
      await toast.waitFor({ state: 'hidden', timeout: START_MS });
    }
  });

  it('of Altair are drawn', async (context) => {
    const { page } = app;
    await page.getByRole('button', { name: 'New session' }).click();
    const wheels = ['altair', 'narwhals', 'attrs', 'jsonschema', 'pyrsistent'];
    const locked = ['packaging-26.1-py3-none-any.whl', 'typing_extensions-4.15.0-py3-none-any.whl'];
    await bringWheels(context, page, [...wheels, ...locked]);
    // Its pages of HTML, which nobody asks for, need a package that only the official CDN has.
    const cell = await shown(`
import sys, types
sys.modules["jinja2"] = types.SimpleNamespace(Template=lambda text: None)
import altair as alt
data = alt.Data(values=[{"a": "A", "b": 2}, {"a": "B", "b": 5}])
chart = alt.Chart(data, title="Bars").mark_bar().encode(x="a:N", y="b:Q")
chart.show()
chart`);
    expect(await cell.getByRole('alert').count()).toBe(0);
    const frame = await drawn(cell, '.mark-rect path');
    expect(await frame.locator('.mark-rect.role-mark path').count()).toBe(2);
    expect(await cell.locator('.value iframe').count()).toBe(1);
  });
});

it('is drawn in the colours of the theme, and anew when that changes', async () => {
  await app.page.getByRole('button', { name: 'New session' }).click();
  const cell = await shown(chart(PLOTLY, '{"data": [{"x": [1, 2], "y": [1, 2]}], "layout": {}}'));
  const frame = await drawn(cell, '.main-svg');
  const ground = (): Promise<string> =>
    frame
      .locator('.main-svg')
      .first()
      .evaluate((element) => getComputedStyle(element).backgroundColor);
  await setTheme('dark');
  await eventually(async () => expect(await ground()).toBe('rgb(37, 38, 42)'));
  expect(await axeFindings(app.page)).toEqual([]);
  await setTheme('light');
  await eventually(async () => expect(await ground()).toBe('rgb(255, 255, 255)'));
  expect(await axeFindings(app.page)).toEqual([]);
});

it('can be reached by the keyboard, and enlarged', async () => {
  const { page } = app;
  const cell = page.locator('.cell').first();
  await cell.getByRole('button', { name: 'Zoom' }).focus();
  await page.keyboard.press('Shift+Tab');
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('IFRAME');
  await cell.getByRole('button', { name: 'Zoom' }).click();
  await page.getByRole('dialog').locator('iframe').waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await page.keyboard.press('Escape');
});

it('that is too wide has a bar below it, and none beside it', async () => {
  const spec =
    '{"data": {"values": [{"a": "x", "b": 1}]}, "mark": "bar", "width": 3000, "encoding": {"x": {"field": "a", "type": "nominal"}, "y": {"field": "b", "type": "quantitative"}}}';
  const frame = await drawn(await shown(chart(VEGA_LITE, spec)));
  await eventually(async () => {
    const whole = await frame.evaluate(() => {
      const { clientHeight, scrollHeight } = document.documentElement;
      const main = document.querySelector('main');
      return { hidden: scrollHeight - clientHeight, isWide: (main?.scrollWidth ?? 0) > innerWidth };
    });
    expect(whole).toEqual({ hidden: 0, isWide: true });
  });
});

describe('a hostile chart', () => {
  const EVIL =
    "<img src=x onerror='window.evil=1'><script>window.evil=1</script><svg onload='window.evil=1'>";

  it.each([
    [
      'with scripts in its texts',
      PLOTLY,
      `{"data": [{"type": "bar", "x": [${JSON.stringify(EVIL)}, "b"], "y": [1, 2], "text": ${JSON.stringify(EVIL)}}], "layout": {"title": {"text": ${JSON.stringify(EVIL)}}, "annotations": [{"x": 0, "y": 1, "text": "<a href=\\"javascript:window.evil=1\\">press</a>", "hovertext": ${JSON.stringify(EVIL)}}]}}`,
      '.main-svg',
    ],
    [
      'with expressions that look for the window',
      VEGA,
      `{"width": 50, "height": 50, "signals": [{"name": "s", "init": "[].constructor.constructor('window.evil=1')()"}, {"name": "t", "on": [{"events": "*:load", "update": "s"}]}], "marks": [{"type": "rect", "encode": {"update": {"width": {"value": 20}, "height": {"value": 20}, "href": {"value": "javascript:window.evil=1"}, "tooltip": {"value": ${JSON.stringify(EVIL)}}}}}]}`,
      null,
    ],
    [
      'with a script in its title',
      VEGA_LITE,
      `{"title": ${JSON.stringify(EVIL)}, "data": {"values": [{"a": ${JSON.stringify(EVIL)}, "b": 1}]}, "mark": {"type": "bar", "tooltip": True, "href": "javascript:window.evil=1"}, "encoding": {"x": {"field": "a", "type": "nominal"}, "y": {"field": "b", "type": "quantitative"}}}`,
      'svg',
    ],
  ])('%s runs nothing', async (_name, mime, spec, what) => {
    const { page } = app;
    const cell = await shown(chart(mime, spec));
    if (what === null) await cell.locator('.unshown').or(cell.locator('iframe')).first().waitFor();
    else {
      const frame = await drawn(cell, what);
      for (const link of await frame.locator('a').all()) await link.dispatchEvent('click');
      expect(await frame.evaluate(() => Reflect.get(globalThis, 'evil') as unknown)).toBeUndefined();
      expect(await frame.evaluate(() => globalThis.origin)).toBe('null');
    }
    expect(await page.evaluate(() => Reflect.get(globalThis, 'evil') as unknown)).toBeUndefined();
    expect(await page.title()).toBe('Vivarium');
  });

  it.each([
    [
      'data',
      VEGA_LITE,
      '{"data": {"url": "https://leak.invalid/a.csv"}, "mark": "bar", "encoding": {"x": {"field": "a", "type": "nominal"}}}',
    ],
    [
      'an image',
      VEGA,
      '{"width": 50, "height": 50, "marks": [{"type": "image", "encode": {"enter": {"url": {"value": "https://leak.invalid/a.png"}}}}]}',
    ],
    [
      'a picture behind it',
      PLOTLY,
      '{"data": [], "layout": {"images": [{"source": "https://leak.invalid/a.png", "x": 0, "y": 1, "sizex": 1, "sizey": 1}]}}',
    ],
  ])('that asks for %s from the network gets nothing, and says so', async (_name, mime, spec) => {
    const cell = await shown(chart(mime, spec));
    await cell.getByText('Nothing was fetched').waitFor({ timeout: START_MS });
  });

  it.each([
    ['no JSON', `"{"`, 'This chart can’t be read'],
    ['a list', '[1, 2]', 'This chart can’t be read'],
    ['levels without an end', `'{"data":' + '[' * 5000 + ']' * 5000 + '}'`, 'too much data'],
    ['a million and more values', `{"data": [{"y": [0] * 1_200_000}]}`, 'too much data'],
  ])('of %s is not drawn, and says why', async (_name, spec, why) => {
    const cell = await shown(chart(PLOTLY, spec));
    await cell.locator('.unshown').getByText(why).waitFor({ timeout: START_MS });
    expect(await cell.locator('.unshown').innerText()).toContain('a chart');
  });

  it('that computes without an end costs its frame only', async () => {
    const { page } = app;
    const spec =
      '{"width": 50, "height": 50, "data": [{"name": "d", "transform": [{"type": "sequence", "start": 0, "stop": 1e8, "as": "x"}]}], "marks": [{"type": "symbol", "from": {"data": "d"}}]}';
    const cell = await shown(chart(VEGA, spec));
    const editor = page.locator('.cell').last().locator('.cm-content');
    await editor.click({ timeout: 5000 });
    await page.keyboard.insertText('# typed');
    await editor.getByText('# typed').waitFor({ timeout: 5000 });
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    await cell
      .locator('.ended')
      .or(cell.locator('.unshown'))
      .first()
      .waitFor({ timeout: 2 * START_MS });
    expect(await cell.locator('iframe').count()).toBe(0);
  });
});

it('broke no rule of the page', () => {
  expect(
    app.errors.filter((error) => !/Content Security Policy|Failed to load resource/u.test(error)),
  ).toEqual([]);
});
