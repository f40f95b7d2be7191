/** What is told of imports, by the files that a run's packages are read for. */
import { expect, it } from 'vitest';
import { ImportTimes } from '../../../../src/main/sandbox/packages/import-times.ts';
import { ImportWatch } from '../../../../src/main/sandbox/packages/import-watch.ts';
import type { RunPhase } from '../../../../src/shared/contract/run-phase.ts';
import { temporaryFolder } from '../../scripts/support/temporary-folder.ts';
import { FakeClock } from '../support.ts';

const watching = (
  expectedMs: number | null = null,
): { watch: ImportWatch; clock: FakeClock; told: RunPhase[]; measured: number[] } => {
  const clock = new FakeClock();
  const [told, measured]: [RunPhase[], number[]] = [[], []];
  const watch = new ImportWatch({
    clock,
    packageNames: ['numpy', 'pandas'],
    expectedMs,
    onPhase: (phase) => {
      told.push(phase);
      throw new Error('a careless listener');
    },
    onMeasured: (ms) => void measured.push(ms),
  });
  watch.begin();
  return { watch, clock, told, measured };
};

it('names what is imported as it is read, until nothing was read for a while', () => {
  const { clock, told, watch } = watching(7000);
  watch.saw('numpy');
  clock.advance(1000);
  watch.saw('pandas');
  clock.advance(1400);
  expect(told).toEqual([
    { name: 'importing', packageName: 'numpy', expectedMs: 7000 },
    { name: 'importing', packageName: 'pandas', expectedMs: 7000 },
  ]);
  clock.advance(100);
  expect(told.at(-1)).toEqual({ name: 'running' });
  // Later imports are told of as well.
  clock.advance(60_000);
  watch.saw('pandas');
  expect(told.at(-1)).toMatchObject({ name: 'importing' });
  watch.end();
  expect([told.at(-1), clock.waiting]).toEqual([{ name: 'running' }, 0]);
});

it('measures from the beginning of the run to what was read last', () => {
  const { clock, measured, watch } = watching();
  clock.advance(2000);
  watch.saw('numpy');
  clock.advance(3000);
  watch.saw('pandas');
  clock.advance(90_000);
  watch.end();
  expect(measured).toEqual([5000]);
});

it('does not heed packages that are not the run’s, and measures nothing where little was read', () => {
  const { clock, measured, told, watch } = watching();
  watch.saw('<b>evil</b>');
  clock.advance(100);
  watch.saw('numpy');
  watch.end();
  expect([told.length, measured]).toEqual([2, []]);
});

it('times are kept for each set of packages, whatever their order', async () => {
  const folder = temporaryFolder();
  const times = new ImportTimes(folder);
  expect(await times.last(['numpy', 'pandas'])).toBeNull();
  await times.note(['numpy', 'pandas'], 6543);
  await times.note(['numpy'], 900);
  expect(await new ImportTimes(folder).last(['pandas', 'numpy'])).toBe(6543);
  expect(await times.last(['pandas'])).toBeNull();
  await times.note(['numpy', 'pandas'], 3000);
  expect(await times.last(['numpy', 'pandas'])).toBe(3000);
});
