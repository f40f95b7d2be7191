import { expect, it } from 'vitest';
import { CrashWindow } from '../../../../src/main/sandbox/process/crash-window.ts';

const make = (): CrashWindow => new CrashWindow({ crashes: 3, windowMs: 1000 });
const note = (window: CrashWindow, ...times: number[]): boolean[] => times.map((at) => window.note(at));

it('is full at the crash that is one too many, and at further ones', () => {
  expect(note(make(), 0, 1, 2, 3)).toEqual([false, false, true, true]);
});

it('counts only what lies within the window, to the millisecond', () => {
  expect(note(make(), 0, 500, 1000)).toEqual([false, false, false]);
  expect(note(make(), 0, 500, 999)).toEqual([false, false, true]);
});

it('slides, so that old crashes drop out one by one', () => {
  expect(note(make(), 0, 600, 1200, 1599)).toEqual([false, false, false, true]);
});

it('forgets all crashes after the machine has slept', () => {
  expect(note(make(), 0, 1, 86_400_000)).toEqual([false, false, false]);
});

it('starts afresh after a reset', () => {
  const window = make();
  note(window, 0, 1);
  window.reset();
  expect(note(window, 2, 3, 4)).toEqual([false, false, true]);
});

it('is full at the first crash when one is the limit', () => {
  expect(new CrashWindow({ crashes: 1, windowMs: 1 }).note(5)).toBe(true);
});
