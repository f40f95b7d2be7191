/** Data frames that a session has shown, and their rows as somebody asks for them between the runs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, type TestContext } from 'vitest';
import { nodeTransport } from '../../src/main/packages/http/node-transport.ts';
import { openPackages } from '../../src/main/packages/open-packages.ts';
import { loadPyodideLock } from '../../src/main/packages/resolve/pyodide-lock.ts';
import { builtFiles } from '../../src/main/runtime/runtime-locations.ts';
import type { Sandbox } from '../../src/main/sandbox/sandbox.ts';
import {
  ShownTable,
  TABLE_MIME,
  TableAnswer,
  type TableFilter,
  type TableQuery,
} from '../../src/shared/contract/table.ts';
import { nodeSandbox, OUT_FOLDER } from '../support/node-sandbox.ts';
import { testWheels } from '../support/test-wheels.ts';

const LONG_MS = 300_000;
const SESSION = 'tables';

let opened: { readonly sandbox: Sandbox; readonly folder: string } | undefined;
afterAll(async () => {
  await opened?.sandbox.dispose();
  if (opened !== undefined) rmSync(opened.folder, { recursive: true, force: true });
});

const sandboxOf = async (context: TestContext): Promise<Sandbox> => {
  if (opened !== undefined) return opened.sandbox;
  const mirror = await testWheels(context);
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-tables-'));
  const { service } = openPackages({
    dataFolder: folder,
    ...(await loadPyodideLock(builtFiles(OUT_FOLDER).runtime)),
    settings: { autoInstall: true, mirror, allow: [] },
    transport: nodeTransport(),
    official: false,
  });
  opened = { folder, sandbox: nodeSandbox({ packages: service, memoryMiB: 1024 }) };
  return opened.sandbox;
};

const run = async (context: TestContext, code: string, tables = true) => {
  const sandbox = await sandboxOf(context);
  const source = `import numpy as np\nimport pandas as pd\n${code}`;
  const result = await sandbox.run({ code: source, session: SESSION, timeoutMs: LONG_MS }, { tables });
  expect(result.error).toBeNull();
  return result;
};

/** The last thing that the code shows. */
const shown = async (context: TestContext, code: string): Promise<ShownTable> => {
  const { outputs } = await run(context, code);
  return ShownTable.parse(JSON.parse(outputs.at(-1)?.mime[TABLE_MIME] ?? 'null'));
};

const ask = async (
  context: TestContext,
  { table }: ShownTable,
  query: Partial<TableQuery> = {},
): Promise<TableAnswer> => {
  const all: TableQuery = {
    table,
    sort: null,
    filter: null,
    first: 0,
    count: 100,
    firstField: 0,
    fields: 50,
    whole: false,
    ...query,
  };
  const rows = await (await sandboxOf(context)).tableRows(SESSION, all);
  if (rows.kind !== 'answered') throw new Error(rows.kind);
  return TableAnswer.parse(JSON.parse(rows.text));
};

const EVERY_TYPE = `
import datetime, decimal
class Odd:
    def __str__(self): return "odd"
pd.DataFrame({
    "float": [1.5, np.nan, None], "str": ["x", None, "NaN"],
    "time": [pd.NaT, pd.Timestamp("2020-01-01"), pd.Timestamp("2021-01-01 05:00")],
    "Int": pd.array([1, None, 3], dtype="Int64"), "object": [Odd(), [1, 2], None],
    "mixed": [decimal.Decimal("1.10"), {"a": 1}, datetime.date(2020, 1, 1)],
    "category": pd.Categorical(["u", "v", None]), "bool": [True, False, True],
    "day": pd.to_datetime(["2020-01-01", None, "2021-01-01"]), "third": [1 / 3, 1e-9, 1e20],
})`;

it('tells types, and missing values from texts', { timeout: LONG_MS }, async (context) => {
  const table = await shown(context, EVERY_TYPE);
  expect(table.fields.map(({ type }) => type)).toEqual([
    'int64',
    'float64',
    'str',
    expect.stringMatching(/^datetime64/u),
    'Int64',
    'object',
    'object',
    'category',
    'bool',
    expect.stringMatching(/^datetime64/u),
    'float64',
  ]);
  expect(table.head).toEqual([
    ['0', '1.5', 'x', 2, '1', 'odd', '1.10', 'u', 'True', '2020-01-01', '0.333333'],
    ['1', 0, 0, '2020-01-01 00:00:00', 3, '[1, 2]', "{'a': 1}", 'v', 'False', 0, '1e-09'],
    ['2', 0, 'NaN', '2021-01-01 05:00:00', '3', 1, '2020-01-01', 0, 'True', '2021-01-01', '1e+20'],
  ]);
  // Every column is sorted, whatever is in it.
  for (const field of table.fields.keys())
    for (const descending of [true, false])
      expect(await ask(context, table, { sort: { field, descending } })).toMatchObject({ rows: 3 });
  expect(await ask(context, table, { firstField: 10, fields: 1, whole: true })).toMatchObject({
    cells: [['0.3333333333333333'], ['1e-09'], ['1e+20']],
  });
});

it('only who asks for rows gets tables', { timeout: LONG_MS }, async (context) => {
  const { outputs } = await run(context, 'pd.DataFrame({"a": [1]})', false);
  expect(Object.keys(outputs[0]?.mime ?? {})).toEqual(['text/plain', 'text/html']);
  expect((await run(context, 'pd.Series([1])', false)).outputs).toEqual([]);
});

it('has levels of rows and columns', { timeout: LONG_MS }, async (context) => {
  const table = await shown(
    context,
    `pd.DataFrame(np.arange(24).reshape(6, 4), index=pd.MultiIndex.from_product([["a", "b"], [1, 2, 3]], names=["k", None]),
             columns=pd.MultiIndex.from_product([["x", "y"], ["p", "q"]]))`,
  );
  expect(table.levels).toBe(2);
  expect(table.fields.map(({ name }) => name)).toEqual([
    ['k'],
    [''],
    ['x', 'p'],
    ['x', 'q'],
    ['y', 'p'],
    ['y', 'q'],
  ]);
  const answer = await ask(context, table, { sort: { field: 1, descending: true }, count: 2 });
  expect(answer).toMatchObject({
    cells: [
      ['a', '3', '8', '9', '10', '11'],
      ['b', '3', '20', '21', '22', '23'],
    ],
  });
});

describe('a frame of 100,000 rows', () => {
  const FRAME =
    'df = pd.DataFrame({"n": np.arange(100_000) % 1000, "name": [f"row {i}" for i in range(100_000)]})\ndf';

  it('is as it was shown, whatever the code does with it later', { timeout: LONG_MS }, async (context) => {
    const table = await shown(context, FRAME);
    await run(context, 'df["n"] = -1\ndf.drop(df.index, inplace=True)');
    expect(await ask(context, table, { first: 99_999 })).toEqual({
      kind: 'rows',
      rows: 100_000,
      cells: [['99999', '999', 'row 99999']],
    });
  });

  it.for<[TableFilter, number]>([
    [{ field: 1, operator: '=', text: '7' }, 100],
    [{ field: 1, operator: '!=', text: '7' }, 99_900],
    [{ field: 1, operator: '<', text: '1.5' }, 200],
    [{ field: 2, operator: 'contains', text: 'ROW 9999' }, 11],
    [{ field: null, operator: 'contains', text: '99999' }, 1],
    [{ field: 2, operator: '=', text: 'row 5' }, 1],
    [{ field: 2, operator: 'missing', text: '' }, 0],
    [{ field: 1, operator: 'present', text: '' }, 100_000],
  ])('is filtered by %j', { timeout: LONG_MS }, async ([filter, rows], context) => {
    const table = await shown(context, FRAME);
    expect(await ask(context, table, { filter, count: 1 })).toMatchObject({ kind: 'rows', rows });
    const other: TableFilter = { field: 1, operator: '>', text: 'x' };
    expect(await ask(context, table, { filter: other })).toEqual({ kind: 'no-value' });
  });
});

it('one that is too large says how much of it is kept', { timeout: LONG_MS }, async (context) => {
  const long = await shown(context, 'pd.Series(range(2_000_000))');
  expect(long).toMatchObject({ rows: 2_000_000, keptRows: 1_000_000 });
  const wide = await shown(context, 'pd.DataFrame(np.zeros((200, 20_000)))');
  expect(wide).toMatchObject({ rows: 200, columns: 20_000, keptRows: 100 });
  expect(wide.fields).toHaveLength(10_001);
  const heavy = await shown(context, 'pd.DataFrame({"a": ["x" * 400_000] * 5})');
  const answer = await ask(context, heavy, { whole: true });
  // As many as fit into an answer; the others are asked for then.
  expect(answer).toMatchObject({ rows: 5, cells: [expect.anything()] });
});

it('the oldest of many is gone, and says so', { timeout: LONG_MS }, async (context) => {
  const first = await shown(context, 'pd.DataFrame({"a": [1]})');
  await run(context, 'for i in range(20): display(pd.DataFrame({"a": [i]}))');
  expect(await ask(context, first)).toEqual({ kind: 'gone' });
});

it('does not wait for a run, and what takes long ends', { timeout: LONG_MS }, async (context) => {
  const sandbox = await sandboxOf(context);
  const table = await shown(context, 'pd.Series([1.0, 2.0])');
  // However fast the computer is.
  await run(context, 'isna = pd.Series.isna\npd.Series.isna = lambda field: [0 for _ in iter(int, 1)]');
  expect(await ask(context, table)).toEqual({ kind: 'slow' });
  await run(context, 'pd.Series.isna = isna');
  const stop = new AbortController();
  const running = sandbox.run(
    { code: 'print("in", flush=True)\nwhile True: pass', session: SESSION, timeoutMs: LONG_MS },
    { signal: stop.signal },
  );
  const asked: TableQuery = {
    table: table.table,
    sort: null,
    filter: null,
    first: 0,
    count: 1,
    firstField: 0,
    fields: 1,
    whole: false,
  };
  expect(await sandbox.tableRows(SESSION, asked)).toEqual({ kind: 'busy' });
  stop.abort();
  await running;
  expect(await sandbox.tableRows('another', asked)).toEqual({ kind: 'no-session' });
});
