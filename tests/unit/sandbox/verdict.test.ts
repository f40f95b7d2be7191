import { describe, expect, it } from 'vitest';
import { RunError } from '../../../src/shared/sandbox.ts';
import { reportVerdict, type Verdict } from '../../../src/main/sandbox/verdict.ts';
import { OUTCOME } from './support.ts';

const pythonError = (type: string): RunError => ({ type, message: 'm', traceback: 't', line: 3 });

const CASES: Record<Verdict['kind'], [Verdict, string, string | null, RegExp][]> = {
  finished: [
    [{ kind: 'finished', outcome: OUTCOME }, 'ok', null, /^$/u],
    [
      { kind: 'finished', outcome: { ...OUTCOME, error: pythonError('KeyError') } },
      'error',
      'KeyError',
      /^m$/u,
    ],
    [
      { kind: 'finished', outcome: { ...OUTCOME, error: pythonError('MemoryError') } },
      'out-of-memory',
      'MemoryError',
      /^m$/u,
    ],
  ],
  timeout: [
    [{ kind: 'timeout', limitMs: 1500 }, 'timeout', 'Timeout', /limit of 1\.5 s$/u],
    [{ kind: 'timeout', limitMs: 86_400_000 }, 'timeout', 'Timeout', /limit of 86400 s$/u],
  ],
  cancelled: [
    [{ kind: 'cancelled', began: true }, 'cancelled', 'Cancelled', /was cancelled/u],
    [{ kind: 'cancelled', began: false }, 'cancelled', 'Cancelled', /before it began/u],
  ],
  'out-of-memory': [[{ kind: 'out-of-memory', detail: 'd' }, 'out-of-memory', 'OutOfMemory', /^d$/u]],
  'interpreter-died': [
    [{ kind: 'interpreter-died', detail: 'd', stack: 's' }, 'crashed', 'Crashed', /interpreter ended: d/u],
  ],
  'process-died': [
    [{ kind: 'process-died', exit: null }, 'crashed', 'Crashed', /it was lost/u],
    [{ kind: 'process-died', exit: { code: 0, signal: null } }, 'crashed', 'Crashed', /exit code 0/u],
    [
      { kind: 'process-died', exit: { code: null, signal: 'SIGSEGV' } },
      'crashed',
      'Crashed',
      /signal SIGSEGV/u,
    ],
    [{ kind: 'process-died', exit: { code: null, signal: null } }, 'crashed', 'Crashed', /no exit code/u],
  ],
  misbehaved: [[{ kind: 'misbehaved', detail: 'd' }, 'crashed', 'Crashed', /misbehaved and was ended: d/u]],
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

it('passes the stack of a dead interpreter on', () => {
  const { error } = reportVerdict({ kind: 'interpreter-died', detail: 'd', stack: 'File "<run>"' });
  expect(error?.traceback).toBe('File "<run>"');
});
