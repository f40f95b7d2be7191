/** What is said of a server whose process ends again and again: what is true of it now. */
import path from 'node:path';
import process from 'node:process';
import { expect, it, onTestFinished } from 'vitest';
import { LiveServers } from '../../../src/main/connect/live-servers.ts';
import { readServerList } from '../../../src/main/connect/server-list.ts';
import { eventually } from '../../support/eventually.ts';

const DESK = path.join(import.meta.dirname, '../../support/desk-server.mjs');

it('that it runs again, and at last that it is not started any more', { timeout: 60_000 }, async () => {
  const live = new LiveServers({ version: '1', onChange: () => undefined });
  onTestFinished(() => live.close());
  const desk = { command: process.execPath, args: [DESK], confirm: 'allow' };
  live.use(readServerList(Buffer.from(JSON.stringify({ mcpServers: { desk } })), '/'));
  await live.settledFor('');
  const call = async (name: string): Promise<unknown> => {
    const found = live.functions?.set.find(name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return await found.handler({}, { name, session: null, signal: new AbortController().signal });
  };
  for (let starts = 1; starts < 4; starts += 1) {
    await expect(call('desk.die')).rejects.toThrow(/has ended/u);
    await eventually(() => expect(live.find('desk')?.state).toBe('ended'));
    expect(live.find('desk')?.note).toContain('has ended');
    await call('desk.pid');
    expect(live.find('desk')).toMatchObject({ state: 'running', note: '' });
  }
  await expect(call('desk.die')).rejects.toThrow(/has ended/u);
  await eventually(() => expect(live.find('desk')?.state).toBe('missing'));
  expect(live.find('desk')?.note).toContain('has ended 4 times, and is not started again');
  await expect(call('desk.pid')).rejects.toThrow(/is not started again/u);
});
