import { spawn, type ChildProcess } from 'node:child_process';
import process from 'node:process';
import type { RunOutput } from '../../shared/contract/sandbox.ts';
import type { Clock } from '../base/clock.ts';
import { raceStop } from '../base/stop-signal.ts';
import { killTree, signalQuietly } from './process-tree.ts';

/** For the last output to arrive once the process has ended, in ms: something it started may hold the pipes. */
const DRAIN_LIMIT_MS = 2000;
/** For the system to take back a process that was killed, in ms. */
const KILL_LIMIT_MS = 5000;

const never = new AbortController().signal;

/** How a process ended, as the system tells it. */
export interface NativeExit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface NativeProcessOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: Record<string, string>;
  /** Marker in its environment, by which `killTree` finds its descendants. */
  readonly marker: string;
  readonly onOutput: (output: RunOutput) => void;
}

/** One interpreter at work: its process group, its output, its end. */
export class NativeProcess {
  readonly #child: ChildProcess;
  readonly #marker: string;
  readonly #closed: Promise<void>;
  /** How it ended; rejects when it could not be started. Output may still be on its way. */
  readonly exited: Promise<NativeExit>;

  constructor(options: NativeProcessOptions) {
    this.#marker = options.marker;
    this.#child = spawn(options.program, options.args, {
      cwd: options.cwd,
      env: options.environment,
      // The last one is held open by us alone: its end tells the runner that we are gone.
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      // A process group of its own, so that all of it can be ended at once.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    const child = this.#child;
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream]?.on('data', (bytes: Buffer) => options.onOutput({ stream, bytes }));
    }
    // A process that is gone closes its end of the pipes as it likes.
    for (const stream of child.stdio) stream?.on('error', () => undefined);
    this.exited = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    this.exited.catch(() => undefined);
    this.#closed = new Promise((resolve) => child.once('close', () => resolve()));
  }

  /** Asks the code to stop, as Ctrl-C would. Windows knows no such thing for a program without a console. */
  interrupt(): void {
    const { pid } = this.#child;
    if (pid !== undefined && process.platform !== 'win32') signalQuietly(-pid, 'SIGINT');
  }

  /** Ends it with all that it has started; resolves once it is gone and its output has arrived. */
  async end(clock: Clock): Promise<void> {
    const { pid } = this.#child;
    if (pid !== undefined) {
      await killTree(pid, this.#marker);
      await raceStop(this.exited, clock, KILL_LIMIT_MS, never).catch(() => undefined);
      await raceStop(this.#closed, clock, DRAIN_LIMIT_MS, never);
    }
    for (const stream of this.#child.stdio) stream?.destroy();
  }
}
