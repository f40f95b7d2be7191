import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { nodeTransport } from '../../../../src/main/packages/http/node-transport.ts';
import { withExtraCertificates } from '../../../../src/main/packages/http/extra-certificates.ts';
import type { Transport } from '../../../../src/main/packages/http/transport.ts';
import { temporaryFolder } from '../../scripts/support/temporary-folder.ts';

/** A server whose certificate is trusted only by clients that are configured with it. */
const guardedServer = async (folder: string): Promise<{ url: string; certificate: string }> => {
  const [key, certificate] = [path.join(folder, 'key.pem'), path.join(folder, 'own.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
      .concat(['-keyout', key, '-out', certificate])
      .concat(subject),
    { stdio: 'ignore' },
  );
  const server = createServer(
    { key: readFileSync(key), cert: readFileSync(certificate) },
    (_request, response) => {
      response.end('ours');
    },
  );
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `https://127.0.0.1:${String((server.address() as AddressInfo).port)}/`, certificate };
};

const get = async (transport: Transport, url: string): Promise<string> => {
  const { body } = await transport({ url, headers: {}, signal: new AbortController().signal });
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

test('certificates that pip or Node are configured with are trusted, and no others', async () => {
  const folder = temporaryFolder();
  const { url, certificate } = await guardedServer(folder);
  const configuration = path.join(folder, 'pip.conf');
  const surroundings = (environment: Record<string, string>) => ({
    environment: { XDG_CONFIG_DIRS: folder, ...environment },
    platform: 'linux' as const,
    home: folder,
  });
  const ask = (environment: Record<string, string>): Promise<string> =>
    get(withExtraCertificates(nodeTransport(), surroundings(environment)), url);

  await expect(ask({})).rejects.toThrow(/certificate/u);
  await expect(ask({ NODE_EXTRA_CA_CERTS: path.join(folder, 'missing.pem') })).rejects.toThrow(
    /certificate/u,
  );
  expect(await ask({ NODE_EXTRA_CA_CERTS: certificate })).toBe('ours');
  writeFileSync(configuration, `[global]\ncert = ${certificate}\n`);
  expect(await ask({ PIP_CONFIG_FILE: configuration })).toBe('ours');
});
