import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  createMcpHandler,
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
} from '@modelcontextprotocol/server';
import { mcpServer, type McpServerParts } from './mcp-server.ts';

/** Only this computer can connect. */
const LOOPBACK = '127.0.0.1';
const ADDRESS = '/mcp';
/** Largest message of a client: files come in it as text or base64. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
const MAX_CONNECTIONS = 128;

export interface HttpOptions extends McpServerParts {
  /** 0 for any that is free. */
  readonly port: number;
  /** What each request must have in its header `Authorization: Bearer …`. */
  readonly token: string;
  /** Aborted when the server is to end. */
  readonly signal: AbortSignal;
  /** Told once clients can connect. */
  readonly onListening: (address: string) => void;
}

/**
 * Serves clients on this computer over HTTP, both revisions of the protocol. @throws Error when the port can't be had
 */
export const serveOverHttp = async ({
  onListening,
  port,
  signal,
  token,
  ...parts
}: HttpOptions): Promise<void> => {
  const handler = createMcpHandler(({ requestInfo }) => mcpServer(parts, requestInfo?.signal), {
    maxRequestBodySize: MAX_MESSAGE_BYTES,
  });
  const server = createServer((incoming, outgoing) => {
    void serve(incoming, outgoing, (request) => refusal(request, token) ?? handler.fetch(request));
  });
  server.maxConnections = MAX_CONNECTIONS;
  const stopped = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
  onListening(`http://${LOOPBACK}:${await listening(server, port)}${ADDRESS}`);
  await stopped;
  await handler.close().catch(() => undefined);
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
};

const listening = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: LOOPBACK, port }, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });

/** Asked before anything is read of what the client sends. */
const refusal = (request: Request, token: string): Response | undefined => {
  // A page of the web may send requests here, by a name of its own for this computer, too.
  const foreign =
    hostHeaderValidationResponse(request, localhostAllowedHostnames()) ??
    originValidationResponse(request, localhostAllowedOrigins());
  if (foreign !== undefined) return foreign;
  if (new URL(request.url).pathname !== ADDRESS) return refused(404, `there is only ${ADDRESS} here`);
  const given = /^Bearer (?<token>\S+)$/iu.exec(request.headers.get('authorization') ?? '')?.groups?.[
    'token'
  ];
  if (given !== undefined && isSame(given, token)) return undefined;
  return refused(
    401,
    'send the header "Authorization: Bearer" with the token that the server was started with',
    {
      'www-authenticate': 'Bearer',
    },
  );
};

const refused = (status: number, message: string, headers: Readonly<Record<string, string>> = {}): Response =>
  Response.json({ jsonrpc: '2.0', error: { code: -32_000, message }, id: null }, { status, headers });

/** In a time that tells nothing about the token. */
const isSame = (given: string, token: string): boolean => {
  const [first, second] = [given, token].map((text) => createHash('sha256').update(text).digest());
  return first !== undefined && second !== undefined && timingSafeEqual(first, second);
};

/** Node's request and response as those of `fetch`. A client that goes away aborts its request. */
const serve = async (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  answer: (request: Request) => Response | Promise<Response>,
): Promise<void> => {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  try {
    const response = await answer(requestOf(incoming, gone.signal));
    // What was not read of a message is not waited for.
    if (!incoming.readableEnded) outgoing.setHeader('connection', 'close');
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    if (response.body === null) outgoing.end();
    else await pipeline(Readable.fromWeb(response.body), outgoing, { signal: gone.signal });
  } catch {
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(400, { connection: 'close' }).end();
  }
};

const requestOf = (incoming: IncomingMessage, signal: AbortSignal): Request => {
  const { headers, method = 'GET', url = '/' } = incoming;
  const given = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) given.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return new Request(new URL(url, `http://${LOOPBACK}`), {
    method,
    headers: given,
    signal,
    ...(method === 'GET' || method === 'HEAD' ? {} : { body: Readable.toWeb(incoming), duplex: 'half' }),
  });
};
