import { createHash } from 'node:crypto';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Downloads, type DownloadOptions } from '../../../../src/main/packages/http/downloads.ts';
import { nodeTransport } from '../../../../src/main/packages/http/node-transport.ts';
import { hang, serve, status, testServer, type Handler } from '../support/test-server.ts';
import { QUICK } from '../support/world.ts';

const BODY = Buffer.alloc(300_000, 'vivarium');
const IMPATIENT = { ...QUICK, idleMs: 500, attempts: 2 };
const ETAG = `"${createHash('sha256').update(BODY).digest('hex')}"`;

const downloads = (limits = QUICK): Downloads => new Downloads(nodeTransport(), limits);

const options = (part: Partial<DownloadOptions> = {}): DownloadOptions => ({
  maxBytes: 1e6,
  otherHosts: false,
  signal: new AbortController().signal,
  ...part,
});

/** Sends the first half and breaks the connection off. */
const half: Handler = (_request, response) => {
  response.writeHead(200, { 'content-length': String(BODY.length), etag: ETAG });
  response.write(BODY.subarray(0, BODY.length / 2), () => response.destroy());
};

/** Answers as the first handlers say, then always as the last one does. */
const inTurn = (...handlers: Handler[]): Handler => {
  let at = 0;
  return (request, response) => {
    handlers[Math.min(at++, handlers.length - 1)]?.(request, response);
  };
};

/** A server that can resume. */
const ranged: Handler = (request, response) => {
  const [, start] = /^bytes=(\d+)-$/u.exec(request.headers.range ?? '') ?? [];
  if (start === undefined || request.headers['if-range'] !== ETAG) {
    response.writeHead(200, { 'content-length': String(BODY.length), etag: ETAG }).end(BODY);
    return;
  }
  const rest = BODY.subarray(Number(start));
  response
    .writeHead(206, {
      'content-length': String(rest.length),
      'content-range': `bytes ${start}-${String(BODY.length - 1)}/${String(BODY.length)}`,
    })
    .end(rest);
};

describe('what arrives', () => {
  test('a file, with its progress', async () => {
    const server = await testServer(serve(new Map([['/a b.whl', BODY]])));
    const seen: [number, number | null][] = [];
    const bytes = await downloads().get(
      `${server.url}/a%20b.whl`,
      options({ onProgress: (...state) => seen.push(state) }),
    );
    expect(Buffer.from(bytes).equals(BODY)).toBe(true);
    expect(seen.at(0)).toEqual([0, BODY.length]);
    expect(seen.at(-1)).toEqual([BODY.length, BODY.length]);
  });

  test('a file without a stated length', async () => {
    const server = await testServer((_request, response) => response.writeHead(200).end(BODY));
    expect(await downloads().get(server.url, options())).toHaveLength(BODY.length);
  });

  test('a broken transfer is resumed where it broke', async () => {
    const server = await testServer(inTurn(half, ranged));
    const bytes = await downloads().get(server.url, options());
    expect(Buffer.from(bytes).equals(BODY)).toBe(true);
    expect(server.ranges).toEqual([expect.stringMatching(/^bytes=[1-9]\d*-$/u)]);
  });

  test('it begins anew when the server does not resume', async () => {
    const server = await testServer(inTurn(half, half, serve(new Map([['/', BODY]]))));
    const bytes = await downloads().get(server.url, options());
    expect(Buffer.from(bytes).equals(BODY)).toBe(true);
    expect(server.requests).toHaveLength(3);
  });

  test('a partial file that does not match is not used', async () => {
    const wrong: Handler = (_request, response) =>
      response
        .writeHead(206, { 'content-range': `bytes 7-20/${String(BODY.length)}`, 'content-length': '14' })
        .end(BODY.subarray(7, 21));
    const server = await testServer(inTurn(half, wrong, ranged));
    const bytes = await downloads().get(server.url, options());
    expect(Buffer.from(bytes).equals(BODY)).toBe(true);
    expect(server.ranges).toHaveLength(1);
  });

  test('the second attempt succeeds when the server recovers', async () => {
    const server = await testServer(inTurn(status(500), status(503), ranged));
    expect(await downloads().get(server.url, options())).toHaveLength(BODY.length);
  });

  test('redirects on the same host', async () => {
    const server = await testServer((request, response) => {
      if (request.url === '/a') response.writeHead(302, { location: '/b' }).end();
      else response.end(BODY);
    });
    expect(await downloads().get(`${server.url}/a`, options())).toHaveLength(BODY.length);
  });
});

describe('what fails, and how', () => {
  test.each([
    ['404', status(404), 'absent', /does not have it \(404\)/u, 1],
    ['410', status(410), 'absent', /410/u, 1],
    ['401', status(401), 'refused', /does not allow it/u, 1],
    ['500', status(500), 'broken', /error \(500\)/u, 3],
    ['a teapot', status(418), 'refused', /418/u, 1],
    ['half of it, each time', half, 'broken', /broke|sent/u, 3],
    ['a redirect to nowhere', status(302), 'refused', /nowhere/u, 1],
    ['a redirect to a file', status(302, { location: 'file:///etc/passwd' }), 'refused', /not https/u, 1],
    ['a redirect in circles', status(302, { location: '/' }), 'refused', /more than 5 times/u, 6],
    [
      'a redirect to another host',
      status(302, { location: 'https://elsewhere.invalid/x' }),
      'refused',
      /another host \(elsewhere\.invalid\)/u,
      1,
    ],
    [
      'a redirect to another port',
      status(302, { location: 'http://127.0.0.1:9/x' }),
      'refused',
      /another host/u,
      1,
    ],
    [
      'compressed bytes',
      (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
      'broken',
      /compressed/u,
      3,
    ],
  ])('%s', async (_what, handler, kind, message, requests) => {
    const server = await testServer(handler);
    await expect(downloads().get(server.url, options())).rejects.toMatchObject({
      name: 'SourceFailure',
      kind,
      message: expect.stringMatching(message) as string,
    });
    expect(server.requests).toHaveLength(requests);
  });

  test.each([false, true])(
    'a redirect to plain http on another host is refused (other hosts allowed: %s)',
    async (otherHosts) => {
      const other = await testServer(serve(new Map([['/x', BODY]])));
      const server = await testServer(status(302, { location: `${other.url}/x` }));
      await expect(downloads().get(server.url, options({ otherHosts }))).rejects.toMatchObject({
        kind: 'refused',
      });
      expect(other.requests).toEqual([]);
    },
  );

  test('no server listens', async () => {
    await expect(downloads().get('http://127.0.0.1:1/x', options())).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringMatching(/ECONNREFUSED/u) as string,
    });
  });

  test('a server that never answers', async () => {
    const server = await testServer(hang);
    await expect(downloads(IMPATIENT).get(server.url, options())).rejects.toMatchObject({
      kind: 'unreachable',
      message: 'sent nothing for 0.5 s',
    });
    expect(server.requests).toHaveLength(2);
  });

  test('a server that stops in the middle', async () => {
    const server = await testServer((_request, response) => {
      response.writeHead(200, { 'content-length': String(BODY.length) }).write(BODY.subarray(0, 1000));
    });
    await expect(downloads(IMPATIENT).get(server.url, options())).rejects.toMatchObject({
      kind: 'unreachable',
    });
  });

  test('a server that drips is ended by the deadline for the whole', async () => {
    const server = await testServer((_request, response) => {
      response.writeHead(200, { 'content-length': String(BODY.length) });
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
    });
    const limits = { ...QUICK, overallMs: 300, idleMs: 5000 };
    await expect(downloads(limits).get(server.url, options())).rejects.toMatchObject({
      kind: 'unreachable',
      message: 'did not deliver within 0.3 s',
    });
  });

  test('a slow server is waited for as long as data arrives', async () => {
    const server = await testServer((_request, response) => {
      response.writeHead(200, { 'content-length': '8' });
      let sent = 0;
      const timer = setInterval(() => {
        response.write('x');
        if (++sent === 8) clearInterval(timer);
      }, 500);
    });
    const limits = { ...QUICK, idleMs: 3000 };
    expect(await downloads(limits).get(server.url, options())).toHaveLength(8);
  });

  test.each([
    ['stated', { 'content-length': String(BODY.length) }],
    ['not stated', {}],
  ])('more than the cap, %s', async (_what, headers) => {
    const server = await testServer((_request, response) => {
      response
        .on('error', () => undefined)
        .writeHead(200, headers)
        .end(BODY);
    });
    await expect(downloads().get(server.url, options({ maxBytes: 1000 }))).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/more than 1000 bytes/u) as string,
    });
    expect(server.requests).toHaveLength(1);
  });

  test('a stated length beyond the cap is not waited for', async () => {
    const server = await testServer((_request, response) => {
      response.writeHead(200, { 'content-length': '1000000000000' }).flushHeaders();
    });
    await expect(downloads().get(server.url, options())).rejects.toMatchObject({ kind: 'refused' });
  });

  test('the caller cancels', async () => {
    const server = await testServer(hang);
    const controller = new AbortController();
    const getting = downloads().get(server.url, options({ signal: controller.signal }));
    controller.abort(new Error('enough'));
    await expect(getting).rejects.toThrow('enough');
  });
});

test('the proxy of the environment is asked', async () => {
  const proxy = await testServer((_request, response) => response.end(BODY));
  vi.stubEnv('http_proxy', proxy.url);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const bytes = await downloads().get('http://packages.invalid/x', options());
  expect(bytes).toHaveLength(BODY.length);
  expect(proxy.requests).toEqual(['http://packages.invalid/x']);
});
