/** The search through a session: what is current, where it goes on, and what changes in the meantime. */
import { nextTick, shallowReactive, shallowRef, type ShallowRef } from 'vue';
import { expect, it } from 'vitest';
import { Finder } from '../../../../src/renderer/console/find/finder.ts';
import { richItem } from '../../../../src/renderer/console/model/cell.ts';
import { Session } from '../../../../src/renderer/console/model/session.ts';
import { TABLE_MIME } from '../../../../src/shared/contract/table.ts';
import { resultOf } from '../../../support/run-results.ts';
import { eventually } from '../../../support/eventually.ts';

interface Opened {
  readonly finder: Finder;
  readonly session: Session;
  readonly active: ShallowRef<Session | null>;
}

const sessionWith = (...sources: string[]): Session => {
  const session = shallowReactive(new Session('s1-x', 1));
  session.cells = [];
  for (const source of sources) session.addCell(source);
  return session;
};
const open = (...sources: string[]): Opened => {
  const session = sessionWith(...sources);
  const active = shallowRef<Session | null>(session);
  return { finder: new Finder(active), session, active };
};
const found = (finder: Finder): readonly (readonly [string, number])[] =>
  finder.found.value.all.map(({ cell, from }) => [cell.id, from] as const);
const counts = (finder: Finder, at: number, of: number): Promise<void> =>
  eventually(() => {
    expect(finder.found.value.isWhole).toBe(true);
    expect([finder.at.value + 1, finder.found.value.all.length]).toEqual([at, of]);
    return Promise.resolve();
  });

it('goes through all matches in their order, and begins at the cell that one is at', async () => {
  const { finder, session } = open('x = 1', 'y', 'x + x');
  finder.open(session.cells[1] ?? null, 'x');
  await counts(finder, 2, 3);
  expect(found(finder)).toEqual([
    ['s1-x-cell-2', 0],
    ['s1-x-cell-4', 0],
    ['s1-x-cell-4', 4],
  ]);
  finder.go(1);
  expect(finder.at.value).toBe(2);
  finder.go(1);
  expect(finder.at.value).toBe(0);
  finder.go(-1);
  expect(finder.at.value).toBe(2);
  expect(finder.shown.value?.match).toBe(finder.current.value);
});

it('stays at its place while the text gets longer', async () => {
  const { finder } = open('nee', 'needle, nee', 'needle');
  finder.open(null, 'nee');
  await counts(finder, 1, 4);
  finder.go(1);
  finder.text.value = 'needle';
  await nextTick();
  await counts(finder, 1, 2);
  expect(finder.current.value?.cell.source).toBe('needle, nee');
});

it('counts what is printed and written in the meantime, and stays where it is', async () => {
  const { finder, session } = open('x', 'none');
  const second = session.cells[1];
  if (second === undefined) throw new Error('no cell');
  finder.open(null, 'x');
  await counts(finder, 1, 1);
  const { current } = finder;
  const before = current.value;
  second.begin('run', 1, 0, { timeoutSeconds: 60, memoryMiB: 512, outputKiB: 64 });
  second.apply({ type: 'text', runId: 'run', stream: 'stdout', text: 'x\nx' });
  second.items = [...second.items];
  await counts(finder, 1, 3);
  expect(current.value).toBe(before);
  second.apply({ type: 'text', runId: 'run', stream: 'stdout', text: 'x' });
  second.finish(resultOf({}), 1);
  await counts(finder, 1, 4);
  finder.go(-1);
  expect(finder.at.value).toBe(3);
  // What it was at is gone: the next one is current, and nothing moves.
  const last = finder.shown.value;
  second.source = 'xx';
  second.clear();
  await counts(finder, 1, 3);
  expect(finder.shown.value).toBe(last);
});

it('counts also while output comes in without a pause', async () => {
  const { finder, session } = open('print');
  const [cell] = session.cells;
  if (cell === undefined) throw new Error('no cell');
  cell.begin('run', 1, 0, { timeoutSeconds: 60, memoryMiB: 512, outputKiB: 64 });
  finder.open(null, 'tick');
  const printing = setInterval(() => {
    cell.apply({ type: 'text', runId: 'run', stream: 'stdout', text: 'tick\n' });
    cell.items = [...cell.items];
  }, 20);
  try {
    await eventually(() => expect(finder.found.value.all.length).toBeGreaterThan(3));
  } finally {
    clearInterval(printing);
  }
});

it('says of which outputs not all is searched: charts, and tables with rows that did not come along', async () => {
  const { finder, session } = open('x');
  const table = (keptRows: number): string =>
    JSON.stringify({
      version: 1,
      table: 'ab',
      rows: keptRows,
      columns: 1,
      keptRows,
      levels: 1,
      fields: [{ name: [''], type: 'int64', isNumber: true }],
      head: [['needle']],
    });
  const shown = [
    { [TABLE_MIME]: table(1) },
    { [TABLE_MIME]: table(1000) },
    { 'application/vnd.plotly.v1+json': '{"data":[]}' },
    { 'application/vnd.vegalite.v6.json': '{"needle": 1}' },
  ];
  const [cell] = session.cells;
  if (cell === undefined) throw new Error('no cell');
  cell.items = shown.map((mime) => richItem(mime));
  expect(cell.items.map((item) => item.kind === 'rich' && item.shown.kind)).toEqual([
    'table',
    'table',
    'chart',
    'chart',
  ]);
  expect(finder.unsearched.value).toEqual({ charts: 0, tables: 0 });
  finder.open(null, 'needle');
  await counts(finder, 1, 2);
  expect(finder.unsearched.value).toEqual({ charts: 2, tables: 1 });
});

it('finds nothing once it is closed, and the same when it is opened again', async () => {
  const { finder } = open('x');
  finder.open(null, 'x');
  await counts(finder, 1, 1);
  finder.close();
  await counts(finder, 0, 0);
  expect(finder.pattern.value).toBeNull();
  finder.open(null);
  await counts(finder, 1, 1);
});

it('looks through another session when that comes into view', async () => {
  const { active, finder } = open('x');
  finder.open(null, 'x');
  await counts(finder, 1, 1);
  active.value = sessionWith('x', 'x');
  await counts(finder, 1, 2);
  active.value = null;
  await counts(finder, 0, 0);
});

it('goes to the match that is nearest without a look through all outputs for each', async () => {
  const { finder, session } = open('none');
  const [cell] = session.cells;
  if (cell === undefined) throw new Error('no cell');
  let asked = 0;
  const items = Array.from({ length: 2000 }, () => ({ kind: 'value', text: 'x xy' }) as const);
  cell.items = new Proxy(items, {
    get: (target, key, receiver) => {
      asked += 1;
      return Reflect.get(target, key, receiver) as unknown;
    },
  });
  finder.open(null, 'x');
  await counts(finder, 1, 4000);
  finder.go(-1);
  await nextTick();
  asked = 0;
  finder.text.value = 'xy';
  await nextTick();
  await counts(finder, 2000, 2000);
  expect(asked).toBeLessThan(100_000);
});
