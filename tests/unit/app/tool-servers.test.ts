/** Which servers of a file are started: real ones, over stdin and stdout. */
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ToolServers } from '../../../src/main/app/tool-servers.ts';
import { Config } from '../../../src/shared/config/config.ts';
import type { ToolServerStatus } from '../../../src/shared/ipc/tools.ts';
import { eventually } from '../../support/eventually.ts';

const SERVER = path.join(import.meta.dirname, '../../support/desk-server.mjs');
/** More than Node reads files with. */
const THREADS = 64;
const START_MS = 20_000;

let folder: string;
let file: string;
let pids: string;
let settings: Config['tools'];
let servers: ToolServers;

const server = (more: object = {}): object => ({
  command: process.execPath,
  args: [SERVER],
  env: { DESK_PIDS: pids },
  ...more,
});
const write = (declared: object): void => writeFileSync(file, JSON.stringify({ mcpServers: declared }));
const started = (): number => (existsSync(pids) ? readFileSync(pids, 'utf8').trim().split('\n').length : 0);
const statusOf = (name: string): ToolServerStatus => {
  const found = servers.status.servers.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
};
const states = (): string[] => servers.status.servers.map(({ name, state }) => `${name} ${state}`);
/** As the window does it: by what was shown. */
const turnOn = async (...names: string[]): Promise<void> => {
  const on = names.map((name) => {
    const { declared, parts } = statusOf(name);
    return { name, declared, parts };
  });
  settings = { ...settings, on: [...settings.on.filter((one) => !names.includes(one.name)), ...on] };
  await servers.refresh();
};
const untilRuns = (name: string): Promise<void> =>
  eventually(() => expect(statusOf(name).state).toBe('running'));

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'vivarium-tool-servers-'));
  [file, pids] = [path.join(folder, 'servers.json'), path.join(folder, 'pids.txt')];
  settings = { file, on: [] };
  servers = new ToolServers({
    settings: () => settings,
    version: '1',
    confirm: () => false,
    onChange: () => undefined,
  });
});
afterEach(async () => {
  await servers.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

describe('a server that was switched on', () => {
  it('is started again as long as the file says the same of it', { timeout: 2 * START_MS }, async () => {
    write({ desk: server(), other: server() });
    await servers.refresh();
    await turnOn('desk');
    await untilRuns('desk');
    write({ first: server(), desk: server() });
    await servers.refresh();
    expect(states()).toEqual(['first off', 'desk running']);
    expect(started()).toBe(1);
  });

  it.each([
    ['another program', { command: '/nowhere/another-program' }, ['command']],
    ['other arguments', { args: [SERVER, '--silent'] }, ['args']],
    ['another variable', { env: { NODE_OPTIONS: '--no-warnings' } }, ['env']],
    ['another folder', { cwd: '..' }, ['folder']],
    ['calls that nobody is asked for', { confirm: 'allow' }, ['calls']],
    ['a tool that nobody is asked for', { tools: { add: 'allow' } }, ['calls']],
    ['more time and another folder', { timeoutSeconds: 61, cwd: '..' }, ['folder', 'time']],
  ])('is ended and not started again when the file has %s under its name', async (_what, change, changed) => {
    write({ desk: server() });
    await servers.refresh();
    await turnOn('desk');
    await untilRuns('desk');
    write({ desk: server(change) });
    await servers.refresh();
    expect(states()).toEqual(['desk changed']);
    expect(statusOf('desk')).toMatchObject({ functions: 0, changed });
    expect(await servers.functionsFor('from host import desk', new AbortController().signal)).toBeUndefined();
    expect(started()).toBe(1);
  });

  it(
    'is shown with its new command, and runs when that is switched on',
    { timeout: 2 * START_MS },
    async () => {
      write({ desk: server({ command: '/nowhere/at-all' }) });
      await servers.refresh();
      await turnOn('desk');
      write({ desk: server({ args: [SERVER, '--stubborn'] }) });
      await servers.refresh();
      expect(statusOf('desk')).toMatchObject({
        state: 'changed',
        command: `${process.execPath} ${SERVER} --stubborn`,
      });
      await turnOn('desk');
      await untilRuns('desk');
    },
  );

  it('is shown with all that matters before it is switched on, but with no value of a variable', async () => {
    const env = { TOKEN: 'secret-of-mine', 'B\u202EAD': 'another-secret' };
    const tools = { add: 'allow', echo: 'ask', 'a\nb': 'deny', drop: { deny: 'never' } };
    write({ desk: server({ env, tools, confirm: { deny: 'by default' }, cwd: '..', timeoutSeconds: 5 }) });
    await servers.refresh();
    const status = statusOf('desk');
    expect(status).toMatchObject({
      variables: [String.raw`B\u{202e}AD`, 'TOKEN'],
      folder: path.dirname(folder),
      calls: { others: 'deny', allow: ['add'], ask: ['echo'], deny: [String.raw`a\u{a}b`, 'drop'] },
      timeoutSeconds: 5,
      changed: [],
    });
    expect(JSON.stringify(status)).not.toContain('secret');
    // What is kept tells nobody whether a value is the same in another server.
    write({ desk: server({ env }), other: server({ env }) });
    await servers.refresh();
    const [one, other] = [statusOf('desk').parts, statusOf('other').parts];
    expect(
      Object.keys(one).filter((part) =>
        Object.entries(other).some(([, digest]) => digest === Reflect.get(one, part)),
      ),
    ).toEqual([]);
  });

  it('says nothing of what has changed where that was not kept', async () => {
    write({ desk: server() });
    await servers.refresh();
    settings = { ...settings, on: [{ name: 'desk', declared: statusOf('desk').declared }] };
    write({ desk: server({ cwd: '..' }) });
    await servers.refresh();
    expect(statusOf('desk')).toMatchObject({ state: 'changed', changed: [] });
  });

  it('is the same when only order has changed, what goes without saying or the way to its folder', async () => {
    const env = { DESK_PIDS: pids, ONE: '1', TWO: '2' };
    const tools = { add: 'allow', echo: 'ask' };
    write({ desk: server({ env, tools, cwd: folder }) });
    await servers.refresh();
    await turnOn('desk');
    await untilRuns('desk');
    const other = mkdtempSync(path.join(folder, 'other-'));
    file = path.join(other, 'servers.json');
    write({
      desk: {
        disabled: false,
        confirm: 'ask',
        timeoutSeconds: 60,
        cwd: '..',
        tools: { echo: 'ask', add: 'allow' },
        ...server({ env: { TWO: '2', ONE: '1', DESK_PIDS: pids } }),
        type: 'stdio',
      },
    });
    settings = { ...settings, file };
    await servers.refresh();
    expect(states()).toEqual(['desk running']);
    expect([statusOf('desk').changed, started()]).toEqual([[], 1]);
  });

  it('is told apart by the parts that were kept, where there were fewer then', async () => {
    write({ desk: server() });
    await servers.refresh();
    await turnOn('desk');
    const { time, ...parts } = statusOf('desk').parts;
    expect(time).toBeDefined();
    const tools = { file, on: [{ name: 'desk', declared: statusOf('desk').declared, parts }] };
    settings = Config.parse({ tools }).tools;
    expect(settings.on).toEqual(tools.on);
    write({ desk: server({ timeoutSeconds: 61, cwd: '..' }) });
    await servers.refresh();
    expect(statusOf('desk')).toMatchObject({ state: 'changed', changed: ['folder'] });
  });

  it('is off in another file that says the same of it but lies in another folder', async () => {
    write({ desk: server() });
    await servers.refresh();
    const on = [{ name: 'desk', declared: statusOf('desk').declared }];
    const other = mkdtempSync(path.join(folder, 'other-'));
    file = path.join(other, 'servers.json');
    write({ desk: server() });
    settings = { file, on };
    await servers.refresh();
    expect(states()).toEqual(['desk changed']);
    expect(started()).toBe(0);
  });
});

it('a file that failed to be used does not keep the next one from being read', async () => {
  write({ desk: server() });
  const good = settings;
  const broken = { ...settings };
  Object.defineProperty(broken, 'on', {
    get: () => {
      throw new Error('can not be had');
    },
  });
  settings = broken;
  await servers.refresh();
  settings = good;
  await servers.refresh();
  expect(states()).toEqual(['desk off']);
});

it.skipIf(process.platform === 'win32')(
  'a file on a drive that does not answer keeps the app from nothing when it ends',
  { timeout: 10_000 },
  async () => {
    write({ desk: server() });
    const pipe = path.join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    // Each waits for a writer in one of the threads that read files, as on a drive that does not answer.
    const waiting = Array.from({ length: THREADS }, () => open(pipe, 'r'));
    let isRead = false;
    let reading: Promise<unknown> | undefined;
    try {
      reading = servers.refresh().then(() => (isRead = true));
      await servers.close();
      expect(isRead).toBe(false);
    } finally {
      // Both ends at once, which waits for nobody.
      const writer = openSync(pipe, 'r+');
      for (const handle of await Promise.all(waiting)) await handle.close();
      closeSync(writer);
    }
    await reading;
    expect(servers.status).toEqual({ problem: null, servers: [] });
  },
);
