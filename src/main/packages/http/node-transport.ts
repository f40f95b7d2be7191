import { rootCertificates } from 'node:tls';
import { EnvHttpProxyAgent, request } from 'undici';
import type { Transport } from './transport.ts';

/**
 * The transport of the command line and of plain Node. Proxies are those of the environment (`HTTPS_PROXY`,
 * `HTTP_PROXY`, `NO_PROXY`).
 *
 * @param certificates in PEM, trusted beside those that Node brings along
 */
export function nodeTransport(certificates?: string): Transport {
  const ca = certificates === undefined ? {} : { ca: [...rootCertificates, certificates] };
  // Deadlines are the caller's: see downloads.ts.
  const dispatcher = new EnvHttpProxyAgent({
    headersTimeout: 0,
    bodyTimeout: 0,
    proxyTunnel: false,
    connect: ca,
    requestTls: ca,
    proxyTls: ca,
  });
  return async ({ url, headers, signal }) => {
    const response = await request(url, { method: 'GET', headers: { ...headers }, signal, dispatcher });
    return {
      status: response.statusCode,
      header: (name) => {
        const value = response.headers[name.toLowerCase()];
        return (Array.isArray(value) ? value[0] : value) ?? null;
      },
      body: response.body,
      discard: () => {
        // Destroying it emits an error, which has no reader any more.
        response.body.on('error', () => undefined).destroy();
      },
    };
  };
}
