import { expect, it } from 'vitest';
import { FRAME_LIMITS, FrameHealth, largestOfTooMany } from '../../../src/main/window/frame-health.ts';
import { MIB } from '../../../src/shared/units.ts';

/** A sample each quarter of a second, of a process that works a share of the time. */
const run = (health: FrameHealth, seconds: number, share: number, memoryBytes = 100 * MIB): string | null => {
  for (let step = 0; step <= seconds * 4; step += 1) {
    const at = step * 250;
    const fault = health.judge({ at, workMs: at * share, memoryBytes });
    if (fault !== null) return fault;
  }
  return null;
};

it('lets a document draw itself and then rest', () => {
  const health = new FrameHealth();
  expect(run(health, 4, 1)).toBeNull();
  expect(health.judge({ at: 60_000, workMs: 4000, memoryBytes: 300 * MIB })).toBeNull();
});

it('lets a small animation go on for hours', () => {
  expect(run(new FrameHealth(), 7200, FRAME_LIMITS.steadyShare)).toBeNull();
});

it.each([1, 2, 0.9])('ends a document that keeps %d processors busy without an end', (share) => {
  expect(run(new FrameHealth(), 12, share)).toBe('unresponsive');
});

it('lets a chart be moved for longer than a document may work, but not for good', () => {
  expect(run(new FrameHealth(FRAME_LIMITS.chartWorkMs), 30, 1)).toBeNull();
  expect(run(new FrameHealth(FRAME_LIMITS.chartWorkMs), 60, 1)).toBe('unresponsive');
});

it('ends a document that uses too much memory, at once', () => {
  const health = new FrameHealth();
  expect(health.judge({ at: 0, workMs: 0, memoryBytes: FRAME_LIMITS.memoryBytes })).toBeNull();
  expect(health.judge({ at: 1, workMs: 0, memoryBytes: FRAME_LIMITS.memoryBytes + 1 })).toBe('memory');
});

it('ends a document that computes without answering, though it gets a quarter of a processor', () => {
  const health = new FrameHealth();
  health.asked({ at: 0, workMs: 0, memoryBytes: 0 });
  expect(run(health, 12, 0.25)).toBe('unresponsive');
});

it('does not end a document that gets no processor time, or that answers', () => {
  const starved = new FrameHealth();
  starved.asked({ at: 0, workMs: 0, memoryBytes: 0 });
  expect(run(starved, 60, 0.01)).toBeNull();

  const answering = new FrameHealth();
  answering.asked({ at: 0, workMs: 0, memoryBytes: 0 });
  answering.answered();
  expect(run(answering, 60, 0.25)).toBeNull();
});

it('counts from the first question that was not answered', () => {
  const health = new FrameHealth();
  for (let at = 0; at <= FRAME_LIMITS.silenceMs; at += 2000)
    health.asked({ at, workMs: at / 3, memoryBytes: 0 });
  const at = FRAME_LIMITS.silenceMs + 1;
  expect(health.judge({ at, workMs: at / 3, memoryBytes: 0 })).toBe('unresponsive');
});

it('keeps as many small documents as there are places, and ends the largest of many large ones', () => {
  const sample = (mib: number): { memoryBytes: number } => ({ memoryBytes: mib * MIB });
  expect(largestOfTooMany(Array.from({ length: 12 }, () => sample(96)))).toBeUndefined();
  expect(largestOfTooMany<{ memoryBytes: number }>([])).toBeUndefined();
  const large = [sample(400), sample(410), sample(400)];
  expect(largestOfTooMany(large)).toBeUndefined();
  expect(largestOfTooMany([...large, sample(400)])).toBe(large[1]);
});
