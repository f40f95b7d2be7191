import { Readable } from 'node:stream';
// A namespace import: see electron-launcher.ts.
import * as electron from 'electron';
import type { IncomingMessage } from 'electron';
import type { Transport, TransportResponse } from './transport.ts';

/**
 * The transport of the app: Chromium's network, with the proxies and certificates of the system. Not
 * `net.fetch`, which can't stop at a redirect.
 */
export function electronTransport(): Transport {
  return ({ url, headers, signal }) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const request = electron.net.request({
        url,
        headers: { ...headers },
        redirect: 'manual',
        credentials: 'omit',
      });
      const abort = (): void => {
        request.abort();
        reject(new Error('the request was aborted'));
      };
      signal.addEventListener('abort', abort, { once: true });
      request.on('redirect', (status, _method, location) => {
        resolve(redirect(status, location));
        // Electron ends the request with an error that says so, unless followRedirect() is called.
      });
      request.on('response', (response) => {
        resolve(answer(response, () => request.abort()));
      });
      request.on('error', reject);
      request.on('close', () => signal.removeEventListener('abort', abort));
      request.end();
    });
}

const redirect = (status: number, location: string): TransportResponse => ({
  status,
  header: (name) => (name.toLowerCase() === 'location' ? location : null),
  body: Readable.from([]),
  discard: () => undefined,
});

function answer(response: IncomingMessage, abort: () => void): TransportResponse {
  return {
    status: response.statusCode,
    header: (name) => {
      const value = response.headers[name.toLowerCase()];
      return (Array.isArray(value) ? value[0] : value) ?? null;
    },
    body: response as unknown as AsyncIterable<Uint8Array>,
    discard: abort,
  };
}
