/** Sessions and cells as they are kept on disk, and read from there. */
import { describe, expect, it } from 'vitest';
import { Cell } from '../../../src/renderer/console/model/cell.ts';
import { Session } from '../../../src/renderer/console/model/session.ts';
import {
  decode,
  encode,
  encodeCell,
  KEPT_OUTPUT_LENGTH,
  KeptCell,
  KeptSession,
  keptSession,
  restoreCell,
} from '../../../src/renderer/console/work/kept.ts';
import { LIMITS } from '../../../src/shared/limits.ts';
import { resultOf } from '../../support/run-results.ts';

const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const running = (): Cell => {
  const cell = new Cell('s1-x-cell-1', 'code');
  cell.begin('run', 3, 5, { timeoutSeconds: 60, memoryMiB: 512, outputKiB: 64 });
  return cell;
};

const keptAndRead = (cell: Cell): Cell => {
  const kept = decode(KeptCell, encodeCell(cell));
  if (kept === null) throw new Error('it can not be read');
  const again = new Cell(cell.id, cell.source);
  restoreCell(again, kept);
  return again;
};

const textOf = (cell: Cell): string =>
  cell.items.map((item) => (item.kind === 'text' ? item.raw() : item.kind)).join('|');

describe('a cell', () => {
  it('is the same again, with all that it has brought out', () => {
    const cell = running();
    cell.apply({ type: 'text', runId: 'run', stream: 'stdout', text: '\u001B[31mred\nstill red\u001B[0m\n' });
    cell.apply({ type: 'text', runId: 'run', stream: 'stderr', text: 'careful\n' });
    cell.apply({ type: 'output', runId: 'run', mime: { 'image/png': PIXEL, 'application/x-own': 'kept' } });
    cell.apply({ type: 'input', runId: 'run', prompt: 'Name? ', secret: false });
    cell.items = cell.items.map((item) => (item.kind === 'input' ? { ...item, answer: 'Ada' } : item));
    const error = { type: 'ValueError', message: 'no', traceback: 'Traceback', line: 2 };
    cell.finish(resultOf({ status: 'error', error }), 9);
    const again = keptAndRead(cell);
    // Counted from anew.
    cell.outputChanges = 0;
    expect(again).toEqual(cell);
    const block = again.items[0];
    expect(block?.kind === 'text' && block.lineAt(1)).toEqual({
      carry: '\u001B[31m',
      text: 'still red\u001B[0m',
    });
  });

  it('that was refused says why again, also when this version has no such code', () => {
    const cell = new Cell('s1-x-cell-1', 'code');
    cell.refuse('disabled', 'Python is off');
    expect(keptAndRead(cell).phase).toEqual(cell.phase);
    const foreign = new TextDecoder().decode(encodeCell(cell)).replace('"disabled"', '"of-tomorrow"');
    expect(decode(KeptCell, new TextEncoder().encode(foreign))?.phase).toEqual({
      name: 'refused',
      code: 'failed',
      message: 'Python is off',
    });
  });

  it('whose run had not ended is one whose run did not end', () => {
    const cell = running();
    cell.apply({ type: 'text', runId: 'run', stream: 'stdout', text: 'so far' });
    expect(keptAndRead(cell)).toMatchObject({ phase: { name: 'unfinished' }, number: 3, isCut: false });
    cell.apply({ type: 'text', runId: 'run', stream: 'stderr', text: '10 %\r20 %' });
    expect(textOf(keptAndRead(cell))).toBe('so far|20 %');
  });

  it('keeps no password', () => {
    const cell = running();
    cell.apply({ type: 'input', runId: 'run', prompt: 'Secret? ', secret: true });
    cell.items = cell.items.map((item) => (item.kind === 'input' ? { ...item, answer: 'opensesame' } : item));
    expect(new TextDecoder().decode(encodeCell(cell))).not.toContain('opensesame');
    expect(keptAndRead(cell).items).toMatchObject([{ kind: 'input', secret: true, answer: '' }]);
  });

  it('is kept as far as there is room, and says that some is missing', () => {
    const cell = running();
    cell.apply({ type: 'text', runId: 'run', stream: 'stdout', text: 'a'.repeat(KEPT_OUTPUT_LENGTH - 10) });
    cell.apply({ type: 'output', runId: 'run', mime: { 'text/html': 'b'.repeat(20) } });
    cell.apply({ type: 'text', runId: 'run', stream: 'stderr', text: 'c'.repeat(20) });
    const again = keptAndRead(cell);
    expect(again.isCut).toBe(true);
    expect(textOf(again)).toBe(`${'a'.repeat(KEPT_OUTPUT_LENGTH - 10)}|${'c'.repeat(10)}`);
    // It stays known when it is kept once more.
    expect(keptAndRead(again).isCut).toBe(true);
  });

  it('fits into a part, however many bytes its characters take', () => {
    const cell = running();
    cell.apply({ type: 'text', runId: 'run', stream: 'stdout', text: '\u0001'.repeat(KEPT_OUTPUT_LENGTH) });
    const bytes = encodeCell(cell);
    expect(bytes.byteLength).toBeLessThanOrEqual(LIMITS.workPartBytes);
    expect(keptAndRead(cell).isCut).toBe(true);
  });
});

describe('a session', () => {
  it('is the same again; code is never cut', () => {
    const session = new Session('s1-x', 4);
    const code = 'x = 1 # '.repeat(1_000_000);
    session.openCell().source = code;
    session.addCell('second');
    session.title = 'Rain';
    session.history.add('earlier');
    session.noteFiles([{ name: 'a.csv', size: 3, mime: '' }], null);
    session.scrollTop = 120;
    const kept = decode(KeptSession, encode(keptSession(session)));
    expect(kept).toMatchObject({ number: 4, title: 'Rain', history: ['earlier'], scrollTop: 120 });
    expect(kept?.cells.map(({ source }) => source === code || source)).toEqual([true, 'second']);
    expect(kept?.files).toEqual([{ name: 'a.csv', size: 3, mime: '', cell: null }]);
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '{"version":1'],
    ['another version', JSON.stringify({ ...keptSession(new Session('s1', 1)), version: 2 })],
    ['something more', JSON.stringify({ ...keptSession(new Session('s1', 1)), more: 1 })],
    ['a name that leads elsewhere', JSON.stringify({ ...keptSession(new Session('../s1', 1)) })],
  ])('is not read from %s', (_what, text) => {
    expect(decode(KeptSession, new TextEncoder().encode(text))).toBeNull();
  });
});
