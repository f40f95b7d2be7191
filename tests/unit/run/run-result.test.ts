import { expect, it } from 'vitest';
import { runResult } from '../../../src/main/run/run-result.ts';
import type { Verdict } from '../../../src/main/run/verdict.ts';
import { GuestResultFields, NO_GUEST_RESULT, RunResult } from '../../../src/shared/contract/run.ts';
import { CHECKED_OUTCOME } from '../sandbox/support.ts';

const outcome = { ...CHECKED_OUTCOME, value: { text: '42' } };
const resultFor = (verdict: Verdict): RunResult =>
  runResult({
    verdict,
    captured: { stdout: '', stderr: '', displays: [], displaysCut: false, full: false },
    session: { id: 's', state: 'kept' },
    packages: [],
    timing: { waitMs: 0, startMs: 0, packagesMs: 0, runMs: 0 },
    runtime: 'embedded',
  });
/** What Python says of its run. */
const saidIn = (result: RunResult): GuestResultFields =>
  GuestResultFields.parse(
    Object.fromEntries(
      Object.entries(RunResult.parse(result)).filter(([field]) => field in GuestResultFields.shape),
    ),
  );

it('has what Python said of a run that ended by itself', () => {
  expect(saidIn(resultFor({ kind: 'finished', outcome }))).toEqual({
    ...NO_GUEST_RESULT,
    value: outcome.value,
  });
});

it.each<Verdict>([
  { kind: 'timeout', limitMs: 1, by: { means: 'interrupt', outcome } },
  { kind: 'cancelled', by: { means: 'interrupt', outcome } },
  { kind: 'cancelled', by: null },
  { kind: 'misbehaved', detail: 'd' },
])('has nothing that Python said of a run that ended otherwise: $kind', (verdict) => {
  expect(saidIn(resultFor(verdict))).toEqual(NO_GUEST_RESULT);
});
