/** What main reads of guests' HTML and SVG before it is shown: in one pass, and quickly at the cap. */
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { drawingDocument, drawingSize } from '../../../src/main/app/guest-drawing.ts';
import { hasMoreTags } from '../../../src/main/app/tag-count.ts';
import { BUDGET_MS, longestStall } from '../foreign-text/stall.ts';
import { disarmHtml } from '../../../src/main/window/guest-html.ts';
import { MAX_OUTPUT_ELEMENTS, MAX_OUTPUT_LENGTH } from '../../../src/shared/ipc/output.ts';

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

/** The least processor time of some tries, in ms: others use the machine as well. */
const cost = (work: () => unknown): number =>
  Math.min(
    ...Array.from({ length: 7 }, () => {
      const before = process.cpuUsage();
      work();
      const { system, user } = process.cpuUsage(before);
      return (system + user) / 1000;
    }),
  );

const fill = (piece: string): string => {
  const text = piece.repeat(Math.ceil(MAX_OUTPUT_LENGTH / piece.length)).slice(0, MAX_OUTPUT_LENGTH);
  // As it comes from the page: in one piece.
  return Buffer.from(text, 'latin1').toString('latin1');
};

describe.each([
  ['opening brackets', '<'],
  ['half a link', '<lin'],
  ['half a frame', '<ifram'],
  ['links without an end', '<link'],
  ['links', '<link '],
  ['frames', '<IFRAME/'],
  ['tags', '<a>'],
  // No more than are shown.
  ['links among spaces', '<link '.padEnd(168)],
  ['frames among spaces', '<iframe '.padEnd(168)],
  ['attributes without an end', ' a="b'],
  ['comments without an end', '<!--'],
  ['spaces', ' '],
  ['a word', 'x'],
])('8 MiB of %s', (_name, piece) => {
  const text = fill(piece);

  it('is counted within the budget', () => {
    expect(cost(() => hasMoreTags(text, MAX_OUTPUT_ELEMENTS))).toBeLessThan(BUDGET_MS);
  });

  it('is disarmed within the budget, if it is shown at all', async () => {
    if (hasMoreTags(text, MAX_OUTPUT_ELEMENTS)) return;
    expect(await longestStall(() => disarmHtml(text))).toBeLessThan(BUDGET_MS);
  });

  it('becomes a document of a drawing within the budget', async () => {
    expect(await longestStall(() => drawingDocument(text))).toBeLessThan(BUDGET_MS);
  });

  it.each(['', '<svg', '<svg ', '<svg width="', '<svg viewBox="', '<svg a="b" '])(
    'behind %j says its size within the budget',
    (head) => {
      expect(cost(() => drawingSize(head + text))).toBeLessThan(BUDGET_MS);
    },
  );
});

it('a tag is disarmed wherever it stands between the stretches in which a document is read', async () => {
  for (let offset = 16 * 1024 - 12; offset < 16 * 1024 + 4; offset += 1) {
    const html = await disarmHtml(`${'x'.repeat(offset)}<iframe src="a"><link rel="b">${'y'.repeat(40_000)}`);
    expect(html).not.toMatch(/<iframe|<link/u);
    expect(html).toContain('<no-iframe src="a"><meta rel="b">');
  }
});
