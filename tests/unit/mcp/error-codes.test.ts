/** The stable codes of calls that fail, which programs can tell apart without reading English. */
import { readFileSync } from 'node:fs';
import type { Client } from '@modelcontextprotocol/client';
import { expect, it } from 'vitest';
import { TOOL_ERROR_CODES } from '../../../src/main/mcp/tool-error.ts';
import { RpcError } from '../../../src/shared/rpc/errors.ts';
import type { SessionRunner } from '../../../src/main/mcp/session-runner.ts';
import { resultOf } from '../../support/run-results.ts';
import { connect, endless, served } from './served.ts';

const failing = async (
  client: Client,
  name: string,
  given: Record<string, unknown>,
): Promise<{ readonly code: unknown; readonly isError: unknown; readonly content: unknown }> => {
  const { _meta, isError, structuredContent } = await client.callTool({ name, arguments: given });
  return { code: _meta?.['app.vivarium/error-code'], isError, content: structuredContent };
};

const open = async (runner: Partial<SessionRunner> = {}): Promise<{ client: Client; session: string }> => {
  const client = await connect(served(runner));
  const { structuredContent } = await client.callTool({
    name: 'write_file',
    arguments: { name: 'a', text: '' },
  });
  const session: unknown = Reflect.get(structuredContent ?? {}, 'session');
  return { client, session: String(session) };
};

/** Runs no script, and puts files where they belong. */
const refusing = (code: 'closed' | 'invalid-params'): Partial<SessionRunner> => ({
  run: async (request) => {
    if (request.code !== '') throw new RpcError(code, 'it does not run');
    return resultOf({});
  },
});
const UNREADABLE: Partial<SessionRunner> = { readFile: () => Promise.reject(new Error('there is none')) };

it.each<[string, string, Record<string, unknown>, Partial<SessionRunner>]>([
  ['unknown-session', 'list_files', { session: 'py-0' }, {}],
  ['invalid-argument', 'run_python_code', { script: 'x' }, refusing('invalid-params')],
  ['file-unavailable', 'read_file', { name: 'x' }, UNREADABLE],
  ['path-refused', 'read_file', { name: 'x', to_path: '/nowhere/x' }, {}],
  ['session-lost', 'run_python_code', { script: 'x' }, refusing('closed')],
  ['internal', 'list_files', {}, { listFiles: () => Promise.reject(new Error('a fault')) }],
])('a call that fails says so by its code: %s', async (code, tool, given, runner) => {
  const { client, session } = await open(runner);
  const failed = await failing(client, tool, { session, ...given });
  // Structured content would have to fit the schema of what the tool gives when it works.
  expect(failed).toEqual({ code, isError: true, content: undefined });
});

it('a session that is busy says so by its code', async () => {
  const made = served(endless());
  const client = await connect(made);
  const first = client.callTool({ name: 'run_python_code', arguments: { script: 'first' } });
  await expect.poll(() => made.runs.length).toBe(1);
  const session = made.runs[0]?.request.session;
  const second = await failing(client, 'run_python_code', { script: 'second', session });
  expect(second.code).toBe('session-busy');
  made.clock.advance(60_000);
  await first;
});

it('a resource that is not to be had says so by the data of its error', async () => {
  const { client, session } = await open();
  const gone = client.readResource({ uri: `vivarium://session/${session}/outputs/7` });
  await expect(gone).rejects.toMatchObject({ data: { code: 'output-gone' } });
});

it('all codes are documented', () => {
  const text = readFileSync('docs/mcp.md', 'utf8');
  expect(TOOL_ERROR_CODES.filter((code) => !text.includes(`\`${code}\``))).toEqual([]);
});
