import { LIMITS } from '../../../../src/shared/limits.ts';
import { describe, expect, it } from 'vitest';
import {
  dataBudgetBytes,
  dataLimitMiBFor,
  diedOfMemory,
  pressureOf,
  processLimitBytes,
  tightest,
} from '../../../../src/main/sandbox/process/memory-budget.ts';
import { MemoryWatch } from '../../../../src/main/sandbox/process/memory-watch.ts';
import { FakeClock } from '../support.ts';
import { MIB } from '../../../../src/shared/units.ts';

const setUp = () => {
  const clock = new FakeClock();
  const world: { busy: boolean; bytes: number | null } = { busy: false, bytes: 5 };
  const readings: number[] = [];
  const watch = new MemoryWatch({
    clock,
    read: () => world.bytes,
    isBusy: () => world.busy,
    onReading: (bytes) => readings.push(bytes),
  });
  return { clock, world, readings, watch };
};

describe('the watch', () => {
  it('looks every 2 s while nothing runs, every 100 ms while something does', () => {
    const { clock, world, readings, watch } = setUp();
    clock.advance(1999);
    expect([readings, watch.last]).toEqual([[], null]);
    clock.advance(1);
    expect([readings, watch.last]).toEqual([[5], 5]);
    world.busy = true;
    watch.wake();
    clock.advance(300);
    expect(readings).toHaveLength(4);
    world.busy = false;
    clock.advance(100);
    expect(readings).toHaveLength(5);
    clock.advance(1900);
    expect(readings).toHaveLength(5);
  });

  it('reads on time also when runs begin more often than it reads', () => {
    const { clock, world, readings, watch } = setUp();
    world.busy = true;
    for (let run = 0; run < 20; run++) {
      watch.wake();
      clock.advance(50);
    }
    expect(readings).toHaveLength(10);
  });

  it('continues where nothing can be read, and keeps the last reading', () => {
    const { clock, world, readings, watch } = setUp();
    clock.advance(2000);
    world.bytes = null;
    clock.advance(4000);
    expect([readings, watch.last, clock.waiting]).toEqual([[5], 5, 1]);
    world.bytes = 7;
    clock.advance(2000);
    expect([readings, watch.last]).toEqual([[5, 7], 7]);
  });

  it('can be stopped, also by its listener, and does not read afterwards', () => {
    const { clock, watch } = setUp();
    watch.stop();
    watch.wake();
    expect(clock.waiting).toBe(0);
    const other = new FakeClock();
    const stopped: MemoryWatch = new MemoryWatch({
      clock: other,
      read: () => 1,
      isBusy: () => true,
      onReading: () => stopped.stop(),
    });
    other.advance(1000);
    expect(other.waiting).toBe(0);
  });
});

describe('the budget', () => {
  it('has room for the process and for two interpreters at their cap', () => {
    expect(processLimitBytes(1024)).toBe((1280 + 2048) * MIB);
    expect(processLimitBytes(256)).toBe((1280 + 512) * MIB);
  });

  it('grows with what the machine has, and leaves it a part', () => {
    const gib = 1024 * MIB;
    expect(processLimitBytes(1024, 4 * gib)).toBe((1280 + 2048) * MIB);
    expect(processLimitBytes(1024, 9 * gib)).toBe(8 * gib);
    expect(processLimitBytes(1024, 100 * gib)).toBe((12_800 + 2048) * MIB);
    expect(processLimitBytes(256, 1000 * gib)).toBe((12_800 + 512) * MIB);
  });

  it('of writable memory has room for all sessions with pandas, idle, where the machine has the memory', () => {
    const budget = dataBudgetBytes(1024, 24 * 1024 * MIB);
    // As measured: 310 MiB each, 950 for the process.
    const idle = (950 + LIMITS.sessions * 310) * MIB;
    expect([pressureOf(idle, budget), diedOfMemory(idle, budget)]).toEqual(['none', false]);
    // Two more interpreters at their cap do not bring the others down.
    expect(pressureOf(idle + 2 * 1792 * MIB, budget)).not.toMatch(/over/u);
  });

  it.each([64, 256, 1024, 4096])(
    "of %i MiB: the kernel's limit lies above the last step of the watch",
    (memoryMiB) => {
      for (const free of [0, 2, 8, 64].map((gib) => gib * 1024 * MIB)) {
        const budget = dataBudgetBytes(memoryMiB, free);
        expect(budget).toBeGreaterThanOrEqual((1280 + 2 * memoryMiB) * MIB);
        const limit = dataLimitMiBFor(budget) * MIB;
        expect(pressureOf(limit - 512 * MIB, budget)).toBe('far-over');
      }
    },
  );

  it('is judged by the kind of memory that is nearest to its limit', () => {
    const [a, b] = [
      { usedBytes: 50, limitBytes: 100 },
      { usedBytes: 60, limitBytes: 200 },
    ];
    expect([tightest([a, b]), tightest([b, a]), tightest([b])]).toEqual([a, a, b]);
  });

  it.each([
    [0, 'none'],
    [749, 'none'],
    [750, 'tight'],
    [999, 'tight'],
    [1000, 'over'],
    [1249, 'over'],
    [1250, 'far-over'],
    [99_999, 'far-over'],
  ])('%i of 1000 is %s', (bytes, pressure) => {
    expect(pressureOf(bytes, 1000)).toBe(pressure);
  });

  it('tells an end through lack of memory from others by the last reading', () => {
    expect([null, 0, 699, 700, 2000].map((last) => diedOfMemory(last, 1000))).toEqual([
      ...[false, false, false, true, true],
    ]);
  });
});
