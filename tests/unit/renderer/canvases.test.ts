import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { Canvases } from '../../../src/renderer/console/model/animations/canvases.ts';
import type { FrameSlotClient, SlotState } from '../../../src/renderer/console/model/frame-slots.ts';
import { ANIMATION_LIMITS } from '../../../src/shared/contract/animation.ts';
import { turns } from '../sandbox/support.ts';

it('have 64 million pixels together, however many animations are in sight', () => {
  const { slots } = new Canvases();
  const states: SlotState[] = [];
  const all = Array.from({ length: 1000 }, (_, index): FrameSlotClient => ({
    size: ANIMATION_LIMITS.pixels,
    changed: (state) => (states[index] = state),
  }));
  const drawn = (): number => states.filter((state) => state === 'taken').length;
  for (const place of all) slots.enter(place);
  expect(drawn()).toBe(16);
  for (const place of all) slots.leave(place);
  for (const place of all.toReversed()) slots.enter(place);
  expect(drawn()).toBe(16);
  const docs = readFileSync(path.resolve(import.meta.dirname, '../../../docs/security.md'), 'utf8');
  expect(docs).toContain('all that are drawn have 64 million pixels together');
});

it('are drawn on one after the other', async () => {
  const canvases = new Canvases();
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const draws = [0, 1, 2].map((which) =>
    canvases.inTurn(() => {
      begun.push(which);
      return new Promise((resolve) => ends.push(resolve));
    }),
  );
  for (const which of draws.keys()) {
    await turns();
    expect(begun).toHaveLength(which + 1);
    ends[which]?.();
  }
  await Promise.all(draws);
  expect(begun).toEqual([0, 1, 2]);
});
