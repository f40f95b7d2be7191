/** Servers of the Model Context Protocol that attack the process that connects to them. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { readServerList } from '../../../src/main/connect/server-list.ts';
import { ToolServer } from '../../../src/main/connect/tool-server.ts';
import { PROJECT_ROOT } from '../../support/electron-sandbox.ts';
import { eventually } from '../../support/eventually.ts';
import { BUDGET_MS, longestStall } from '../../unit/foreign-text/stall.ts';
import { allProcesses, needProcesses, untilNone } from '../../support/processes.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-hostile-'));
const pids = path.join(folder, 'pids.txt');
const ATTACKER = path.join(PROJECT_ROOT, 'tests/support/attacking-tool-server.mjs');
const MIB = 1024 * 1024;

const opened: ToolServer[] = [];

interface Opened {
  readonly server: ToolServer;
  /** What the user was told. */
  readonly said: string[];
  readonly attack: (input?: object) => Promise<unknown>;
  readonly echo: () => Promise<unknown>;
}

const never = new AbortController().signal;

const open = (attack: string, more: object = {}): Opened => {
  const env = { ATTACK_PIDS: pids };
  const one = { command: process.execPath, args: [ATTACKER, attack], env, ...more };
  const [settings] = readServerList(Buffer.from(JSON.stringify({ mcpServers: { bad: one } })), folder);
  if (settings === undefined) throw new Error('no server');
  const said: string[] = [];
  const server = new ToolServer({ settings, version: '1', say: (line) => said.push(line) });
  opened.push(server);
  return {
    server,
    said,
    attack: (input = {}) => server.call('attack', input, never),
    echo: () => server.call('echo', {}, never),
  };
};

/** The message of the error, or what was given. */
const outcomeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.catch((error: unknown) => (error instanceof Error ? error.message : error));

const startedPids = (): number[] =>
  existsSync(pids) ? readFileSync(pids, 'utf8').trim().split('\n').map(Number) : [];
const untilNoneIsLeft = (): Promise<void> =>
  untilNone(() => {
    const started = new Set(startedPids());
    return allProcesses().filter(({ pid }) => started.has(pid));
  });

afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => server.close()));
  rmSync(pids, { force: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a server that does not read what it is sent', () => {
  it('is sent no more than some MiB', async () => {
    const { attack, server } = open('deaf', { timeoutSeconds: 2 });
    await server.tools();
    expect(await attack()).toBe('deaf');
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, () => outcomeOf(attack({ text: 'x'.repeat(MIB) }))),
    );
    const refused = outcomes.filter((outcome) => String(outcome).includes('does not read what it is sent'));
    expect(refused.length).toBeGreaterThanOrEqual(30);
    expect(await outcomeOf(attack({ text: 'x'.repeat(2 * MIB) }))).toContain('does not read what it is sent');
  });

  it('is ended when it asks without end', async () => {
    const { attack, said, server } = open('pings');
    await server.tools();
    expect(await outcomeOf(attack())).toContain('more than it was asked for');
    expect(said.join()).toContain('has ended');
    await untilNoneIsLeft();
  });
});

describe('all processes of a server', () => {
  it('end with it, also those that a package runner started, and those that left its process group', async (context) => {
    needProcesses(context);
    const { server } = open('wrapped');
    expect(await server.tools()).not.toBeNull();
    await eventually(() => expect(startedPids()).toHaveLength(4));
    await server.close();
    await untilNoneIsLeft();
  });

  it('end at once when they are not wanted any more while they are asked for the newest revision', async (context) => {
    needProcesses(context);
    const { server } = open('newest-silent');
    const tools = server.tools();
    // The second process is the one that is asked.
    await eventually(() => expect(startedPids()).toHaveLength(2));
    const before = performance.now();
    await server.close();
    expect(await tools).toBeNull();
    expect(performance.now() - before).toBeLessThan(5000);
    await untilNoneIsLeft();
  });

  it('are heard by as many listeners as there are servers, without a warning', async () => {
    const warnings: string[] = [];
    const hear = (warning: Error): unknown => warnings.push(warning.message);
    process.on('warning', hear);
    const servers = Array.from({ length: 12 }, () => open('none'));
    await Promise.all(servers.map(({ server }) => server.tools()));
    const [{ attack }] = servers as [Opened];
    const calls = Promise.allSettled(Array.from({ length: 30 }, () => attack({ text: 'x'.repeat(MIB / 4) })));
    await delay(100);
    await Promise.all(servers.map(({ server }) => server.close()));
    await calls;
    process.off('warning', hear);
    expect(warnings).toEqual([]);
  });
});

describe('a server that knows the newest revision only', () => {
  it('is called like any other', async () => {
    const { echo, said, server } = open('newest-none');
    expect(await server.tools()).toMatchObject([{ name: 'echo' }, { name: 'attack' }]);
    expect([await echo(), said]).toEqual(['echo', []]);
  });

  it.each(['twice', 'input-required', 'many-values', 'requests'])(
    'can not attack otherwise: %s',
    async (attack) => {
      const call = open(`newest-${attack}`, { timeoutSeconds: attack === 'requests' ? 5 : 60 });
      await call.server.tools();
      expect(await outcomeOf(call.attack())).toMatch(attack === 'requests' ? /within 5 s/u : /understood/u);
      expect(await call.echo()).toBe('echo');
    },
  );
});

describe('what a server lists', () => {
  it.each(['bad-list', 'endless-list', 'bad-icons'])('does not hold the process up: %s', async (attack) => {
    const { server } = open(attack);
    let tools: unknown;
    const stall = await longestStall(async () => {
      tools = await server.tools();
    });
    expect(stall).toBeLessThan(BUDGET_MS);
    if (attack === 'bad-icons') expect(tools).toMatchObject([{ name: 'echo' }]);
  });

  it('is taken as far as it is tools', async () => {
    const { server } = open('odd-tools');
    const tools = await server.tools();
    expect(tools?.map(({ name }) => name)).toEqual(['__proto__', 'constructor', 'echo', 'attack']);
  });
});

describe('an answer of a server', () => {
  it.each([
    ['many-values', /understood.* 200000 values/u],
    ['deep', /understood.* 100 levels/u],
    ['bad-blocks', /understood.* 1000 blocks/u],
    ['many-blocks', /understood.* 1000 blocks/u],
    ['keys-of-objects', /understood.* __proto__/u],
    ['long-error', /^m+$/u],
    ['strange-error', /understood/u],
    ['input-required', /understood/u],
  ])('is one error of the call, in no time: %s', async (attack, message) => {
    const call = open(attack, { timeoutSeconds: 60 });
    await call.server.tools();
    let outcome: unknown;
    const stall = await longestStall(async () => {
      outcome = await outcomeOf(call.attack());
    });
    expect(outcome).toMatch(message);
    expect(String(outcome).length).toBeLessThan(3000);
    expect(stall).toBeLessThan(BUDGET_MS);
    expect(await call.echo()).toBe('echo');
    expect({}).not.toHaveProperty('polluted');
  });

  it.each([
    ['twice', '1'],
    ['other-ids', 'for this call'],
    ['other-lines', 'after them'],
  ])('is the first one to that call: %s', async (attack, expected) => {
    const call = open(attack, { timeoutSeconds: 60 });
    await call.server.tools();
    expect(await outcomeOf(call.attack())).toBe(expected);
    expect(await call.echo()).toBe('echo');
  });

  it('is not got for requests of its own, but for a ping', async () => {
    const { attack, server } = open('requests', { timeoutSeconds: 60 });
    await server.tools();
    const refused = [
      'sampling/createMessage',
      'elicitation/create',
      'roots/list',
      '__proto__',
      'constructor',
    ];
    expect(JSON.parse(String(await outcomeOf(attack())))).toEqual([
      ...refused.map((id) => [id, -32_601]),
      ['p', 'result'],
    ]);
  });
});

describe('a server that says more than it was asked for', () => {
  it.each([
    ['notifications', /more than it was asked for/u],
    ['empty-lines', /more than it was asked for/u],
    ['no-line', /larger than 12582912 bytes/u],
    ['closes-stdout', /has ended/u],
  ])('is ended: %s', async (attack, message) => {
    const call = open(attack, { timeoutSeconds: 60 });
    await call.server.tools();
    let outcome: unknown;
    const stall = await longestStall(async () => {
      outcome = await outcomeOf(call.attack());
    });
    expect(outcome).toMatch(message);
    expect(stall).toBeLessThan(BUDGET_MS);
    // The next call starts it anew.
    expect(await call.echo()).toBe('echo');
  });

  it('and does not read is told of no more calls', async () => {
    const call = open('closes-stdin', { timeoutSeconds: 2 });
    await call.server.tools();
    expect(await outcomeOf(call.attack())).toBe('closed');
    expect(await outcomeOf(call.echo())).toMatch(/does not read|has ended/u);
  });
});
