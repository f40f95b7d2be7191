/** Servers that come and go while the app runs, each by itself; real ones, over stdin and stdout. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterAll, afterEach, expect, it } from 'vitest';
import { LiveServers } from '../../../src/main/connect/live-servers.ts';
import { readServerList, type ServerSettings } from '../../../src/main/connect/server-list.ts';
import { PROJECT_ROOT } from '../../support/electron-sandbox.ts';
import { eventually } from '../../support/eventually.ts';
import { allProcesses, needProcesses, untilNone } from '../../support/processes.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-live-'));
const pids = path.join(folder, 'pids.txt');
const support = (file: string): string => path.join(PROJECT_ROOT, 'tests/support', file);

const desk = (...args: string[]): object => ({
  command: process.execPath,
  args: [support('desk-server.mjs'), ...args],
  env: { DESK_PIDS: pids },
  confirm: 'allow',
});
const listed = (servers: object): readonly ServerSettings[] =>
  readServerList(Buffer.from(JSON.stringify({ mcpServers: servers })), folder);

const opened: LiveServers[] = [];
const open = (): LiveServers => {
  const live = new LiveServers({ version: '1', onChange: () => undefined });
  opened.push(live);
  return live;
};
const namesOf = (live: LiveServers): string[] => live.functions?.set.all.map(({ name }) => name) ?? [];
const spaces = (live: LiveServers): string[] => [
  ...new Set(namesOf(live).map((name) => name.split('.')[0] ?? '')),
];
const call = async (live: LiveServers, name: string, input: object): Promise<unknown> => {
  const found = live.functions?.set.find(name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return await found.handler(input, { name, session: null, signal: new AbortController().signal });
};
const started = (): number[] =>
  existsSync(pids) ? readFileSync(pids, 'utf8').trim().split('\n').map(Number) : [];
const untilNoneIsLeft = (): Promise<void> =>
  untilNone(() => {
    const known = new Set(started());
    return allProcesses().filter(({ pid }) => known.has(pid));
  });

afterEach(async () => {
  await Promise.all(opened.splice(0).map((live) => live.close()));
  rmSync(pids, { force: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('one that hangs at its start holds up neither the others nor code that names only these', async () => {
  const live = open();
  live.use(listed({ hangs: desk('--silent'), desk: desk() }));
  await live.settledFor('from host import desk\ndesk.add(1, 2)');
  expect([live.find('hangs')?.state, live.find('desk')?.state]).toEqual(['starting', 'running']);
  expect(await call(live, 'desk.add', { a: 1, b: 2 })).toEqual({ sum: 3 });
  expect(spaces(live)).toEqual(['desk']);
});

it('one that stays goes on as it is, and what it is at is not lost, when others come, go or are declared anew', async () => {
  const live = open();
  live.use(listed({ desk: desk(), other: desk() }));
  await live.settledFor('');
  const pid = await call(live, 'desk.pid', {});
  const before = await call(live, 'other.pid', {});
  const hanging = call(live, 'desk.hang', {}).catch((error: unknown) => error);
  live.use(listed({ desk: desk(), other: { ...desk(), timeoutSeconds: 5 }, third: desk() }));
  await live.settledFor('');
  expect(spaces(live)).toEqual(['desk', 'other', 'third']);
  expect([await call(live, 'desk.pid', {}), (await call(live, 'other.pid', {})) === before]).toEqual([
    pid,
    false,
  ]);
  live.use(listed({ third: desk() }));
  expect(await hanging).toMatchObject({ message: 'the server desk is being ended' });
  expect(spaces(live)).toEqual(['third']);
});

it('one that could not be had is tried again when the list is used again', async () => {
  const live = open();
  const bad = listed({ bad: { command: '/nowhere/at-all' } });
  live.use(bad);
  await live.settledFor('');
  expect(live.find('bad')).toMatchObject({ state: 'missing', usable: [] });
  expect(live.find('bad')?.note).toMatch(/^server bad is not there: /u);
  expect(live.functions).toBeNull();
  live.use(bad);
  expect(live.find('bad')?.state).toBe('starting');
});

it('one that dies says so, and is started by the next call', async () => {
  const live = open();
  live.use(listed({ desk: desk() }));
  await live.settledFor('');
  await expect(call(live, 'desk.die', {})).rejects.toThrow(/has ended/u);
  await eventually(() => expect(live.find('desk')?.state).toBe('ended'));
  expect(await call(live, 'desk.add', { a: 2, b: 2 })).toEqual({ sum: 4 });
  expect(live.find('desk')?.state).toBe('running');
});

it('of more functions than a run is given, those of a server that does not fit are left out, and it says so', async () => {
  const live = open();
  const hostile = { command: process.execPath, args: [support('hostile-tool-server.mjs')] };
  live.use(listed({ desk: desk(), one: hostile, other: desk() }));
  await live.settledFor('');
  expect(spaces(live)).toEqual(['desk', 'other']);
  expect(live.find('one')).toMatchObject({ state: 'running', usable: [] });
  expect(live.find('one')?.note).toMatch(/^server one is left out: /u);
  live.use(listed({ one: hostile }));
  expect(spaces(live)).toEqual(['one']);
  expect(live.find('one')?.usable.length).toBeGreaterThan(190);
});

it('all of them are gone when they are closed, those that are being started too', async (context) => {
  needProcesses(context);
  const live = open();
  live.use(listed({ desk: desk(), stubborn: desk('--stubborn'), hangs: desk('--silent') }));
  await live.settledFor('desk');
  await eventually(() => expect(started()).toHaveLength(3));
  await live.close();
  await untilNoneIsLeft();
  expect([live.functions, live.find('desk')]).toEqual([null, null]);
});
