import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface TestServer {
  url: string;
  port: number;
  /** Paths in the order in which they were asked for. */
  requests: string[];
  /** Ranges asked for, as written. */
  ranges: string[];
}

/** A server on the loopback interface, gone with the test. */
export async function testServer(handler: Handler): Promise<TestServer> {
  const requests: string[] = [];
  const ranges: string[] = [];
  const server = createServer((request, response) => {
    requests.push(decodeURIComponent(request.url ?? ''));
    if (request.headers.range !== undefined) ranges.push(request.headers.range);
    handler(request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${String(port)}`, port, requests, ranges };
}

export const status =
  (code: number, headers: Record<string, string> = {}): Handler =>
  (_request, response) => {
    response.writeHead(code, headers).end(`status ${String(code)}`);
  };

/** Takes the request and says nothing. */
export const hang: Handler = () => undefined;

/** Files by their paths; 404 for the rest. */
export const serve =
  (files: ReadonlyMap<string, Uint8Array | string>): Handler =>
  (request, response) => {
    const contents = files.get(decodeURIComponent(request.url ?? ''));
    if (contents === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-length': String(Buffer.byteLength(contents)) }).end(contents);
  };
