import { expect, it } from 'vitest';
import { MAX_PACKAGE_READS } from '../../../../../src/shared/protocol/interpreter.ts';
import { PackageReadTracker } from '../../../../../src/utility/control/packages/package-read-tracker.ts';

it('tells of a package at once, of the same one not of every file, and of none without end', () => {
  const told: string[] = [];
  const notes = new PackageReadTracker((name) => void told.push(name));
  for (let file = 0; file < 100; file++) notes.saw('numpy');
  notes.saw('pandas');
  expect(told).toEqual(['numpy', 'pandas']);
  for (let file = 0; file < 2000; file++) notes.saw(file % 2 === 0 ? 'numpy' : 'pandas');
  expect(told).toHaveLength(MAX_PACKAGE_READS);
});
