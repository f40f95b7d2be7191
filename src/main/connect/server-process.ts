import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import process from 'node:process';
import type { Readable, Writable } from 'node:stream';
import { getDefaultEnvironment } from '@modelcontextprotocol/client/stdio';
import spawn from 'cross-spawn';
import { systemClock } from '../base/clock.ts';
import { killTree, signalQuietly, TREE_MARKER } from '../base/process-tree.ts';
import { raceStop } from '../base/stop-signal.ts';
import { TextTail } from '../base/text-tail.ts';
import { oneLine } from '../foreign-text/printable.ts';
import { OrphanGuard } from './orphan-guard.ts';
import type { ServerSettings } from './server-list.ts';

/** Of what the server says on stderr, in UTF-16 units. */
const STDERR_TAIL = 1000;
/** For the process to end after each way of telling it to, in ms: whoever ends us may not wait for long. */
const END_MS = 300;
/** For the last output to arrive once the process has ended, in ms: something it started may hold the pipes. */
const DRAIN_MS = 1000;
/** For the system to take back what was killed, in ms. */
const KILL_MS = 2000;

/**
 * A server's process, and what it starts: a process group of its own. It is started without a shell, and ends with this
 * process, on POSIX also when this one is killed.
 */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #marker = randomUUID();
  readonly #words = new TextTail(STDERR_TAIL);
  /** Its pipes are closed. */
  readonly #closed: Promise<void>;
  readonly #guard: OrphanGuard | null;
  #ending: Promise<void> | undefined;
  #isGone = false;
  /** Rejects when the process can't be started. */
  readonly started: Promise<void>;
  /** The process and all that it started are gone. */
  readonly ended: Promise<void>;

  constructor({ args, command, env, folder }: ServerSettings) {
    const child = spawn(command, args, {
      cwd: folder,
      env: { ...getDefaultEnvironment(), ...env, [TREE_MARKER]: this.#marker },
      stdio: ['pipe', 'pipe', 'pipe'],
      shell: false,
      // The whole process group is ended at once.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    this.#child = child;
    child.stderr?.on('data', (bytes: Buffer) => this.#words.push(bytes.toString('utf8')));
    // A process that is gone closes its ends of the pipes as it likes.
    for (const stream of child.stdio) stream?.on('error', () => undefined);
    this.#guard = child.pid === undefined ? null : new OrphanGuard(child.pid, this.#marker);
    this.#closed = new Promise((resolve) => child.once('close', () => resolve()));
    this.started = new Promise((resolve, reject) => {
      child.once('spawn', () => resolve());
      child.once('error', reject);
    });
    this.started.catch(() => undefined);
    this.ended = new Promise((resolve) => {
      const end = (): void => void this.end().then(resolve);
      child.once('error', end);
      child.once('close', end);
      child.once('exit', () => void this.#isClosedWithin(DRAIN_MS).then(end));
    });
  }

  get stdin(): Writable | null {
    return this.#child.stdin;
  }

  get stdout(): Readable | null {
    return this.#child.stdout;
  }

  get stderr(): Readable | null {
    return this.#child.stderr;
  }

  get pid(): number | null {
    return this.#child.pid ?? null;
  }

  /** The last line that it wrote to stderr, fit to print. */
  get stderrTail(): string {
    return oneLine(this.#words.text.split('\n').at(-1) ?? '');
  }

  /** Ends all of it: by the end of its input, then by signals. Never rejects. */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  /** Kills what is in its process group, without waiting: this process is about to exit. */
  abandon(): void {
    if (!this.#isGone) this.#signal('SIGKILL');
  }

  async #end(): Promise<void> {
    const { pid, stdin, stdio } = this.#child;
    if (pid !== undefined) {
      stdin?.end();
      if (!(await this.#isClosedWithin(END_MS))) {
        this.#signal('SIGTERM');
        await this.#isClosedWithin(END_MS);
      }
      // What a process started may stay when it has ended itself.
      await killTree(pid, this.#marker);
      await this.#isClosedWithin(KILL_MS);
      this.#guard?.dismiss();
    }
    this.#isGone = true;
    for (const stream of stdio) stream?.destroy();
  }

  async #isClosedWithin(ms: number): Promise<boolean> {
    const { stopped } = await raceStop(this.#closed, systemClock, ms);
    return stopped === null;
  }

  #signal(name: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    // Windows has no groups, and no signal but the one that kills.
    if (process.platform !== 'win32') signalQuietly(-pid, name);
    else if (name === 'SIGKILL') signalQuietly(pid, name);
  }
}
