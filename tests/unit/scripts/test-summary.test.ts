import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { describeNotRun, readNotRun } from '../../../scripts/test/not-run-list.ts';
import { totalsLine } from '../../../scripts/test/totals.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

test('tests are counted', () => {
  const testResults = [{ status: 'failed', assertionResults: [{}, {}, {}] }];
  expect(totalsLine({ numPassedTests: 2, numFailedTests: 1, testResults })).toBe('2 passed, 1 failed');
});

test('a file that could not be loaded counts as a failure', () => {
  const testResults = [{ status: 'failed', assertionResults: [] }];
  expect(totalsLine({ numPassedTests: 2, numFailedTests: 0, testResults })).toBe('2 passed, 1 failed');
});

test('checks that did not run are named once each', () => {
  const file = path.join(temporaryFolder(), 'not-run.txt');
  writeFileSync(file, 'b: no display\na: no Landlock\nb: no display\n');
  expect(describeNotRun(readNotRun(file))).toEqual([
    'not run on this machine: a: no Landlock',
    'not run on this machine: b: no display',
  ]);
});

test('that all checks ran is said too', () => {
  expect(describeNotRun([])).toEqual(['not run on this machine: none']);
});
