import type { RunOutput } from '../../shared/contract/run.ts';
import type { InputAnswer } from '../../shared/protocol/blocking-calls.ts';
import type { RunEnd, RunOrder, RunPiece } from '../../shared/protocol/interpreter.ts';
import type { Clock } from '../base/clock.ts';
import { TextTail } from '../base/text-tail.ts';
import { RunProtocolError } from '../run/run-protocol-error.ts';
import { CappedOutput } from './capped-output.ts';
import { answerOrder, inputPiece, type NativeReport } from './native-channel.ts';
import { NativeInterpreter } from './native-interpreter.ts';
import type { InterruptBy, NativeExit, NativeProcess } from './native-process.ts';
import { STDERR_TAIL_UNITS, notBegun } from './not-begun.ts';
import type { RunFolder } from './run-folder.ts';
import { deathOf, passOutcome, passRest } from './run-report.ts';
import { startPython } from './start-python.ts';

export interface ProgramInterpreterOptions {
  readonly folder: RunFolder;
  /** Full path of the interpreter. */
  readonly program: string;
  readonly clock: Clock;
  /** Where the variables that native code may see are taken from. */
  readonly environment: NodeJS.ProcessEnv;
  readonly interruptBy: InterruptBy;
}

/** A process of the user's own Python, for one run without a session. */
export class ProgramInterpreter extends NativeInterpreter {
  readonly #options: ProgramInterpreterOptions;
  #process: NativeProcess | null = null;

  constructor(options: ProgramInterpreterOptions) {
    super(options.clock);
    this.#options = options;
  }

  override begin(): { readonly lostBefore: false } {
    return { lostBefore: false };
  }

  override answerInput(call: number, answer: InputAnswer): Promise<void> {
    this.#process?.order(answerOrder(call, answer));
    return Promise.resolve();
  }

  override async release(): Promise<void> {
    await this.#options.folder.remove();
  }

  protected override askToStop(): void {
    this.#process?.interrupt();
  }

  protected override async kill(): Promise<void> {
    await this.#process?.end();
  }

  protected override async execute(order: RunOrder, onPiece: (piece: RunPiece) => void): Promise<RunEnd> {
    const { clock, environment, folder, interruptBy, program } = this.#options;
    const output = new CappedOutput(order.outputBytes, onPiece);
    const stderrTail = new TextTail(STDERR_TAIL_UNITS);
    const decoder = new TextDecoder();
    let onMisbehaviour: (error: Error) => void = () => undefined;
    const misbehaved = new Promise<never>((_resolve, reject) => {
      onMisbehaviour = reject;
    });
    const python = startPython({
      program,
      folder,
      environment,
      interruptBy,
      clock,
      options: ['program', ...(order.input ? (['input'] as const) : [])],
      textLimit: output.maxBytes,
      onOutput: ({ stream, bytes }: RunOutput) => {
        if (stream === 'stderr') stderrTail.push(decoder.decode(bytes, { stream: true }));
        output.push(stream, bytes);
      },
      onReport: (report) => onPiece(questionOf(report)),
      onMisbehaviour,
    });
    this.#process = python;
    try {
      const exit = await Promise.race([python.exited, misbehaved]).finally(() => python.end());
      await passRest(folder, output);
      return await this.#endOf(exit, output, stderrTail, onPiece);
    } finally {
      output.close();
    }
  }

  /** What came of a process that has ended. */
  async #endOf(
    exit: NativeExit,
    output: CappedOutput,
    stderrTail: TextTail,
    onPiece: (piece: RunPiece) => void,
  ): Promise<RunEnd> {
    const { folder } = this.#options;
    if (!(await folder.hasBegun()) && exit.signal === null) throw notBegun(exit, stderrTail);
    const ended = exit.signal === null ? await passOutcome(folder, output, onPiece) : null;
    return ended ?? (await deathOf(folder, exit));
  }
}

/** The only thing that a program can have to say. @throws RunProtocolError */
const questionOf = (report: NativeReport): RunPiece => {
  if (report.say !== 'input') throw new RunProtocolError('it told what has no meaning');
  return inputPiece(report);
};
