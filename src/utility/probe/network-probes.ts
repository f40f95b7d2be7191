import dgram from 'node:dgram';
import dns from 'node:dns';
import { createRequire } from 'node:module';
import net from 'node:net';
import path from 'node:path';
import process from 'node:process';
import type { Probe } from './probe.ts';

const connected = (socket: net.Socket): Promise<unknown> =>
  new Promise((resolve, reject) => {
    socket.once('connect', () => {
      socket.destroy();
      resolve('connected');
    });
    socket.once('error', reject);
  });

const listening = (server: net.Server, where: string | { port: number; host: string }): Promise<unknown> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.close();
      resolve('listening');
    });
  });

const datagram = (port: number): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const socket = dgram.createSocket('udp4');
    socket.once('error', reject);
    socket.send('x', port, '127.0.0.1', (error) => {
      socket.close();
      if (error === null) resolve('sent');
      else reject(error);
    });
  });

const probe = (name: string, attempt: Probe['attempt']): Probe => ({ name, group: 'network', attempt });

export const NETWORK_PROBES: readonly Probe[] = [
  probe('connect to a port', ({ port }) => connected(net.connect(port, '127.0.0.1'))),
  probe('connect to a socket file', ({ socket }) => connected(net.connect(socket))),
  probe('listen on a port', () => listening(net.createServer(), { port: 0, host: '127.0.0.1' })),
  probe('listen on a socket file', ({ folder }) =>
    listening(net.createServer(), path.join(folder, 'own.sock')),
  ),
  probe('send a datagram', ({ port }) => datagram(port)),
  probe('fetch', async ({ port }) => (await fetch(`http://127.0.0.1:${port}/`)).status),
];

/** In libuv's pool. */
export const NAME_PROBES: readonly Probe[] = [
  probe('look a name up', async () => (await dns.promises.lookup('localhost')).address),
];

/** Electron's `net` in a utility process, as far as it is used here. */
interface BrowserNetwork {
  fetch(url: string): Promise<{ readonly status: number }>;
  resolveHost(name: string): Promise<unknown>;
}

const load = createRequire(process.execPath);

/** Undefined under plain Node. */
export const browserNetwork = (): BrowserNetwork | undefined =>
  'electron' in process.versions ? (load('electron') as { readonly net?: BrowserNetwork }).net : undefined;

/**
 * Through the browser process, which has a network.
 *
 * @param kept Electron's `net`, taken before the lock-down; undefined under plain Node
 */
export const browserProbes = (kept: BrowserNetwork | undefined): Probe[] =>
  kept === undefined
    ? []
    : [
        {
          name: 'ask Electron for its net',
          group: 'browser-network',
          attempt: () => typeof browserNetwork(),
        },
        {
          name: 'fetch through the browser process',
          group: 'browser-network',
          attempt: async ({ port }) => (await kept.fetch(`http://127.0.0.1:${port}/`)).status,
        },
        {
          name: 'look a name up through the browser process',
          group: 'browser-network',
          attempt: () => kept.resolveHost('localhost'),
        },
      ];
