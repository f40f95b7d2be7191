/** What agents do: many calls of every kind, one after the other, and many clients at once; each answer is checked. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../support/electron-sandbox.ts';
import { callTool, McpClient, textOf, type Answer } from '../../support/mcp-client.ts';
import { makeRandom } from '../../support/random.ts';

const CALLS = 200;
const CLIENTS = 20;
const TOKEN = 'token-of-twenty-clients';

const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-mcp-many-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a session must have, as this side knows it. */
interface Expected {
  readonly handle: string;
  count: number;
  readonly files: Map<string, string>;
}

const seed = Number(process.env['VIVARIUM_SEED'] ?? Date.now() & 0xffff_ffff);

it(`${CALLS} mixed calls (VIVARIUM_SEED=${seed})`, async () => {
  const mcp = await McpClient.open(path.join(folder, 'one'));
  const random = makeRandom(seed);
  const pick = <T>(things: readonly T[]): T => things[Math.floor(random() * things.length)] as T;
  const sessions: Expected[] = [];
  const begin = async (): Promise<Expected> => {
    const answer = await mcp.run('count = 0');
    const made = { handle: String(answer.structuredContent?.['session']), count: 0, files: new Map() };
    sessions.push(made);
    return made;
  };
  await begin();
  const kinds: Readonly<Record<string, (session: Expected) => Promise<void>>> = {
    count: async (session) => {
      session.count += 1;
      const answer = await mcp.run('count += 1\ncount', { session: session.handle });
      expect(textOf(answer)).toBe(String(session.count));
    },
    fail: async ({ handle, count }) => {
      const answer = await mcp.run(`assert count == ${count}\n1 / 0`, { session: handle });
      expect(answer).toMatchObject({ isError: true, structuredContent: { error_type: 'ZeroDivisionError' } });
    },
    endless: async ({ handle }) => {
      const answer = await mcp.run('while True: pass', { session: handle, timeout_seconds: 0.2 });
      expect(answer.structuredContent).toMatchObject({ status: 'timeout', state: 'kept' });
    },
    write: async ({ handle, files }) => {
      const [name, text] = [`f${Math.floor(random() * 5)}.txt`, `${random()} ž`];
      const answer = await mcp.call('write_file', { session: handle, name, text });
      expect(answer.structuredContent).toEqual({ session: handle, size: Buffer.byteLength(text) });
      files.set(name, text);
    },
    read: async ({ handle, files }) => {
      const name = pick([...files.keys(), 'missing.txt']);
      const answer = await mcp.call('read_file', { session: handle, name });
      const text = files.get(name);
      if (text === undefined) expect(answer.isError).toBe(true);
      else expect(textOf(answer)).toBe(text);
    },
    list: async ({ handle, files }) => {
      const { structuredContent } = await mcp.call('list_files', { session: handle });
      const listed = structuredContent?.['files'] as readonly { readonly name: string }[];
      expect(listed.map(({ name }) => name).sort()).toEqual([...files.keys()].sort());
    },
    'see a file': async ({ handle, files }) => {
      const [[name, text]] = files.size === 0 ? [['', '']] : ([...files] as [[string, string]]);
      if (name === '') return;
      const answer = await mcp.run(`open(${JSON.stringify(name)}).read()`, { session: handle });
      expect(textOf(answer)).toBe(text);
    },
    reset: async (session) => {
      await mcp.call('reset_session', { session: session.handle });
      session.files.clear();
      session.count = 0;
      await mcp.run('count = 0', { session: session.handle });
    },
  };
  for (let count = 0; count < CALLS; count += 1) {
    if (sessions.length < 4 && random() < 0.2) await begin();
    const kind = pick(Object.keys(kinds));
    await kinds[kind]?.(pick(sessions));
  }
  await mcp.close();
});

const server = spawn(
  process.execPath,
  [path.join(PROJECT_ROOT, 'out/main/cli.js'), 'mcp', '--http', '0', '--memory', '256'],
  {
    env: { ...process.env, VIVARIUM_DATA_DIR: path.join(folder, 'http'), VIVARIUM_MCP_TOKEN: TOKEN },
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
let address: URL;

beforeAll(async () => {
  const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
  address = new URL(line);
});
afterAll(async () => {
  server.kill('SIGINT');
  if (server.exitCode === null) await once(server, 'exit');
});

it(`${CLIENTS} clients at once over HTTP, each with its own session`, async () => {
  const answers = await Promise.all(
    Array.from({ length: CLIENTS }, async (_value, index): Promise<Answer> => {
      const client = new Client(
        { name: `client ${index}`, version: '1' },
        { versionNegotiation: { mode: index % 2 === 0 ? 'auto' : 'legacy' } },
      );
      const requestInit = { headers: { Authorization: `Bearer ${TOKEN}` } };
      await client.connect(new StreamableHTTPClientTransport(address, { requestInit }));
      const first = await callTool(client, 'run_python_code', { script: `own = ${index}` });
      const session = first.structuredContent?.['session'];
      const answer = await callTool(client, 'run_python_code', { script: 'own * own', session });
      await client.close();
      return answer;
    }),
  );
  expect(answers.map(textOf)).toEqual(
    Array.from({ length: CLIENTS }, (_value, index) => String(index * index)),
  );
});
