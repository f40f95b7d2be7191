import { expect, it } from 'vitest';
import { IdleTimer } from '../../../../src/main/sandbox/process/idle-timer.ts';
import { FakeClock } from '../support.ts';

const IDLE_MS = 1000;

const setUp = () => {
  const clock = new FakeClock();
  const idleAt: number[] = [];
  const timer = new IdleTimer(clock, () => idleAt.push(clock.now()));
  return { clock, idleAt, timer };
};

it('calls back once, when nothing was used for the time', () => {
  const { clock, idleAt, timer } = setUp();
  timer.begin(IDLE_MS);
  clock.advance(IDLE_MS - 1);
  expect(idleAt).toEqual([]);
  clock.advance(1);
  expect(idleAt).toEqual([IDLE_MS]);
  clock.advance(10 * IDLE_MS);
  expect(idleAt).toEqual([IDLE_MS]);
});

it('counts from the last use, to the moment, with one timer for all of them', () => {
  const { clock, idleAt, timer } = setUp();
  timer.begin(IDLE_MS);
  for (let use = 0; use < 5; use++) {
    clock.advance(300);
    timer.pause();
    clock.advance(50);
    timer.begin(IDLE_MS);
    expect(clock.waiting).toBe(1);
  }
  clock.advance(IDLE_MS - 1);
  expect(idleAt).toEqual([]);
  clock.advance(1);
  expect(idleAt).toEqual([5 * 350 + IDLE_MS]);
});

it('does not count during a use, however long that takes', () => {
  const { clock, idleAt, timer } = setUp();
  timer.begin(IDLE_MS);
  timer.pause();
  clock.advance(5 * IDLE_MS);
  expect(idleAt).toEqual([]);
  timer.begin(IDLE_MS);
  clock.advance(IDLE_MS);
  expect(idleAt).toEqual([6 * IDLE_MS]);
});

it('keeps to a shorter time that is set while a longer one counts, and to a longer one', () => {
  const { clock, idleAt, timer } = setUp();
  timer.begin(IDLE_MS);
  timer.begin(IDLE_MS / 10);
  clock.advance(IDLE_MS / 10);
  expect(idleAt).toEqual([IDLE_MS / 10]);
  timer.begin(IDLE_MS);
  timer.begin(2 * IDLE_MS);
  clock.advance(2 * IDLE_MS - 1);
  expect(idleAt).toHaveLength(1);
  clock.advance(1);
  expect(idleAt).toHaveLength(2);
});

it('leaves no timer behind once it is stopped', () => {
  const { clock, idleAt, timer } = setUp();
  timer.begin(IDLE_MS);
  timer.stop();
  expect(clock.waiting).toBe(0);
  clock.advance(2 * IDLE_MS);
  expect(idleAt).toEqual([]);
  timer.begin(IDLE_MS);
  clock.advance(IDLE_MS);
  expect(idleAt).toEqual([3 * IDLE_MS]);
});
