/** What the frame of a chart makes of what a guest wrote, and what the page believes of it. */
import { describe, expect, it } from 'vitest';
import { chartColors } from '../../../src/renderer/chart-frame/chart-colors.ts';
import { plotlyFigure } from '../../../src/renderer/chart-frame/plotly-figure.ts';
import { readSpec, type JsonObject } from '../../../src/renderer/chart-frame/read-spec.ts';
import { inColors, isVegaLite, titleOf } from '../../../src/renderer/chart-frame/vega-spec.ts';
import { chartAddress, FromChartFrame } from '../../../src/shared/ipc/chart-frame.ts';
import { chartAt } from '../../../src/main/app/page-address.ts';

describe('a specification', () => {
  it.each([
    ['no text', '', 'unreadable'],
    ['a list', '[]', 'unreadable'],
    ['null', 'null', 'unreadable'],
    ['a text', '"text"', 'unreadable'],
    ['200 levels', `{"a":${'['.repeat(200)}${']'.repeat(200)}}`, 'too-complex'],
    ['half a million levels', `{"a":${'['.repeat(500_000)}${']'.repeat(500_000)}}`, 'too-complex'],
    ['a million values', `{"a":[${'0,'.repeat(1_000_000)}0]}`, 'too-complex'],
  ])('of %s is not drawn', (_name, text, reason) => {
    expect(readSpec(text)).toEqual({ ok: false, reason });
  });

  it('has no members that would become a prototype', () => {
    const read = readSpec('{"data":[{"__proto__":{"type":"bar"}}]}');
    expect(read).toEqual({ ok: true, spec: { data: [{}] } });
  });
});

describe('a figure of Plotly', () => {
  const figure = (spec: JsonObject): ReturnType<typeof plotlyFigure> => plotlyFigure(spec, chartColors(true));

  it('is drawn without WebGL, and says what is left out', () => {
    const data = ['scattergl', 'scatter3d', 'surface', 'scattermap', 'densitymapbox', 'choropleth', 'bar'];
    const drawn = figure({ data: data.map((type) => ({ type })) });
    expect(drawn.data.map(({ type }) => type)).toEqual(['scatter', 'choropleth', 'bar']);
    expect(drawn.notes).toEqual(['webgl', 'map']);
  });

  it('takes no address and no button that sends from its settings', () => {
    const config = {
      plotlyServerURL: 'https://leak.invalid',
      topojsonURL: 'https://leak.invalid',
      editable: true,
    };
    const drawn = figure({ config: { ...config, scrollZoom: true, showSendToCloud: true } });
    expect(drawn.config).toMatchObject({ plotlyServerURL: '', topojsonURL: '', scrollZoom: true });
    expect(drawn.config).toMatchObject({ showSendToCloud: false, displaylogo: false });
    expect(drawn.config).not.toHaveProperty('editable');
  });

  it.each([
    [{ data: 'x', layout: [], frames: 1 }],
    [{ data: [null, 1, 'a', []], layout: null, frames: [[], null] }],
    [{}],
  ])('of other types of data is empty: %j', (spec) => {
    expect(figure(spec)).toMatchObject({ data: [], frames: [], title: '' });
  });

  it('has the theme where its code chose no other, and its own where it did', () => {
    expect(figure({}).layout).toMatchObject({ template: { layout: { paper_bgcolor: '#25262a' } } });
    const own = { template: { layout: { font: { color: '#123456' }, paper_bgcolor: 'pink' } } };
    expect(figure({ layout: own }).layout).toEqual(own);
  });

  it('is called by its title, without tags', () => {
    expect(figure({ layout: { title: { text: 'Two <b>bars</b>' } } }).title).toBe('Two bars');
    expect(figure({ layout: { title: 'plain' } }).title).toBe('plain');
  });
});

describe('a chart of Vega', () => {
  it.each([
    [{ $schema: 'https://vega.github.io/schema/vega-lite/v6.json' }, true],
    [{ $schema: 'https://vega.github.io/schema/vega/v6.json' }, false],
    [{ mark: 'bar' }, true],
    [{ marks: [] }, false],
  ])('says by itself which of the two it is: %j', (spec, lite) => {
    expect(isVegaLite(spec)).toBe(lite);
  });

  it('keeps what its code chose, and is left alone on a ground of its own', () => {
    const spec = { config: { axis: { labelColor: 'red' } } };
    expect(inColors(spec, chartColors(true))).toMatchObject({
      config: { axis: { labelColor: 'red', titleColor: '#e7e7ea' }, background: '#25262a' },
    });
    const grounded = { background: 'white' };
    expect(inColors(grounded, chartColors(true))).toBe(grounded);
  });

  it.each([
    [{ title: 'a' }, 'a'],
    [{ title: { text: ['a', 1, 'b'] } }, 'a b'],
    [{ title: { text: 'c' }, description: 'd' }, 'd'],
    [{ title: 5 }, ''],
  ])('is called by what it says: %j', (spec, title) => {
    expect(titleOf(spec)).toBe(title);
  });
});

describe('what a frame says', () => {
  it.each<[unknown]>([
    [{ kind: 'drawn', title: 't'.repeat(301), height: 1, notes: [] }],
    [{ kind: 'drawn', title: '', height: Infinity, notes: [] }],
    [{ kind: 'drawn', title: '', height: -1, notes: [] }],
    [{ kind: 'drawn', title: '', height: 1, notes: ['any words'] }],
    [{ kind: 'failed', reason: 'any words', detail: '' }],
    [{ kind: 'drawn', title: '', height: 1, notes: [], more: 1 }],
    [{ kind: 'run' }],
    ['text'],
    [null],
  ])('is not believed when it is %j', (said) => {
    expect(FromChartFrame.safeParse(said).success).toBe(false);
  });
});

it('a chart has an address that main knows', () => {
  const id = '0d8e7a3c-4b6f-4d29-9c1e-5a7b2f3d4e60';
  expect(chartAt(chartAddress(id, 'vega'))).toEqual({ library: 'vega', isScript: false });
  expect(chartAt(`${chartAddress(id, 'plotly')}.js`)).toEqual({ library: 'plotly', isScript: true });
  expect(chartAt(chartAddress('app', 'vega'))).toBeNull();
});
