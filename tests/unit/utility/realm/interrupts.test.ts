/** What loses interrupts in stock Pyodide: it reads the buffer and stores 0, in two steps. */
import { expect, it } from 'vitest';
import { Interrupts } from '../../../../src/utility/realm/interrupts.ts';

const SIGNAL = 2;

const setUp = () => {
  const shared = new SharedArrayBuffer(4);
  // The realm's side takes the buffer over: views are made before.
  const host = new Int32Array(shared);
  const interrupts = new Interrupts(shared);
  /** As Pyodide's `Module.checkForInterrupt` does, with something happening in between. */
  const take = (between: () => void = () => undefined): number => {
    const seen = interrupts.buffer[0];
    if (seen === 0) return 0;
    between();
    interrupts.buffer[0] = 0;
    return seen;
  };
  return { host, interrupts, take };
};

it('gives a signal once', () => {
  const { host, take } = setUp();
  Atomics.store(host, 0, SIGNAL);
  expect([take(), take(), Atomics.load(host, 0)]).toEqual([SIGNAL, 0, 0]);
});

it('keeps a signal that comes between a look that saw none and the zero stored after it', () => {
  const { host, interrupts, take } = setUp();
  // The order of stock Pyodide at its worst: read 0, the signal comes, 0 is stored.
  const seen = interrupts.buffer[0];
  Atomics.store(host, 0, SIGNAL);
  interrupts.buffer[0] = 0;
  expect([seen, take()]).toEqual([0, SIGNAL]);
});

it('keeps another signal that comes while one is taken', () => {
  const { host, take } = setUp();
  Atomics.store(host, 0, 15);
  expect(take(() => Atomics.store(host, 0, SIGNAL))).toBe(15);
  expect(take()).toBe(SIGNAL);
});

it('does not take a signal by looking', () => {
  const { host, interrupts, take } = setUp();
  Atomics.store(host, 0, SIGNAL);
  expect([interrupts.buffer[0], interrupts.buffer[0], take()]).toEqual([SIGNAL, SIGNAL, SIGNAL]);
});

it('does not begin to sleep when a signal is pending', () => {
  const { host, interrupts, take } = setUp();
  Atomics.store(host, 0, SIGNAL);
  // Each would take a second otherwise, and all of them longer than a test may.
  for (let count = 0; count < 1000; count++) interrupts.sleep(3600);
  expect(take()).toBe(SIGNAL);
});

it('has the memory measured once per request, and loses no signal when that fails', () => {
  const shared = new SharedArrayBuffer(8);
  const host = new Int32Array(shared);
  let measured = 0;
  const interrupts = new Interrupts(shared, () => {
    measured++;
    throw new RangeError('too little stack');
  });
  expect([interrupts.buffer[0], measured]).toEqual([0, 0]);
  Atomics.store(host, 1, 1);
  Atomics.store(host, 0, SIGNAL);
  expect([interrupts.buffer[0], measured, Atomics.load(host, 1)]).toEqual([SIGNAL, 1, 0]);
  expect([interrupts.buffer[0], measured]).toEqual([SIGNAL, 1]);
});
