import { describe, expect, it } from 'vitest';
import type { ProcessEndCause } from '../../../src/shared/contract/sandbox-events.ts';
import { RunError } from '../../../src/shared/contract/run.ts';
import { reportVerdict, type Verdict } from '../../../src/main/run/verdict.ts';
import { CHECKED_OUTCOME } from '../sandbox/support.ts';

const pythonError = (type: string, message = 'm'): RunError => ({ type, message, traceback: 't', line: 3 });

const ENDED = { means: 'termination' } as const;
const INTERRUPTED = {
  means: 'interrupt',
  outcome: { ...CHECKED_OUTCOME, error: pythonError('KeyboardInterrupt') },
} as const;
const died = (cause: ProcessEndCause, detail: string): Verdict => ({
  kind: 'process-died',
  end: { cause, detail },
});

const CASES: Record<Verdict['kind'], [Verdict, string, string | null, RegExp][]> = {
  finished: [
    [{ kind: 'finished', outcome: CHECKED_OUTCOME }, 'ok', null, /^$/u],
    [
      { kind: 'finished', outcome: { ...CHECKED_OUTCOME, error: pythonError('KeyError') } },
      'error',
      'KeyError',
      /^m$/u,
    ],
    [
      { kind: 'finished', outcome: { ...CHECKED_OUTCOME, error: pythonError('MemoryError') } },
      'out-of-memory',
      'MemoryError',
      /^m$/u,
    ],
    [
      { kind: 'finished', outcome: { ...CHECKED_OUTCOME, error: pythonError('MemoryError', '') } },
      'out-of-memory',
      'MemoryError',
      /no more memory/u,
    ],
    [
      {
        kind: 'finished',
        outcome: {
          ...CHECKED_OUTCOME,
          error: pythonError('MemoryError', 'Parser stack overflowed - Python source too complex to parse'),
        },
      },
      'error',
      'MemoryError',
      /^Parser/u,
    ],
  ],
  timeout: [
    [
      { kind: 'timeout', limitMs: 1500, by: ENDED },
      'timeout',
      'Timeout',
      /limit of 1\.5 s and did not react/u,
    ],
    [{ kind: 'timeout', limitMs: 86_400_000, by: ENDED }, 'timeout', 'Timeout', /limit of 86400 s/u],
    [
      { kind: 'timeout', limitMs: 100, by: INTERRUPTED },
      'timeout',
      'Timeout',
      /0\.1 s and was interrupted$/u,
    ],
  ],
  cancelled: [
    [{ kind: 'cancelled', by: ENDED }, 'cancelled', 'Cancelled', /was cancelled and did not react/u],
    [{ kind: 'cancelled', by: INTERRUPTED }, 'cancelled', 'Cancelled', /was cancelled and was interrupted/u],
    [{ kind: 'cancelled', by: null }, 'cancelled', 'Cancelled', /before it began/u],
  ],
  'out-of-memory': [[{ kind: 'out-of-memory', detail: 'd' }, 'out-of-memory', 'OutOfMemory', /^d$/u]],
  'interpreter-died': [
    [{ kind: 'interpreter-died', detail: 'd', stack: 's' }, 'crashed', 'Crashed', /interpreter ended: d/u],
  ],
  'process-died': [
    [died('exited', 'exit code 0'), 'crashed', 'Crashed', /ended unexpectedly: exit code 0/u],
    [died('unresponsive', 'no answer'), 'crashed', 'Crashed', /had to be ended: unresponsive, no answer/u],
    [died('misbehaved', 'd'), 'crashed', 'Crashed', /had to be ended: misbehaved/u],
    [died('stop-failed', 'd'), 'crashed', 'Crashed', /had to be ended: stop-failed/u],
    [died('start-failed', 'd'), 'crashed', 'Crashed', /had to be ended: start-failed/u],
    [died('out-of-memory', '9 MiB'), 'out-of-memory', 'OutOfMemory', /ran out of memory \(9 MiB\)/u],
    [died('stopped', ''), 'cancelled', 'Cancelled', /was stopped/u],
    [died('idle', ''), 'cancelled', 'Cancelled', /was stopped/u],
  ],
  misbehaved: [[{ kind: 'misbehaved', detail: 'd' }, 'crashed', 'Crashed', /misbehaved and was ended: d/u]],
  'runner-failed': [[{ kind: 'runner-failed', detail: 'd' }, 'crashed', 'Crashed', /^d$/u]],
  'packages-missing': [
    [{ kind: 'packages-missing', detail: 'd' }, 'setup-failed', 'PackagesMissing', /^d$/u],
  ],
  'setup-failed': [[{ kind: 'setup-failed', detail: 'd' }, 'setup-failed', 'SetupFailed', /^d$/u]],
};

describe.each(Object.values(CASES).flat())('%j', (verdict, status, type, message) => {
  it(`is reported as ${status}`, () => {
    const report = reportVerdict(verdict);
    expect(report.status).toBe(status);
    expect(report.error?.type ?? null).toBe(type);
    expect(report.error?.message ?? '').toMatch(message);
    if (report.error !== null) RunError.parse(report.error);
  });
});

it('passes on the stack of an interpreter that died', () => {
  const { error } = reportVerdict({ kind: 'interpreter-died', detail: 'd', stack: 'File "<run>"' });
  expect(error?.traceback).toBe('File "<run>"');
});

it('names the line of an interrupted run, unless it failed otherwise', () => {
  const by = (type: string) =>
    ({ means: 'interrupt', outcome: { ...CHECKED_OUTCOME, error: pythonError(type) } }) as const;
  expect(reportVerdict({ kind: 'cancelled', by: by('KeyboardInterrupt') }).error).toMatchObject({
    traceback: 't',
    line: 3,
  });
  expect(reportVerdict({ kind: 'cancelled', by: by('ValueError') }).error).toMatchObject({
    traceback: '',
    line: null,
  });
});
