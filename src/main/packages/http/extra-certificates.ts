import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import process from 'node:process';
import { readPipCertificates, type PipEnvironment } from '../index/pip-configuration.ts';
import { nodeTransport } from './node-transport.ts';
import type { Transport } from './transport.ts';

/** Errors of Chromium and Node for a server whose certificate has an unknown issuer. */
const UNKNOWN_ISSUER =
  /ERR_CERT_AUTHORITY_INVALID|SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER_CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE/u;

/** Variables that name a file of certificates, for Node and for what uses OpenSSL. */
const VARIABLES = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'];

/**
 * A transport that knows the certificates which the user has given to pip, Node or OpenSSL: those of a company, perhaps,
 * which Chromium and Node do not know by themselves. They are only used when a certificate was not recognised.
 */
export const withExtraCertificates = (
  transport: Transport,
  surroundings: PipEnvironment = { environment: process.env, platform: process.platform, home: homedir() },
): Transport => {
  let opened: Promise<Transport | null> | undefined;
  return async (request) => {
    try {
      return await transport(request);
    } catch (error) {
      if (!isUnknownIssuer(error)) throw error;
      const second = await (opened ??= open(surroundings));
      if (second === null) throw error;
      return second(request);
    }
  };
};

const open = async (surroundings: PipEnvironment): Promise<Transport | null> => {
  const named = [
    await readPipCertificates(surroundings),
    ...VARIABLES.map((name) => surroundings.environment[name] ?? null),
  ];
  const files = new Set(named.filter((file) => file !== null && file !== ''));
  const read = await Promise.all([...files].map((file) => readFile(String(file), 'utf8').catch(() => '')));
  const certificates = read.filter((text) => text.includes('-----BEGIN CERTIFICATE-----'));
  return certificates.length === 0 ? null : nodeTransport(certificates.join('\n'));
};

const isUnknownIssuer = (error: unknown): boolean =>
  error instanceof Error &&
  (UNKNOWN_ISSUER.test(error.message) || ('code' in error && UNKNOWN_ISSUER.test(String(error.code))));
