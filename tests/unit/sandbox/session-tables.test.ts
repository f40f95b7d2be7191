import { expect, it } from 'vitest';
import type { TableQuery } from '../../../src/shared/contract/table.ts';
import { never, stage, turns, until, utf8 } from './support.ts';

const query: TableQuery = {
  ...{ table: 'a'.repeat(24), sort: null, filter: null, whole: false },
  ...{ first: 0, count: 1, firstField: 0, fields: 1 },
};

it('rows are what the interpreter says', async () => {
  const { sandbox } = stage({
    tableRows: async (_params, { write }) => {
      await write({ bytes: utf8('{"kind":"gone"}') });
      return {};
    },
  });
  expect(await sandbox.tableRows('s', query)).toEqual({ kind: 'no-session' });
  await sandbox.run({ code: '1', session: 's' });
  expect(await sandbox.tableRows('s', query)).toEqual({ kind: 'answered', text: '{"kind":"gone"}' });
});

it('rows are not asked for while the session is at work', async () => {
  const { clock, launcher, sandbox } = stage({ run: never });
  void sandbox.run({ code: '1', session: 's' });
  await until(() => launcher.processes[0]?.called('run').length === 1);
  const asked = sandbox.tableRows('s', query);
  clock.advance(500);
  expect(await asked).toEqual({ kind: 'busy' });
  expect(launcher.last.called('tableRows')).toEqual([]);
});

it('an interpreter that does not answer in 10 s is closed, and its session lost', async () => {
  const { clock, launcher, sandbox } = stage({ tableRows: never });
  await sandbox.run({ code: '1', session: 's' });
  const asked = sandbox.tableRows('s', query);
  await until(() => launcher.last.called('tableRows').length === 1);
  clock.advance(9999);
  await turns();
  expect(launcher.last.called('closeInterpreter')).toEqual([]);
  clock.advance(1);
  expect(await asked).toEqual({ kind: 'slow' });
  expect(launcher.last.called('closeInterpreter')).toHaveLength(1);
  expect(await sandbox.run({ code: '1', session: 's' })).toMatchObject({ session: { state: 'lost' } });
});
