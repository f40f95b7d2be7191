import { describe, expect, it } from 'vitest';
import { History } from '../../../src/renderer/console/model/history.ts';
import { Session } from '../../../src/renderer/console/model/session.ts';
import { resultOf } from '../../support/run-results.ts';

const ranCell = (session: Session, changes: Parameters<typeof resultOf>[0] = {}) => {
  const cell = session.addCell('x = 1');
  cell.begin(cell.id, session.nextRunNumber(), 0, { timeoutSeconds: 1, memoryMiB: 64, outputKiB: 64 });
  cell.finish(resultOf(changes), 1);
  return cell;
};

describe('a session', () => {
  it('always has a draft cell at its end', () => {
    const session = new Session('s', 1);
    const [only] = session.cells;
    if (only === undefined) throw new Error('no cell');
    session.removeCell(only);
    expect(session.cells).toHaveLength(1);
    ranCell(session);
    expect(session.openCell()).toBe(session.cells.at(-1));
    expect(session.cells.at(-1)?.phase.name).toBe('draft');
  });

  it('does not take a cell of text for one to write code in', () => {
    const session = new Session('s', 1);
    const [only] = session.cells;
    if (only === undefined) throw new Error('no cell');
    only.kind = 'markdown';
    expect(session.isUntouched).toBe(false);
    const open = session.openCell();
    expect(open).not.toBe(only);
    expect(open.kind).toBe('code');
  });

  it('marks the cells whose variables are lost, but not the cell that reports the loss', () => {
    const session = new Session('s', 1);
    const early = ranCell(session);
    const crashed = ranCell(session, { status: 'crashed', session: { id: 's', state: 'lost' } });
    const later = ranCell(session);
    const draft = session.addCell('y');
    session.noteFiles([{ name: 'a.csv', size: 1, mime: 'text/csv' }], 1);
    session.loseState('process-ended', later);
    expect([early, crashed, later, draft].map(({ stale }) => stale)).toEqual([true, false, false, false]);
    expect(session.files).toEqual([]);
    expect(session.lost).toEqual({ reason: 'process-ended', files: ['a.csv'], printed: '' });
    // What the run itself says of it comes after what the sandbox has said.
    session.loseState('run-stopped', later);
    expect(session.lost?.files).toEqual(['a.csv']);
    session.noteRun();
    expect(session.lost).not.toBeNull();
    early.stale = false;
    session.noteRun();
    expect(session.lost).toBeNull();
  });

  it('marks a cell at the next loss that told of an earlier one itself, and says that something is gone', () => {
    const session = new Session('s', 1);
    const lost = { id: 's', state: 'lost' } as const;
    const error = { type: 'ValueError', message: 'no', traceback: '…', line: 1 };
    const cells = [
      ranCell(session, { session: lost }),
      ranCell(session, { session: lost, status: 'error', error }),
      ranCell(session, { session: lost, status: 'timeout' }),
    ];
    session.loseState('evicted');
    expect(cells.map(({ stale }) => stale)).toEqual([true, true, false]);
    expect(session.lost).toEqual({ reason: 'evicted', files: [], printed: '' });
  });

  it('knows which cell made a file last', () => {
    const session = new Session('s', 1);
    session.noteFiles(
      [
        { name: 'b', size: 1, mime: '' },
        { name: 'a', size: 1, mime: '' },
      ],
      null,
    );
    session.noteFiles([{ name: 'b', size: 9, mime: '' }], 3);
    expect(session.files.map(({ name, size, cell }) => [name, size, cell])).toEqual([
      ['a', 1, null],
      ['b', 9, 3],
    ]);
  });
});

describe('earlier code', () => {
  it('comes newest first, and back again', () => {
    const history = new History();
    for (const code of ['a', 'b', 'b', ' ', 'c']) history.add(code);
    expect([history.older(), history.older(), history.older(), history.older()]).toEqual([
      'c',
      'b',
      'a',
      null,
    ]);
    expect(history.isShowing('a')).toBe(true);
    expect([history.newer(), history.newer(), history.newer(), history.newer()]).toEqual([
      'b',
      'c',
      '',
      null,
    ]);
  });

  it('begins at the newest again after a run', () => {
    const history = new History();
    history.add('a');
    history.older();
    history.add('b');
    expect(history.older()).toBe('b');
  });
});
