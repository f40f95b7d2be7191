/** What main reads of guests' HTML and SVG before it is shown. That it is quick at the cap: guest-markup-caps.test.ts. */
import { describe, expect, it } from 'vitest';
import { drawingDocument, drawingSize } from '../../../src/main/app/guest-drawing.ts';
import { hasMoreTags } from '../../../src/main/app/tag-count.ts';
import { sanitizeHtml } from '../../../src/main/window/guest-html.ts';

describe('start tags', () => {
  it.each([
    ['', 0],
    ['text < 3 </b> <!-- --> <?xml?> <', 0],
    ['<b>', 1],
    ['<B><svg:use/><a', 3],
    ['<!-- <b> --><p title="<i>">', 3],
    ['<@a><[b><`c><{d>', 0],
  ])('%j has %i', (markup, count) => {
    expect(hasMoreTags(markup, count)).toBe(false);
    if (count > 0) expect(hasMoreTags(markup, count - 1)).toBe(true);
  });
});

describe('the size of a drawing', () => {
  it.each([
    ['<svg width="300" height="200"/>', { width: 300, height: 200 }],
    [
      "<?xml version='1.0'?>\n<!DOCTYPE svg>\n<svg  width = '72pt'\nheight='1in' viewBox=\"0 0 1 1\">",
      { width: 96, height: 96 },
    ],
    ['<svg viewBox="0 0 20 10" width="200">', { width: 200, height: 100 }],
    ['<svg viewBox="0,0,20,10" height="50px">', { width: 100, height: 50 }],
    ['<svg viewBox="-5 -5 20.5 10" width="100%" height="100%">', { width: 20.5, height: 10 }],
    ['<svg width="1e9" height="5">', null],
    ['<svg width="999999999" height="0">', { width: 20_000, height: 1 }],
    ['<svg viewBox="0 0 0 10">', null],
    ['<svg viewBox="0 0 NaN 10"><rect width="5" height="5"/>', null],
    ['<svgs width="5" height="5"><g>', null],
    ['<svg data-x=">" width="7" height="8">', { width: 7, height: 8 }],
    ['<svg', null],
    ['', null],
  ])('%j', (svg, size) => {
    expect(drawingSize(svg)).toEqual(size);
  });
});

it('a drawing becomes a document of ours with nothing of the guest in it but base64', async () => {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg"><title>"><script>${'ü'.repeat(100_000)}</script></title></svg>`;
  const html = await drawingDocument(svg);
  const [, base64 = ''] =
    /src="data:image\/svg\+xml;charset=utf-8;base64,([A-Za-z0-9+/=]+)"/u.exec(html) ?? [];
  expect(Buffer.from(base64, 'base64').toString('utf8')).toBe(svg);
  expect(html.replace(base64, '')).not.toMatch(/script|title>"/u);
});

it('a tag is disarmed wherever it stands between the stretches in which a document is read', async () => {
  for (let offset = 16 * 1024 - 12; offset < 16 * 1024 + 4; offset += 1) {
    const html = await sanitizeHtml(
      `${'x'.repeat(offset)}<iframe src="a"><link rel="b">${'y'.repeat(40_000)}`,
    );
    expect(html).not.toMatch(/<iframe|<link/u);
    expect(html).toContain('<no-iframe src="a"><meta rel="b">');
  }
});
