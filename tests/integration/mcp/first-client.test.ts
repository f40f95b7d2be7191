/** `vivarium mcp` with the first major version of the official client, which most programs still have. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { CallToolResultSchema, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { PROJECT_ROOT } from '../../support/electron-sandbox.ts';
import { untilGone } from '../../support/processes.ts';
import { MCP_TOOL_NAMES } from '../../support/mcp-tool-names.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-first-client-'));
const client = new Client({ name: 'tests', version: '1' }, { capabilities: { elicitation: {} } });
const transport = new StdioClientTransport({
  command: process.execPath,
  args: [path.join(PROJECT_ROOT, 'out/main/cli.js'), 'mcp'],
  env: {
    ...Object.fromEntries(
      Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
    VIVARIUM_DATA_DIR: folder,
  },
});
const asked: string[] = [];

beforeAll(async () => {
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
    asked.push(params.message);
    return { action: 'accept' as const, content: { line: 'Zoë' } };
  });
  await client.connect(transport);
});
afterAll(async () => {
  const { pid } = transport;
  await client.close();
  if (pid !== null) await untilGone(pid);
  rmSync(folder, { recursive: true, force: true });
});

const Facts = z.looseObject({ session: z.string(), status: z.string() });

const run = async (
  given: object,
  options: Parameters<Client['callTool']>[2] = {},
): Promise<{ readonly text: string; readonly facts: z.infer<typeof Facts> }> => {
  const called = await client.callTool(
    { name: 'run_python_code', arguments: { ...given } },
    CallToolResultSchema,
    options,
  );
  const { content, structuredContent } = CallToolResultSchema.parse(called);
  const text = content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n');
  return { text, facts: Facts.parse(structuredContent) };
};

it('lists the tools, by whose schemas it holds what they answer', async () => {
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name).sort()).toEqual(MCP_TOOL_NAMES);
  expect(tools.filter(({ outputSchema }) => outputSchema === undefined)).toEqual([]);
});

it('runs code in a session, hears how far it is, and reads a file that is linked to', async () => {
  const progress: string[] = [];
  const first = await run(
    { script: 'x = 41\nopen("made.txt", "w").write("from here")\nprint("on")\nx + 1' },
    { onprogress: ({ message }) => progress.push(message ?? '') },
  );
  expect(first.text).toContain('on');
  expect(first.text).toContain('42');
  expect(progress).not.toEqual([]);
  const { session } = first.facts;
  expect((await run({ script: 'x', session })).text).toBe('41');
  const { contents } = await client.readResource({ uri: `vivarium://session/${session}/files/made.txt` });
  expect(JSON.stringify(contents)).toContain('from here');
});

it('asks its user for what input() waits for', async () => {
  const { text } = await run({ script: 'print("hello", input("Who? "))' });
  expect(text).toContain('hello Zoë');
  expect(asked).toHaveLength(1);
  expect(asked[0]).toContain('Who?');
});

it('stops what it cancels, and goes on', async () => {
  const { facts } = await run({ script: 'x = 42' });
  const { session } = facts;
  const stop = new AbortController();
  const running = run(
    { script: 'print("on")\nwhile True: pass', session },
    {
      signal: stop.signal,
      onprogress: ({ message }) => {
        if (message === 'Python runs, and prints') stop.abort();
      },
    },
  );
  await expect(running).rejects.toThrow();
  expect((await run({ script: 'x', session })).text).toBe('42');
});
