import { describe, expect, it } from 'vitest';
import { Cell } from '../../../src/renderer/console/model/cell.ts';
import { CLEAR_OUTPUT } from '../../../src/shared/contract/clear-output.ts';
import type { RunPhase } from '../../../src/shared/contract/run-phase.ts';
import { resultOf } from '../../support/run-results.ts';

const LIMITS = { timeoutSeconds: 60, memoryMiB: 1024, outputKiB: 64 };
const PIXEL = 'iVBORw0KGgo=';

const runningCell = (): Cell => {
  const cell = new Cell('c', 'code');
  cell.begin('r', 1, 1000, LIMITS);
  return cell;
};
const text = (stream: 'stdout' | 'stderr', written: string) =>
  ({ type: 'text', runId: 'r', stream, text: written }) as const;
const seen = (cell: Cell): unknown[] =>
  cell.items.map((item) => (item.kind === 'text' ? [item.stream, item.plain()] : item.kind));

describe('a cell', () => {
  it('shows output and displays of a run in their order', () => {
    const cell = runningCell();
    cell.apply(text('stdout', 'a'));
    cell.apply(text('stdout', 'b\n'));
    cell.apply(text('stderr', 'oh'));
    cell.apply({ type: 'output', runId: 'r', mime: { 'image/png': PIXEL } });
    cell.apply(text('stdout', 'c'));
    cell.finish(
      resultOf({
        value: { text: '7' },
        stdout: 'ab\nc',
        stderr: 'oh',
        outputs: [{ mime: { 'image/png': PIXEL } }],
      }),
      2000,
    );
    expect(seen(cell)).toEqual([['stdout', 'ab'], ['stderr', 'oh'], 'rich', ['stdout', 'c'], 'value']);
  });

  it('is empty once its code clears it, also of outputs that the result repeats', () => {
    const cell = runningCell();
    cell.apply(text('stdout', 'first\n'));
    cell.apply({ type: 'output', runId: 'r', mime: { 'image/png': PIXEL } });
    cell.apply({ type: 'output', runId: 'r', mime: { [CLEAR_OUTPUT]: '{}' } });
    expect(seen(cell)).toEqual([]);
    cell.apply({ type: 'output', runId: 'r', mime: { 'text/html': '<b>last</b>' } });
    cell.finish(resultOf({ stdout: 'first\n', outputs: [{ mime: { 'text/html': '<b>last</b>' } }] }), 2000);
    expect(seen(cell)).toEqual(['rich']);
  });

  it('shows which packages are put in and imported, until its code does something else or ends', () => {
    const cell = runningCell();
    const steps: unknown[] = [];
    const phase = (given: RunPhase): void => {
      cell.apply({ type: 'phase', runId: 'r', phase: given });
      steps.push([cell.step?.name ?? null, cell.packages]);
    };
    const progress = { filesDone: 0, filesTotal: 1, bytesDone: 5, bytesTotal: 9, packageName: 'numpy' };
    cell.apply({ type: 'packages', runId: 'r', progress });
    phase({ name: 'installing', packageNames: ['numpy'] });
    phase({ name: 'importing', packageName: 'numpy', expectedMs: null });
    // What is printed meanwhile does not end it.
    cell.apply(text('stdout', 'importing …'));
    phase({ name: 'importing', packageName: 'numpy', expectedMs: null });
    phase({ name: 'running' });
    expect(steps).toEqual([
      ['installing', null],
      ['importing', null],
      ['importing', null],
      [null, null],
    ]);
    phase({ name: 'importing', packageName: 'numpy', expectedMs: null });
    cell.finish(resultOf(), 2000);
    expect(cell.step).toBeNull();
  });

  it('replaces its list of items at the end, which watchers notice', () => {
    const cell = runningCell();
    const before = cell.items;
    cell.finish(resultOf({ value: { text: '7' } }), 2000);
    expect(cell.items).not.toBe(before);
  });

  it('ignores another run, and what comes after the end', () => {
    const cell = runningCell();
    cell.apply({ ...text('stdout', 'stranger'), runId: 'other' });
    cell.finish(resultOf(), 2000);
    cell.apply(text('stdout', 'late'));
    expect(cell.items).toEqual([]);
  });

  it('takes from the result what no event has brought', () => {
    const cell = runningCell();
    cell.finish(resultOf({ stdout: 'out', stderr: 'err', outputs: [{ mime: { 'text/plain': 'x' } }] }), 2000);
    expect(seen(cell)).toEqual([['stdout', 'out'], ['stderr', 'err'], 'rich']);
  });

  it('shows the error of the guest, with its line, and leaves the verdicts to the sandbox', () => {
    const error = { type: 'ValueError', message: 'no', traceback: '…', line: 3 };
    const failed = runningCell();
    failed.finish(resultOf({ status: 'error', error }), 2000);
    expect(seen(failed)).toEqual(['error']);
    expect(failed.errorLine).toBe(3);
    const crashed = runningCell();
    crashed.finish(resultOf({ status: 'crashed', error: { ...error, type: 'Crashed' } }), 2000);
    expect(seen(crashed)).toEqual([]);
  });

  it('does not repeat a value as text that was shown in a richer form', () => {
    const cell = runningCell();
    cell.apply({ type: 'output', runId: 'r', mime: { 'text/html': '<table>', 'text/plain': ' a\n1' } });
    cell.finish(resultOf({ value: { text: ' a\n1' } }), 2000);
    expect(cell.items).toMatchObject([{ kind: 'rich', isValue: true }]);
  });

  it('knows whether the prompt of an input was printed already', () => {
    const cell = runningCell();
    cell.apply(text('stdout', 'hello\nname? '));
    cell.apply({ type: 'input', runId: 'r', prompt: 'name? ', secret: false });
    cell.apply({ type: 'input', runId: 'r', prompt: 'age? ', secret: false });
    expect(cell.items.slice(1)).toMatchObject([{ printed: true }, { printed: false }]);
  });

  it('waits for an input, and ends it with the run', () => {
    const cell = runningCell();
    expect(cell.openInput).toBeNull();
    cell.apply({ type: 'input', runId: 'r', prompt: 'name? ', secret: false });
    expect(cell.openInput).toMatchObject({ prompt: 'name? ' });
    cell.finish(resultOf({ status: 'cancelled' }), 2000);
    expect(cell.openInput).toBeNull();
  });

  it('is empty again when it is run again', () => {
    const cell = runningCell();
    cell.apply(text('stdout', 'first'));
    cell.stopping(1500);
    cell.finish(resultOf(), 2000);
    cell.stale = true;
    cell.begin('r2', 2, 3000, LIMITS);
    expect([cell.items, cell.stale, cell.stopAskedAt, cell.number]).toEqual([[], false, null, 2]);
  });
});
