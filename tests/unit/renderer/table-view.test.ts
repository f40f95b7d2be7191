/** Rows of a data frame as the guest gives them, who may say anything. */
import { describe, expect, it } from 'vitest';
import {
  TABLE_MIME,
  TableAnswer,
  ShownTable,
  type TableCell,
  type TableQuery,
  type TableRows,
} from '../../../src/shared/contract/table.ts';
import {
  heightOf,
  ROW_HEIGHT,
  rowWindow,
  scrollTopFor,
} from '../../../src/renderer/console/model/tables/row-window.ts';
import { shownOutput } from '../../../src/renderer/console/model/rich-output.ts';
import { csvLine, headLines, tsvLine } from '../../../src/renderer/console/model/tables/table-text.ts';
import { TableView } from '../../../src/renderer/console/model/tables/table-view.ts';

const table = (rows: number, columns: number, headRows = 2): ShownTable => ({
  version: 1,
  table: 'ab12',
  rows,
  columns,
  keptRows: rows,
  levels: 1,
  fields: Array.from({ length: columns + 1 }, (_, at) => ({
    name: [at === 0 ? '' : `c${at}`],
    type: 'int64',
    isNumber: true,
  })),
  head: Array.from({ length: Math.min(rows, headRows) }, (_, row) =>
    rowOf(row, 0, Math.min(60, columns + 1)),
  ),
});

const rowOf = (row: number, firstField: number, fields: number): TableCell[] =>
  Array.from({ length: fields }, (_, at) => `${row}:${firstField + at}`);

/** What an honest interpreter says. */
const honest = (rows: number, query: TableQuery): object => ({
  kind: 'rows',
  rows,
  cells: Array.from({ length: Math.max(0, Math.min(query.count, rows - query.first)) }, (_, index) =>
    rowOf(query.first + index, query.firstField, query.fields),
  ),
});

interface Opened {
  readonly view: TableView;
  readonly asked: TableQuery[];
  /** Resolves when nothing is asked any more. */
  readonly calm: () => Promise<void>;
}

const open = (
  shown: ShownTable,
  answer: (query: TableQuery) => object | string = (query) => honest(shown.rows, query),
  isBusy: () => boolean = () => false,
): Opened => {
  const asked: TableQuery[] = [];
  const view = new TableView(shown, {
    isBusy,
    rows: (query) => {
      asked.push(query);
      const said = answer(query);
      if (said === 'no-answer')
        return Promise.resolve({ ok: false, error: { code: 'failed', message: 'no answer' } });
      const value: TableRows =
        said === 'busy' || said === 'slow' || said === 'no-session'
          ? { kind: said }
          : { kind: 'answered', text: typeof said === 'string' ? said : JSON.stringify(said) };
      return Promise.resolve({ ok: true, value });
    },
  });
  return {
    view,
    asked,
    calm: async () => {
      for (let before = -1; before !== asked.length;) {
        before = asked.length;
        for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      }
    },
  };
};

const sight = (firstRow: number, fields: readonly number[] = [1]) => ({ firstRow, rows: 20, fields });

describe('what is in sight', () => {
  it('is asked for once, in blocks, with the index', async () => {
    const { asked, calm, view } = open(table(100_000, 90));
    view.want(sight(99_990, [85]));
    await calm();
    expect(asked.map(({ count, first, firstField, fields }) => [first, count, firstField, fields])).toEqual([
      [99_990, 10, 0, 40],
      [99_990, 10, 80, 11],
    ]);
    expect(view.cell(99_999, 85)).toBe('99999:85');
    expect(view.cell(99_999, 0)).toBe('99999:0');
    expect(view.cell(99_999, 50)).toBeUndefined();
    view.want(sight(99_990, [85]));
    await calm();
    expect(asked).toHaveLength(2);
  });

  it('is there at once when it came with the table', async () => {
    const { asked, calm, view } = open(table(2, 50));
    view.want(sight(0, [1, 50]));
    await calm();
    expect(asked).toEqual([]);
    expect(view.isWhole).toBe(true);
  });

  it('waits for the end of a run, and comes then', async () => {
    let busy = true;
    const { calm, view } = open(table(1000, 3), undefined, () => busy);
    view.want(sight(500));
    await calm();
    expect(view.trouble.value).toBe('busy');
    busy = false;
    await expect.poll(() => view.cell(500, 1)).toBe('500:1');
    expect(view.trouble.value).toBeNull();
    view.dispose();
  });

  it('is gone with the interpreter; what was loaded stays, and is all there is', async () => {
    let kind: 'gone' | 'rows' = 'rows';
    const { calm, view } = open(table(1000, 3), (query) =>
      kind === 'gone' ? { kind } : honest(1000, query),
    );
    view.want(sight(500));
    await calm();
    kind = 'gone';
    view.want(sight(900));
    await calm();
    expect(view.trouble.value).toBe('gone');
    expect(view.loadedRows?.slice(0, 4)).toEqual([0, 1, 500, 501]);
    expect(view.loadedRows).toHaveLength(102);
    expect(await view.setOrder({ sort: { field: 1, descending: true }, filter: null })).toBe('gone');
  });

  it('is what came with the table where there is no interpreter, as in an opened document', () => {
    const view = new TableView(table(1000, 3), null);
    expect(view.trouble.value).toBe('gone');
    expect(view.loadedRows).toEqual([0, 1]);
    // Nothing is missing of a small one.
    expect(new TableView(table(2, 3), null).trouble.value).toBeNull();
  });
});

describe('an order', () => {
  it('is taken once its first rows are there; what can not be met changes nothing', async () => {
    const { calm, view } = open(table(1000, 3), (query) => {
      if (query.filter?.text === 'x') return { kind: 'no-value' };
      if (query.filter?.text === 'slow') return 'slow';
      if (query.filter?.text === 'odd') return { kind: 'failed' };
      if (query.filter?.text === 'no answer') return 'no-answer';
      return honest(query.filter === null ? 1000 : 7, query);
    });
    const filter = { field: 1, operator: '>', text: '5' } as const;
    expect(await view.setOrder({ sort: null, filter })).toBeNull();
    expect(view.rows.value).toBe(7);
    expect(await view.setOrder({ sort: null, filter: { ...filter, text: 'x' } })).toBe('no-value');
    expect(await view.setOrder({ sort: null, filter: { ...filter, text: 'slow' } })).toBe('slow');
    for (const text of ['odd', 'no answer'])
      expect(await view.setOrder({ sort: null, filter: { ...filter, text } })).toBe('failed');
    expect(view.canOrder).toBe(true);
    await calm();
    expect(view.rows.value).toBe(7);
    expect(view.order.value.filter).toEqual(filter);
    expect(view.trouble.value).toBeNull();
  });
});

describe('a guest that lies', () => {
  const lies: readonly (readonly [string, (query: TableQuery) => object | string])[] = [
    ['of more rows than there are', (query) => honest(5000, { ...query, first: 0 })],
    ['of other rows than before', (query) => honest(999, query)],
    ['with rows of another length', () => ({ kind: 'rows', rows: 1000, cells: [['a']] })],
    ['with more rows than were asked for', (query) => honest(1000, { ...query, count: query.count + 1 })],
    ['with no rows, again and again', () => ({ kind: 'rows', rows: 1000, cells: [] })],
    ['with cells that are no texts', () => ({ kind: 'rows', rows: 1000, cells: [[{}, 1, 1, 1]] })],
    ['with keys of its own', (query) => ({ ...honest(1000, query), more: 1 })],
    ['with something else than JSON', () => '{"kind":'],
    ['with nothing', () => ''],
  ];
  it.each(lies)('%s is not believed, and asked no more', async (_, answer) => {
    const { asked, calm, view } = open(table(1000, 3), answer);
    view.want(sight(500));
    await calm();
    expect(view.trouble.value).toBe('unsound');
    expect(asked).toHaveLength(1);
    expect(view.loadedRows).toEqual([0, 1]);
  });

  it.each([
    ['more levels than fields', { levels: 5 }],
    ['more rows kept than there are', { keptRows: 1001 }],
    ['more rows than anybody can keep', { rows: 1e9, keptRows: 1e9 }],
    ['rows of different lengths', { head: [['a'], ['a', 'b']] }],
    ['a name that is none', { table: '../x' }],
  ])('a description with %s is not used: the HTML is', (_, wrong) => {
    const mime = { [TABLE_MIME]: JSON.stringify({ ...table(1000, 3), ...wrong }), 'text/html': '<table>' };
    expect(shownOutput(mime).kind).toBe('html');
    expect(shownOutput({ ...mime, [TABLE_MIME]: JSON.stringify(table(1000, 3)) }).kind).toBe('table');
  });
});

describe('reading for the clipboard and files', () => {
  it('gives every row once, also when they come in smaller pieces and wide', async () => {
    const { view } = open(table(2500, 250), (query) =>
      honest(2500, { ...query, count: Math.min(query.count, 700) }),
    );
    const rows: number[] = [];
    const range = { firstRow: 0, endRow: 2500, firstField: 0, endField: 251 };
    const told = await view.read(range, Infinity, (cells, row) => {
      expect([cells.length, cells[0], cells[250]]).toEqual([251, `${row}:0`, `${row}:250`]);
      rows.push(row);
    });
    expect(told).toBeNull();
    expect(rows).toEqual(Array.from({ length: 2500 }, (_, row) => row));
  });

  it('ends where it is too much', async () => {
    const { view } = open(table(2500, 3));
    const range = { firstRow: 0, endRow: 2500, firstField: 0, endField: 4 };
    expect(await view.read(range, 1000, () => undefined)).toBe('too-much');
  });

  it('gives lines that other programs read', () => {
    expect(tsvLine(['a\tb', 'c\nd', 0, ''])).toBe('a b\tc d\t\t');
    expect(csvLine(['a,b', 'say "x"', 0, '', 'c'])).toBe('"a,b","say ""x""",,"",c');
    const grouped = table(1, 2);
    const fields = [grouped.fields[0], { name: ['x', 'p'] }, { name: ['x', 'q'] }].map((field) => ({
      type: 'int64',
      isNumber: true,
      name: field?.name ?? [],
    }));
    expect(headLines({ ...grouped, fields }, 0, 3)).toEqual([
      ['', 'x', 'x'],
      ['', 'p', 'q'],
    ]);
  });
});

describe('rows in sight', () => {
  it.each([[3], [1000], [1_000_000]])('of %i, every one can be reached, also the last', (rows) => {
    const height = 10 * ROW_HEIGHT + 7;
    for (const row of [0, 1, Math.floor(rows / 2), rows - 2, rows - 1]) {
      const top = scrollTopFor(row, rows, 0, height);
      // Browsers keep scroll places to whole pixels.
      const seen = rowWindow(rows, Math.round(top), height);
      expect(row).toBeGreaterThanOrEqual(seen.top);
      expect(row).toBeLessThan(seen.end);
      const y = seen.offset + (row - seen.first) * ROW_HEIGHT;
      expect(y).toBeGreaterThanOrEqual(Math.round(top) - ROW_HEIGHT);
      expect(y + ROW_HEIGHT).toBeLessThanOrEqual(Math.round(top) + height + ROW_HEIGHT);
      expect(seen.end - seen.first).toBeLessThan(30);
    }
    expect(heightOf(rows)).toBeLessThanOrEqual(12_000_000);
  });
});

describe('a table that is forged to keep the page busy', () => {
  const LENGTH = 2 * 1024 * 1024 - 2000;
  const many = (piece: string): string =>
    `${piece},`.repeat(Math.floor(LENGTH / (piece.length + 1))).slice(0, -1);
  const described = (wrong: Readonly<Record<string, string>>): string => {
    const { fields, head, ...rest } = table(1000, 3);
    const lists = { fields: JSON.stringify(fields), head: JSON.stringify(head), ...wrong };
    return `${JSON.stringify(rest).slice(0, -1)},"fields":${lists.fields},"head":${lists.head}}`;
  };
  /** The least of several: other programs take time of the machine, too. */
  const leastTime = (work: () => void): number =>
    Math.min(
      ...[1, 2, 3].map(() => {
        const started = performance.now();
        work();
        return performance.now() - started;
      }),
    );

  it.each([
    ['cells that are none', { head: `[[${many('{}')}]]` }],
    ['cells without an end', { head: `[[${many('0')}]]` }],
    ['rows without an end', { head: `[${many('[]')}]` }],
    ['fields that are none', { fields: `[${many('{}')}]` }],
    ['as many fields as there may be, none of which is one', { fields: `[${'{},'.repeat(10_000)}0]` }],
    ['names without an end', { fields: `[{"name":[${many('0')}],"type":"","isNumber":true}]` }],
  ])('is given up at once: %s', (_what, wrong) => {
    const text = described(wrong);
    expect(text.length).toBeLessThan(2 * 1024 * 1024);
    expect(shownOutput({ [TABLE_MIME]: text, 'text/plain': 'x' }).kind).toBe('text');
    const read: unknown = JSON.parse(text);
    expect(leastTime(() => expect(ShownTable.safeParse(read).success).toBe(false))).toBeLessThan(100);
  });

  it.each([{ head: null }, { fields: null }, { head: [null] }, { fields: [null] }, { fields: [] }])(
    'is none with %j',
    (wrong) => {
      expect(ShownTable.safeParse({ ...table(1000, 3), ...wrong }).success).toBe(false);
    },
  );

  it('has no more rows and fields at its head than come with one', () => {
    const head = (rows: number, fields: number): string =>
      described({
        fields: JSON.stringify(table(1000, 200).fields),
        head: JSON.stringify(Array.from({ length: rows }, () => Array.from({ length: fields }, () => 'x'))),
      });
    const kind = (text: string): string => shownOutput({ [TABLE_MIME]: text, 'text/plain': 'x' }).kind;
    expect([kind(head(100, 60)), kind(head(101, 60)), kind(head(100, 61))]).toEqual([
      'table',
      'text',
      'text',
    ]);
  });

  it.each([
    ['cells that are none', `[[${many('{}')}]]`],
    ['cells without an end', `[[${many('0')}]]`],
    ['as many as there may be, none of which is one', `[${many(`[${'{},'.repeat(199)}{}]`)}]`],
  ])('answers that are given up at once: %s', (_what, cells) => {
    const read: unknown = JSON.parse(`{"kind":"rows","rows":1000,"cells":${cells}}`);
    expect(leastTime(() => expect(TableAnswer.safeParse(read).success).toBe(false))).toBeLessThan(100);
  });
});
