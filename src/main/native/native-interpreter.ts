import { randomUUID } from 'node:crypto';
import type { RunOutput } from '../../shared/contract/sandbox.ts';
import type { GuestOutcome } from '../../shared/protocol/guest-report.ts';
import { LIMITS } from '../../shared/limits.ts';
import {
  outcomeBudgetBytes,
  type RunEnd,
  type RunOrder,
  type RunPiece,
} from '../../shared/protocol/interpreter.ts';
import type { Clock } from '../base/clock.ts';
import { raceStop, sharedController } from '../base/stop-signal.ts';
import { messageOf } from '../base/system-error.ts';
import { TextTail } from '../base/text-tail.ts';
import { inPieces } from '../foreign-text/turns.ts';
import type { Interpreter } from '../run/backend.ts';
import type { Verdict } from '../run/verdict.ts';
import { CappedOutput } from './capped-output.ts';
import { runEnvironment } from './environment.ts';
import { NativeProcess, type NativeExit } from './native-process.ts';
import type { RunFolder } from './run-folder.ts';

/** For code to obey an interrupt before it is killed, in ms. */
const INTERRUPT_LIMIT_MS = 1000;

/** What `Outputs.show_with` in outputs.py keeps to. */
const DISPLAY_LIMITS = [
  LIMITS.displayBytes,
  LIMITS.totalDisplayBytes,
  LIMITS.displayCount,
  LIMITS.displayMimeTypes,
];
/** Each display has a line end. */
const MAX_DISPLAY_FILE_BYTES = LIMITS.totalDisplayBytes + LIMITS.displayCount;

const never = sharedController().signal;

/** Enough of stderr for the last line that an interpreter prints before it gives up, in UTF-16 units. */
const LAST_WORDS_UNITS = 4096;

/** Python could not be started, or ended before the code began. */
class NotBegunError extends Error {
  override readonly name = 'NotBegunError';
}

export interface NativeInterpreterOptions {
  readonly folder: RunFolder;
  /** Full path of the interpreter. */
  readonly program: string;
  readonly clock: Clock;
  /** Where the variables that native code may see are taken from. */
  readonly environment: NodeJS.ProcessEnv;
}

/** A process of the user's own Python, for one run. */
export class NativeInterpreter implements Interpreter {
  readonly interruptMs = INTERRUPT_LIMIT_MS;
  /** Native code is not capped. */
  readonly outOfMemory: AbortSignal = never;
  readonly #options: NativeInterpreterOptions;
  #process: NativeProcess | null = null;
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: NativeInterpreterOptions) {
    this.#options = options;
  }

  memoryExplanation(): null {
    return null;
  }

  begin(): { readonly lostBefore: false } {
    return { lostBefore: false };
  }

  run(order: RunOrder, onPiece: (piece: RunPiece) => void): Promise<RunEnd> {
    const running = this.#run(order, onPiece);
    this.#running = running.catch(() => undefined);
    return running;
  }

  /** It has no standard input. */
  answerInput(): Promise<void> {
    return Promise.resolve();
  }

  /** It is given no functions. */
  answerFunction(): Promise<void> {
    return Promise.resolve();
  }

  async interrupt(limitMs: number): Promise<boolean> {
    this.#process?.interrupt();
    const raced = await raceStop(this.#running, this.#options.clock, limitMs, never);
    return raced.stopped === null;
  }

  async terminate(): Promise<void> {
    await this.#process?.end(this.#options.clock);
    await this.#running;
  }

  failed(error: unknown): Promise<Verdict> {
    const detail =
      error instanceof NotBegunError ? error.message : `Python could not be started: ${messageOf(error)}`;
    return Promise.resolve({ kind: 'setup-failed', detail });
  }

  advise(outcome: GuestOutcome): GuestOutcome {
    return outcome;
  }

  end(): void {
    // Nothing is counted.
  }

  /** Files of native runs are listed, not handed out. */
  collectFiles(): Promise<void> {
    return Promise.resolve();
  }

  async release(): Promise<void> {
    await this.#options.folder.remove();
  }

  async #run(order: RunOrder, onPiece: (piece: RunPiece) => void): Promise<RunEnd> {
    const { clock, environment, folder, program } = this.#options;
    const output = new CappedOutput(order.outputBytes, onPiece);
    const lastWords = new TextTail(LAST_WORDS_UNITS);
    const decoder = new TextDecoder();
    const marker = randomUUID();
    const python = new NativeProcess({
      program,
      args: ['-u', folder.runner, folder.path, ...[output.maxBytes, ...DISPLAY_LIMITS].map(String)],
      cwd: folder.workspace,
      environment: runEnvironment(environment, marker),
      marker,
      onOutput: ({ stream, bytes }: RunOutput) => {
        if (stream === 'stderr') lastWords.push(decoder.decode(bytes, { stream: true }));
        output.push(stream, bytes);
      },
    });
    this.#process = python;
    try {
      const exit = await python.exited.finally(() => python.end(clock));
      await output.end();
      await output.show(await folder.displays(MAX_DISPLAY_FILE_BYTES));
      return await this.#endOf(exit, output, lastWords, onPiece);
    } finally {
      output.close();
    }
  }

  /** What came of a process that has ended. */
  async #endOf(
    exit: NativeExit,
    output: CappedOutput,
    lastWords: TextTail,
    onPiece: (piece: RunPiece) => void,
  ): Promise<RunEnd> {
    const { folder } = this.#options;
    if (!(await folder.hasBegun()) && exit.signal === null) {
      const detail = `Python ended before the code began, exit code ${exit.code ?? '?'}`;
      const words = lastWords.text.slice(lastWords.text.lastIndexOf('\n') + 1);
      throw new NotBegunError(words === '' ? detail : `${detail}: ${words}`);
    }
    const report = await folder.outcome(outcomeBudgetBytes(output.maxBytes));
    if (report !== null && exit.signal === null) {
      await inPieces(report, (bytes) => onPiece({ channel: 'outcome', bytes }));
      return { kind: 'finished', outputCut: output.cut, outcome: new Uint8Array() };
    }
    return { kind: 'died', cause: 'exited', detail: describeExit(exit), stack: await folder.faults() };
  }
}

const describeExit = ({ code, signal }: NativeExit): string => {
  if (signal === 'SIGKILL') return 'signal SIGKILL, perhaps because the computer had no memory left';
  return signal === null ? `exit code ${code ?? '?'}` : `signal ${signal}`;
};
