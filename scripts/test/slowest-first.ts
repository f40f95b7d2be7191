import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take longest, the longest first. Vitest remembers how long files took, but not in a fresh clone: one of
 * these at the end would keep one worker busy while the other one has nothing to do.
 */
export const SLOWEST: readonly string[] = [
  'tests/integration/store-in-runs.test.ts',
  'tests/integration/faults.test.ts',
  'tests/security/cases.test.ts',
  'tests/integration/packages-in-runs.test.ts',
  'tests/security/realm.test.ts',
  'tests/security/later-runs.test.ts',
  'tests/integration/cli.test.ts',
  'tests/integration/snapshot-fallbacks.test.ts',
  'tests/integration/window/window-life.test.ts',
  'tests/integration/plots.test.ts',
  'tests/integration/package-snapshot-fallbacks.test.ts',
  'tests/integration/life-cycle/many-times.test.ts',
  'tests/e2e/everyday.test.ts',
  'tests/e2e/bombs.test.ts',
  'tests/integration/life-cycle/pandas-sessions.test.ts',
  'tests/e2e/outputs.test.ts',
  'tests/integration/package-snapshots.test.ts',
  'tests/integration/packages.test.ts',
  'tests/unit/native/native-runner.test.ts',
  'tests/security/unhardened.test.ts',
  'tests/unit/packages/processes.test.ts',
  'tests/unit/foreign-text/main-is-not-stalled.test.ts',
  'tests/security/assume-breach.test.ts',
];

/** Vitest's own order, but for the slowest files, which come first. */
export default class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => rank(one.moduleId) - rank(other.moduleId));
  }
}

const rank = (moduleId: string): number => {
  const index = SLOWEST.findIndex((file) => moduleId.endsWith(`/${file}`));
  return index === -1 ? SLOWEST.length : index;
};
