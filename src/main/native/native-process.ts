import { spawn, type ChildProcess } from 'node:child_process';
import process from 'node:process';
import type { Readable, Writable } from 'node:stream';
import type { RunOutput } from '../../shared/contract/run.ts';
import type { Clock } from '../base/clock.ts';
import { killTree, signalQuietly } from '../base/process-tree.ts';
import { raceStop, sharedController } from '../base/stop-signal.ts';
import { RunProtocolError } from '../run/run-protocol-error.ts';
import { orderLine, ReportLines, type NativeOrder, type NativeReport } from './native-channel.ts';

/** For the last output to arrive once the process has ended, in ms: something it started may hold the pipes. */
const DRAIN_LIMIT_MS = 2000;
/** For the system to take back a process that was killed, in ms. */
const KILL_LIMIT_MS = 5000;
/** For output to come to an end that a process wrote before it told of something, in ms: others may go on to write. */
const QUIET_LIMIT_MS = 500;
/** Turns of the event loop in which all that was there to be read would have come. */
const QUIET_TURNS = 3;

/** Reports that wait for their turn: whoever asks waits for the answer, and tells nothing meanwhile. */
const MAX_WAITING = 100;

/** Pipes beside the standard streams; see channel.py and parent_watch.py. */
const ORDERS = 4;
const REPORTS = 5;

const never = sharedController().signal;

/** How a process ended, as the system tells it. */
export interface NativeExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** How code is interrupted; Windows knows no signal for a program without a console. */
export type InterruptBy = 'signal' | 'order';

export const INTERRUPT_BY: InterruptBy = process.platform === 'win32' ? 'order' : 'signal';

export interface NativeProcessOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: Record<string, string>;
  /** Marker in its environment, by which `killTree` finds its descendants. */
  readonly marker: string;
  readonly interruptBy: InterruptBy;
  readonly clock: Clock;
  readonly onOutput: (output: RunOutput) => void;
  /** What the process has told, once all output has come that it wrote before. What it throws is misbehaviour. */
  readonly onReport: (report: NativeReport) => void;
  /** It broke the channel's rules; nothing is read from that any more. */
  readonly onMisbehaviour: (error: Error) => void;
}

/** One interpreter at work: its process group, its output, its channel, its end. */
export class NativeProcess {
  readonly #child: ChildProcess;
  readonly #options: NativeProcessOptions;
  readonly #closed: Promise<void>;
  /** Counts what has come of output. */
  #pieces = 0;
  /** How it ended; rejects when it could not be started. Output may still be on its way. */
  readonly exited: Promise<NativeExit>;

  constructor(options: NativeProcessOptions) {
    this.#options = options;
    this.#child = spawn(options.program, options.args, {
      cwd: options.cwd,
      env: options.environment,
      // The fourth is held open by us alone: its end tells the runner that we are gone. The last two are the channel.
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
      // A process group of its own, so that all of it can be ended at once.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    const child = this.#child;
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream]?.on('data', (bytes: Buffer) => {
        this.#pieces += 1;
        options.onOutput({ stream, bytes });
      });
    }
    this.#hear();
    // A process that is gone closes its end of the pipes as it likes.
    for (const stream of child.stdio) stream?.on('error', () => undefined);
    this.exited = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    this.exited.catch(() => undefined);
    this.#closed = new Promise((resolve) => child.once('close', () => resolve()));
  }

  /** Null when it could not be started. */
  get pid(): number | null {
    return this.#child.pid ?? null;
  }

  order(order: NativeOrder): void {
    const pipe = this.#pipe(ORDERS) as Writable | null | undefined;
    if (pipe?.writable === true) pipe.write(orderLine(order));
  }

  /** Asks the code to stop, as Ctrl-C would. */
  interrupt(): void {
    switch (this.#options.interruptBy) {
      case 'signal':
        if (this.pid !== null) signalQuietly(-this.pid, 'SIGINT');
        break;
      case 'order':
        this.order({ do: 'interrupt' });
        break;
    }
  }

  /** Ends it with all that it has started; resolves once it is gone and its output has arrived. */
  async end(): Promise<void> {
    const { clock } = this.#options;
    if (this.pid !== null) {
      await killTree(this.pid, this.#options.marker);
      await raceStop(this.exited, clock, KILL_LIMIT_MS, never).catch(() => undefined);
      await raceStop(this.#closed, clock, DRAIN_LIMIT_MS, never);
    }
    for (const stream of this.#child.stdio) stream?.destroy();
  }

  /** There are more than the types know of. */
  #pipe(index: number): Readable | Writable | null | undefined {
    const pipes: readonly (Readable | Writable | null | undefined)[] = this.#child.stdio;
    return pipes[index];
  }

  #hear(): void {
    const pipe = this.#pipe(REPORTS) as Readable | null | undefined;
    const lines = new ReportLines();
    let waiting = 0;
    let last = Promise.resolve();
    const pass = async (report: NativeReport): Promise<void> => {
      await this.#outputHasCome();
      waiting -= 1;
      this.#options.onReport(report);
    };
    const fail = (error: unknown): void => {
      pipe?.destroy();
      this.#options.onMisbehaviour(error instanceof Error ? error : new RunProtocolError(String(error)));
    };
    pipe?.on('data', (bytes: Buffer) => {
      try {
        for (const report of lines.push(bytes)) {
          waiting += 1;
          if (waiting > MAX_WAITING) throw new RunProtocolError('it told more than it may');
          last = last.then(() => pass(report));
          last.catch(fail);
        }
      } catch (error) {
        fail(error);
      }
    });
  }

  /**
   * Resolves once all output has come that was written before what has just been told: it lies in the system's pipes,
   * which the event loop reads before it comes to its next turn.
   */
  async #outputHasCome(): Promise<void> {
    const { clock } = this.#options;
    const giveUpAt = clock.now() + QUIET_LIMIT_MS;
    let before;
    do {
      before = this.#pieces;
      for (let turn = 0; turn < QUIET_TURNS; turn += 1) await nextTurn();
    } while (before !== this.#pieces && clock.now() < giveUpAt);
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
