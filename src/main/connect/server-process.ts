import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import type { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { TextTail } from '../base/text-tail.ts';
import { oneLine } from '../foreign-text/printable.ts';
import type { ServerSettings } from './server-list.ts';

/** Largest message of a server, in bytes: results of calls are smaller still. */
export const MAX_MESSAGE_BYTES = 12 * 1024 * 1024;
const STDERR_TAIL = 1000;
/** What is to end gets so long for each way of telling it, in ms: whoever ends us may not wait for long. */
const END_MS = 300;

/** The transport forgets its process when it begins to end it. */
class Transport extends StdioClientTransport {
  startedPid: number | null = null;

  override async start(): Promise<void> {
    await super.start();
    this.startedPid = this.pid;
  }
}

/** A server's process, started without a shell once a client connects. It does not outlive this one, unless that is killed. */
export class ServerProcess {
  readonly transport: StdioClientTransport;
  readonly #started: Transport;
  readonly #words = new TextTail(STDERR_TAIL);
  readonly #ended: Promise<void>;

  constructor({ args, command, env, folder }: ServerSettings) {
    this.#started = new Transport({
      command,
      args: [...args],
      env: { ...env },
      cwd: folder,
      stderr: 'pipe',
      maxBufferSize: MAX_MESSAGE_BYTES,
    });
    this.transport = this.#started;
    this.transport.stderr?.on('data', (bytes: Buffer) => this.#words.push(bytes.toString('utf8')));
    const abandon = (): void => this.#signal('SIGKILL');
    process.once('exit', abandon);
    this.#ended = new Promise((resolve) => {
      this.transport.onclose = () => {
        process.off('exit', abandon);
        resolve();
      };
    });
  }

  /** The last line that it has said to people, fit to print. */
  get lastWords(): string {
    return oneLine(this.#words.text.split('\n').at(-1) ?? '');
  }

  /** By the end of its input, then by signals. */
  async end(client: Client): Promise<void> {
    const closing = client.close().catch(() => undefined);
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      if (await this.#hasEndedWithin(END_MS)) return;
      this.#signal(signal);
    }
    await Promise.race([this.#ended, closing]);
  }

  async #hasEndedWithin(ms: number): Promise<boolean> {
    if (this.#started.startedPid === null) return true;
    const stop = new AbortController();
    const late = setTimeout(ms, false, { signal: stop.signal }).catch(() => false);
    const isEnded = await Promise.race([this.#ended.then(() => true), late]);
    stop.abort();
    return isEnded;
  }

  #signal(name: NodeJS.Signals): void {
    const { startedPid: pid } = this.#started;
    if (pid === null) return;
    try {
      process.kill(pid, name);
    } catch {
      // Gone is what was wanted.
    }
  }
}
