/** Things on the host that no guest may find, change or reach, and that tell when one did. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';

export const CANARY_VARIABLE = 'VIVARIUM_TEST_CANARY';

export class Canaries {
  /** In the file, in the folder's files and in what the listener answers. */
  readonly token = `token-${randomBytes(16).toString('hex')}`;
  /** Value of the environment variable. */
  readonly variable = `variable-${randomBytes(16).toString('hex')}`;
  readonly file: string;
  readonly folder: string;
  connections = 0;
  readonly #root: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #port = 0;

  private constructor() {
    this.#root = mkdtempSync(path.join(tmpdir(), 'vivarium-canary-'));
    this.file = path.join(this.#root, 'secret.txt');
    this.folder = path.join(this.#root, 'folder');
    writeFileSync(this.file, `${this.token}\n`);
    mkdirSync(path.join(this.folder, 'deep'), { recursive: true });
    writeFileSync(path.join(this.folder, 'keep.txt'), this.token);
    writeFileSync(path.join(this.folder, 'keep.py'), `print("${this.token}")`);
    writeFileSync(path.join(this.folder, 'deep', 'keep.bin'), randomBytes(64));
    this.#server = createServer((socket) => {
      this.connections++;
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.end(
        `HTTP/1.1 200 OK\r\ncontent-length: ${this.token.length}\r\nconnection: close\r\n\r\n${this.token}`,
      );
    });
  }

  /** Sets the environment variable of this process too, for what it starts to inherit. */
  static async place(): Promise<Canaries> {
    const canaries = new Canaries();
    process.env[CANARY_VARIABLE] = canaries.variable;
    // On all addresses: ::1 and 127.0.0.1 alike.
    await new Promise<void>((resolve) => canaries.#server.listen(0, () => resolve()));
    const address = canaries.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the listener has no port');
    canaries.#port = address.port;
    return canaries;
  }

  get port(): number {
    return this.#port;
  }

  /** Replaces `{{name}}` in a case's code. */
  fill(text: string, further: Readonly<Record<string, string>> = {}): string {
    const values: Record<string, string> = {
      file: this.file,
      folder: this.folder,
      port: String(this.#port),
      url: `http://127.0.0.1:${this.#port}`,
      variable: CANARY_VARIABLE,
      token: this.token,
      ...further,
    };
    return text.replace(/\{\{(\w+)\}\}/gu, (whole, name: string) => values[name] ?? whole);
  }

  /** Names, sizes, modes and contents of everything in the folder, and the file. */
  fingerprint(): string {
    const hash = createHash('sha256');
    const names = readdirSync(this.folder, { recursive: true, encoding: 'utf8' }).sort();
    for (const name of [this.file, ...names.map((entry) => path.join(this.folder, entry))]) {
      const stat = statSync(name);
      hash.update(`${name}\0${stat.mode}\0${stat.mtimeMs}\0`);
      if (stat.isFile()) hash.update(readFileSync(name));
    }
    return hash.digest('hex');
  }

  async remove(): Promise<void> {
    Reflect.deleteProperty(process.env, CANARY_VARIABLE);
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    rmSync(this.#root, { recursive: true, force: true });
  }
}
