/** What servers say without being asked, and in as many lines as they like, keeps nobody else from their turn. */
import path from 'node:path';
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { MessageReader } from '../../../src/main/connect/message-reader.ts';
import { readServerList } from '../../../src/main/connect/server-list.ts';
import { ToolServer } from '../../../src/main/connect/tool-server.ts';
import { BUDGET_MS, longestStall } from '../foreign-text/stall.ts';

const FLOODING = path.join(import.meta.dirname, '../../support/flooding-tool-server.mjs');
const PING = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
const LOG = '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"a"}}';

const LINES = [
  ['empty lines', ''],
  ['numbers', '1'],
  ['lines that are no JSON', '{'],
  ['pings', PING],
  ['requests with their own methods', '{"jsonrpc":"2.0","id":"a","method":"roots/list"}'],
  ['log messages', LOG],
  ['answers that nobody has asked for', '{"jsonrpc":"2.0","id":99,"result":{}}'],
] as const;

const serverOf = (args: readonly string[], said: string[]): ToolServer => {
  const flooding = { command: process.execPath, args: [FLOODING, ...args] };
  const [settings] = readServerList(Buffer.from(JSON.stringify({ mcpServers: { flooding } })), '/');
  if (settings === undefined) throw new Error('no server');
  return new ToolServer({ settings, version: '1', say: (text) => said.push(text) });
};

describe('a server that says without end', () => {
  it.each(LINES)('%s is ended, and holds nobody up meanwhile', { timeout: 60_000 }, async (_what, line) => {
    let said: string[] = [];
    const stall = await longestStall(async () => {
      said = [];
      const server = serverOf([line], said);
      await server.tools();
      await server.close();
    });
    expect(said.join('\n')).toContain(
      'is not there: the server flooding said more than it was asked for; it was ended',
    );
    expect(stall).toBeLessThan(BUDGET_MS);
  });
});

describe('a server that says much at once', () => {
  it.each([
    [900, []],
    [1200, null],
  ])('%i messages: what it lists is %j', async (times, tools) => {
    const server = serverOf([LOG, String(times)], []);
    expect(await server.tools()).toEqual(tools);
    await server.close();
  });
});

describe('reading messages', () => {
  it.each(LINES)('gives way between lines: %s', async (_what, line) => {
    const bytes = Buffer.from(`${line}\n`.repeat(20_000));
    let lines = 0;
    const stall = await longestStall(async () => {
      lines = 0;
      const reader = new MessageReader(() => {
        lines += 1;
      });
      await reader.push(bytes);
    });
    expect(lines).toBe(20_000);
    expect(stall).toBeLessThan(BUDGET_MS);
  });

  it('takes the same lines however they are split', async () => {
    const text = `{"id":1,"result":{"a":"é"}}\nnoise\n\n${PING}\n`;
    const bytes = Buffer.from(text);
    for (const size of [1, 3, 7, bytes.byteLength]) {
      const taken: unknown[] = [];
      const reader = new MessageReader((line) => taken.push(line));
      for (let start = 0; start < bytes.byteLength; start += size) {
        await reader.push(bytes.subarray(start, start + size));
      }
      expect(taken).toEqual([{ id: 1, result: { a: 'é' } }, undefined, undefined, JSON.parse(PING)]);
    }
  });
});
