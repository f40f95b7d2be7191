/** What `vivarium mcp` is told on its command line, and the port that it serves on. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { PassThrough } from 'node:stream';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { start } from '../harness.ts';

afterEach(() => vi.unstubAllEnvs());

describe('what is wrong is said before anything is served', () => {
  it.each<[string, string[], string, RegExp]>([
    ['a port that is none', ['--http', 'http'], '', /--http: "http" is no port/u],
    ['a port beyond all', ['--http', '65536'], '', /--http: "65536" is no port/u],
    ['an address', ['--http', '0.0.0.0:80'], '', /is no port/u],
    ['a short token', ['--http', '0'], 'short', /VIVARIUM_MCP_TOKEN: a token has 16/u],
    ['a token with a space', ['--http', '0'], 'a token with some spaces', /VIVARIUM_MCP_TOKEN/u],
    ['a folder that is none', ['--allow-dir', '/nowhere'], '', /--allow-dir: "\/nowhere" is no folder/u],
    ['a time limit of none', ['--timeout', '0'], '', /--timeout/u],
  ])('%s', async (_what, args, token, message) => {
    vi.stubEnv('VIVARIUM_MCP_TOKEN', token);
    const { code, stderr, stdout } = await start(['mcp', ...args]).outcome;
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });

  it('a port that others have', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { code, stderr } = await start(['mcp', '--http', String(port)]).outcome;
    other.close();
    expect(code).toBe(2);
    expect(stderr).toContain(`port ${port} can't be had (EADDRINUSE); choose another`);
  });
});

describe('over HTTP', () => {
  const serve = async (token: string): Promise<string[]> => {
    vi.stubEnv('VIVARIUM_MCP_TOKEN', token);
    const stdout = new PassThrough();
    const started = start(['mcp', '--http', '0'], { stdout });
    const [said] = (await once(stdout.setEncoding('utf8'), 'data')) as [string];
    const [address = '', header = ''] = said.split('\n');
    const client = new Client({ name: 'test', version: '1' });
    const authorization = header === '' ? `Bearer ${token}` : header.replace('Authorization: ', '');
    await client.connect(
      new StreamableHTTPClientTransport(new URL(address), {
        requestInit: { headers: { Authorization: authorization } },
      }),
    );
    expect((await client.listTools()).tools).toHaveLength(5);
    await client.close();
    started.interrupt();
    expect((await started.outcome).code).toBe(0);
    return [address, header];
  };

  it('says where, and a new token each time, until it is interrupted', async () => {
    const [address, header] = await serve('');
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/u);
    expect(header).toMatch(/^Authorization: Bearer [\w-]{32}$/u);
    expect((await serve(''))[1]).not.toBe(header);
  });

  it('takes the token of the user, and does not print it', async () => {
    expect((await serve('a-token-of-the-user'))[1]).toBe('');
  });
});
