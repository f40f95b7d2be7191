/** What main reads of guests' HTML and SVG before it is shown takes it no time at the cap either. */
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { drawingDocument, drawingSize } from '../../../src/main/app/guest-drawing.ts';
import { hasMoreTags } from '../../../src/main/app/tag-count.ts';
import { sanitizeHtml } from '../../../src/main/window/guest-html.ts';
import { MAX_OUTPUT_ELEMENTS, MAX_OUTPUT_LENGTH } from '../../../src/shared/ipc/output.ts';
import { BUDGET_MS, longestStall } from '../foreign-text/stall.ts';

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
    expect(await longestStall(() => sanitizeHtml(text))).toBeLessThan(BUDGET_MS);
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
