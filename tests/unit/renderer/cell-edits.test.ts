import { describe, expect, it } from 'vitest';
import { cellKeyOf, type PressedKey } from '../../../src/renderer/console/cells/cell-keys.ts';
import {
  changeKind,
  duplicateCell,
  isPossible,
  mergedSource,
  moveCell,
  outputText,
  placeCell,
  splitCell,
} from '../../../src/renderer/console/model/cell-edits.ts';
import { Session } from '../../../src/renderer/console/model/session.ts';
import { resultOf } from '../../support/run-results.ts';

const sessionOf = (...sources: string[]) => {
  const session = new Session('s1', 1);
  session.cells = [];
  const cells = sources.map((source) => session.addCell(source));
  return { session, cells, sources: () => session.cells.map(({ source }) => source) };
};

describe('cells', () => {
  it('are put above the first, and below any', () => {
    const { session, cells, sources } = sessionOf('one', 'two');
    session.addCell('zero', null);
    session.addCell('between', cells[0]);
    expect(sources()).toEqual(['zero', 'one', 'between', 'two']);
  });

  it('move by one, and stay at the ends', () => {
    const { session, cells, sources } = sessionOf('one', 'two', 'three');
    const [one, , three] = cells;
    if (one === undefined || three === undefined) throw new Error('no cells');
    moveCell(session, one, 1);
    moveCell(session, three, 1);
    expect(sources()).toEqual(['two', 'one', 'three']);
    expect([isPossible('move-down', session, three), isPossible('move-up', session, three)]).toEqual([
      false,
      true,
    ]);
    moveCell(session, three, -1);
    expect(sources()).toEqual(['two', 'three', 'one']);
  });

  it.each([
    [0, 2, 'below', 'two three one'],
    [0, 2, 'above', 'two one three'],
    [2, 0, 'above', 'three one two'],
    [2, 0, 'below', 'one three two'],
    [1, 1, 'below', 'one two three'],
  ] as const)('are put at the side of another one: %j', (from, to, side, expected) => {
    const { session, cells, sources } = sessionOf('one', 'two', 'three');
    const [moved, other] = [cells[from], cells[to]];
    if (moved === undefined || other === undefined) throw new Error('no cells');
    placeCell(session, moved, other, side);
    expect(sources().join(' ')).toBe(expected);
  });

  it('of another session are not put anywhere', () => {
    const { session, cells, sources } = sessionOf('one');
    const { cells: others } = sessionOf('other');
    const [one, other] = [cells[0], others[0]];
    if (one === undefined || other === undefined) throw new Error('no cells');
    placeCell(session, other, one, 'below');
    placeCell(session, one, other, 'below');
    expect(sources()).toEqual(['one']);
  });

  it.each([
    ['a = 1\nb = 2', 5, 'a = 1', 'b = 2'],
    ['a = 1\nb = 2', 6, 'a = 1', 'b = 2'],
    ['a = 1\nb = 2', 3, 'a =', ' 1\nb = 2'],
    ['a = 1', 0, '', 'a = 1'],
    ['a = 1', 5, 'a = 1', ''],
    ['a\n\n\nb', 2, 'a', '\nb'],
  ])('%j is split at %i', (source, at, upper, lower) => {
    const { session, cells, sources } = sessionOf(source, 'last');
    const [cell] = cells;
    if (cell === undefined) throw new Error('no cell');
    splitCell(session, cell, at);
    expect(sources()).toEqual([upper, lower, 'last']);
  });

  it('are duplicated without what came of them', () => {
    const { session, cells } = sessionOf('code');
    const [cell] = cells;
    if (cell === undefined) throw new Error('no cell');
    cell.begin('run', 1, 0, { timeoutSeconds: 1, memoryMiB: 64, outputKiB: 64 });
    cell.finish(resultOf({ stdout: 'text' }), 1);
    expect(duplicateCell(session, cell)).toMatchObject({
      source: 'code',
      phase: { name: 'draft' },
      items: [],
    });
  });

  it('are merged with a line break where both have code', () => {
    expect([mergedSource('a', 'b'), mergedSource('', 'b'), mergedSource('a', '')]).toEqual([
      'a\nb',
      'b',
      'a',
    ]);
  });

  it('give their output as text, without colours and passwords', () => {
    const { cells } = sessionOf('code');
    const [cell] = cells;
    if (cell === undefined) throw new Error('no cell');
    cell.begin('run', 1, 0, { timeoutSeconds: 1, memoryMiB: 64, outputKiB: 64 });
    cell.apply({ type: 'text', runId: 'run', stream: 'stdout', text: '\u001B[31mred\u001B[0m\n' });
    cell.apply({ type: 'input', runId: 'run', prompt: 'Secret? ', secret: true });
    cell.items = cell.items.map((item) => (item.kind === 'input' ? { ...item, answer: 'opensesame' } : item));
    cell.finish(resultOf({ value: { text: '42' } }), 1);
    expect(outputText(cell)).toBe('red\nSecret? \n42');
    cell.clear();
    expect([cell.items, cell.phase.name, cell.number]).toEqual([[], 'draft', null]);
  });
});

describe('keys of a cell', () => {
  const key = (name: string, held: Partial<PressedKey> = {}) =>
    cellKeyOf({
      key: name,
      altKey: false,
      ctrlKey: false,
      metaKey: false,
      shiftKey: false,
      ...held,
    });

  it('are its own alone', () => {
    expect([key('a'), key('A'), key('ArrowUp'), key('ArrowUp', { altKey: true })]).toEqual([
      'insert-above',
      'insert-above',
      'previous',
      'move-up',
    ]);
    expect([key('m'), key('M', { shiftKey: true }), key('y')]).toEqual(['to-text', 'merge', 'to-code']);
    const others = [
      key('a', { ctrlKey: true }),
      key('d', { metaKey: true }),
      key('A', { shiftKey: true }),
      key('Enter', { shiftKey: true }),
      key('x'),
      key('toString'),
      key('Tab'),
    ];
    expect(others.filter((found) => found !== null)).toEqual([]);
  });
});

describe('a cell that is made text', () => {
  const ran = () => {
    const { cells, session } = sessionOf('print(1)');
    const [cell] = cells;
    if (cell === undefined) throw new Error('no cell');
    cell.begin('r', 7, 0, { timeoutSeconds: 1, memoryMiB: 64, outputKiB: 64 });
    cell.finish(resultOf({ stdout: 'hours of work' }), 1);
    return { cell, session };
  };

  it('gets its output back when that is undone', () => {
    const { cell } = ran();
    const before = cell.outcome;
    const putBack = changeKind(cell, 'markdown');
    expect([cell.kind, outputText(cell), cell.number]).toEqual(['markdown', '', null]);
    const changes = cell.outputChanges;
    putBack();
    expect(cell.kind).toBe('code');
    expect(outputText(cell)).toBe('hours of work');
    expect(cell.outcome).toEqual(before);
    // So that it is kept on disk again.
    expect(cell.outputChanges).toBeGreaterThan(changes);
  });

  it('keeps what came of it since', () => {
    const { cell } = ran();
    const putBack = changeKind(cell, 'markdown');
    changeKind(cell, 'code');
    cell.begin('r2', 8, 0, { timeoutSeconds: 1, memoryMiB: 64, outputKiB: 64 });
    cell.finish(resultOf({ stdout: 'newer' }), 1);
    putBack();
    expect(outputText(cell)).toBe('newer');
  });
});
