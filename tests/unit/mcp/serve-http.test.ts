/** Who gets in over HTTP, and what becomes of calls whose client goes away; by the protocol's official client. */
import { request } from 'node:http';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serveOverHttp } from '../../../src/main/mcp/serve-http.ts';
import { endless, served, type Served } from './served.ts';

const TOKEN = 'a-token-of-sufficient-length';
const AUTHORIZATION = `Bearer ${TOKEN}`;

const listen = async ({ parts }: Served): Promise<URL> => {
  const stop = new AbortController();
  let ended: Promise<void> = Promise.resolve();
  const address = await new Promise<string>((resolve, reject) => {
    ended = serveOverHttp({ ...parts, port: 0, token: TOKEN, signal: stop.signal, onListening: resolve });
    ended.catch(reject);
  });
  onTestFinished(async () => {
    stop.abort();
    await ended;
  });
  return new URL(address);
};

const connect = async (address: URL, mode: 'auto' | 'legacy'): Promise<Client> => {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  await client.connect(
    new StreamableHTTPClientTransport(address, {
      requestInit: { headers: { Authorization: AUTHORIZATION } },
    }),
  );
  onTestFinished(() => client.close());
  return client;
};

/** Sends headers as they are, which `fetch` does not. */
const post = (address: URL, headers: Record<string, string>, body = '{}'): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const sent = request(address, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
    });
    sent.once('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    sent.once('error', reject);
    sent.end(body);
  });

describe.each(['auto', 'legacy'] as const)('a client that negotiates the revision %s', (mode) => {
  it('calls the tools, and goes on with a session in another connection', async () => {
    const address = await listen(served());
    const client = await connect(address, mode);
    const { tools } = await client.listTools();
    expect(tools).toHaveLength(5);
    const first = await client.callTool({ name: 'run_python_code', arguments: { script: '42' } });
    expect(first).toMatchObject({ content: [{ text: '42' }, {}], structuredContent: { status: 'ok' } });
    const { session } = first.structuredContent as { session: string };
    const second = await connect(address, mode);
    const again = await second.callTool({ name: 'run_python_code', arguments: { script: '43', session } });
    expect(again).toMatchObject({ content: [{ text: '43' }], structuredContent: { session } });
  });

  it('hears how far a call is', async () => {
    const made = served({
      run: async (_request, { onOutput } = {}) => {
        await onOutput?.({ stream: 'stdout', bytes: new Uint8Array() });
        throw new Error('enough');
      },
    });
    const client = await connect(await listen(made), mode);
    const heard: (string | undefined)[] = [];
    const answer = await client.callTool(
      { name: 'run_python_code', arguments: { script: '' } },
      { onprogress: ({ message }) => heard.push(message) },
    );
    expect(answer.isError).toBe(true);
    expect(heard).toContain('Python runs, and prints');
  });
});

describe('a call', () => {
  const begin = async (
    mode: 'auto' | 'legacy',
    signal?: AbortSignal,
  ): Promise<[Served, Client, Promise<unknown>]> => {
    const made = served({ run: endless().run });
    const client = await connect(await listen(made), mode);
    const running = client.callTool(
      { name: 'run_python_code', arguments: { script: 'long' } },
      signal === undefined ? {} : { signal },
    );
    running.catch(() => undefined);
    await expect.poll(() => made.runs.length).toBe(1);
    return [made, client, running];
  };

  it('that is cancelled is stopped', async () => {
    const stop = new AbortController();
    const [made, , running] = await begin('auto', stop.signal);
    stop.abort();
    await expect(running).rejects.toThrow();
    await expect.poll(() => made.runs[0]?.options.signal?.aborted).toBe(true);
  });

  it.each(['auto', 'legacy'] as const)('whose client goes away is stopped: %s', async (mode) => {
    const [made, client] = await begin(mode);
    await client.close();
    await expect.poll(() => made.runs[0]?.options.signal?.aborted).toBe(true);
  });
});

describe('a request', () => {
  it.each<[string, number, Record<string, string>]>([
    ['without a token', 401, {}],
    ['with an empty token', 401, { authorization: 'Bearer ' }],
    ['with another token', 401, { authorization: `${AUTHORIZATION}x` }],
    ['with the token by another scheme', 401, { authorization: `Basic ${TOKEN}` }],
    ['of a page of the web', 403, { authorization: AUTHORIZATION, origin: 'https://example.org' }],
    ['of a page without an origin', 403, { authorization: AUTHORIZATION, origin: 'null' }],
    ['by another name for this computer', 403, { authorization: AUTHORIZATION, host: 'rebound.example.org' }],
  ])('%s is refused', async (_what, status, headers) => {
    const address = await listen(served());
    expect(await post(address, headers)).toBe(status);
  });

  it('to another address is refused', async () => {
    const address = await listen(served());
    expect(await post(new URL('/other', address), { authorization: AUTHORIZATION })).toBe(404);
  });

  it('that is too large is refused before it was read', async () => {
    const address = await listen(served());
    const headers = { authorization: AUTHORIZATION, 'content-length': String(100 * 1024 * 1024) };
    const answer = await new Promise<number | undefined>((resolve, reject) => {
      const sent = request(address, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
      });
      sent.once('response', ({ statusCode }) => {
        resolve(statusCode);
        sent.destroy();
      });
      sent.once('error', reject);
      sent.write('{');
    });
    expect(answer).toBe(413);
  });
});
