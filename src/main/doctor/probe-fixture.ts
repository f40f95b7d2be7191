import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ProbeTargets } from '../../shared/protocol/probe-protocol.ts';

const VICTIM = 'victim';
const UNTOUCHED = 'not to be touched';

const listen = (server: Server, where: string | { port: number; host: string }): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => resolve());
  });

/** Also those that do not listen. */
const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
  });

const takeAway = async (folder: string, servers: readonly Server[]): Promise<void> => {
  await Promise.all(servers.map(close));
  await rm(folder, { recursive: true, force: true });
};

/** Files and listeners for probes to reach, in a temporary folder; knows who came. */
export class ProbeFixture {
  readonly targets: ProbeTargets;
  readonly #folder: string;
  readonly #servers: readonly Server[];
  readonly #sockets = new Set<Socket>();
  #connections = 0;

  private constructor(folder: string, targets: ProbeTargets, servers: readonly Server[]) {
    this.#folder = folder;
    this.targets = targets;
    this.#servers = servers;
    for (const server of servers) {
      server.on('connection', (socket) => {
        this.#connections++;
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
        socket.end('HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n');
      });
    }
  }

  /**
   * @param binding the lock-down's native binding, or null
   * @throws Error when the temporary folder or the listeners can't be made
   */
  static async set(binding: string | null): Promise<ProbeFixture> {
    const root = await mkdtemp(path.join(tmpdir(), 'vivarium-doctor-'));
    const servers = { port: createServer(), socket: createServer() };
    try {
      const folder = path.join(root, 'folder');
      const file = path.join(root, 'file');
      const socket = path.join(root, 'socket');
      const otherBinding = binding === null ? null : path.join(root, 'other.node');
      await mkdir(folder);
      await writeFile(file, 'out of reach');
      await writeFile(path.join(folder, VICTIM), UNTOUCHED);
      if (binding !== null && otherBinding !== null) await copyFile(binding, otherBinding);
      await listen(servers.port, { port: 0, host: '127.0.0.1' });
      if (process.platform !== 'win32') await listen(servers.socket, socket);
      const address = servers.port.address();
      if (address === null || typeof address === 'string') throw new Error('the listener has no port');
      const targets = { file, folder, socket, port: address.port, binding, otherBinding };
      return new ProbeFixture(root, targets, Object.values(servers));
    } catch (error) {
      await takeAway(root, Object.values(servers));
      throw error;
    }
  }

  /** How often someone came to the port or the socket. */
  get connections(): number {
    return this.#connections;
  }

  /** Whether the folder holds anything else than at first. */
  async isTouched(): Promise<boolean> {
    const names = await readdir(this.targets.folder);
    if (names.join() !== VICTIM) return true;
    return (await readFile(path.join(this.targets.folder, VICTIM), 'utf8')) !== UNTOUCHED;
  }

  async clear(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await takeAway(this.#folder, this.#servers);
  }
}
