import { LIMITS } from '../../shared/limits.ts';
import type { RunOutput } from '../../shared/contract/run.ts';
import type { InputAnswer } from '../../shared/protocol/blocking-calls.ts';
import type { RunEnd, RunOrder, RunPiece } from '../../shared/protocol/interpreter.ts';
import type { Clock } from '../base/clock.ts';
import { raceStop, sharedController } from '../base/stop-signal.ts';
import { TextTail } from '../base/text-tail.ts';
import { RunProtocolError } from '../run/run-protocol-error.ts';
import { CappedOutput } from './capped-output.ts';
import { LateOutput } from './late-output.ts';
import { answerOrder, inputPiece, type NativeReport } from './native-channel.ts';
import type { InterruptBy, NativeExit, NativeProcess } from './native-process.ts';
import { STDERR_TAIL_UNITS, notBegun } from './not-begun.ts';
import type { RunFolder } from './run-folder.ts';
import { deathOf, passOutcome, passRest } from './run-report.ts';
import { startPython } from './start-python.ts';

/** For a session's process to come to its end as a program does, before it is killed, in ms. */
const END_LIMIT_MS = 3000;

const never = sharedController().signal;

export interface NativeSessionOptions {
  readonly folder: RunFolder;
  /** Full path of the interpreter. */
  readonly program: string;
  readonly clock: Clock;
  /** Where the variables that native code may see are taken from. */
  readonly environment: NodeJS.ProcessEnv;
  readonly interruptBy: InterruptBy;
}

/** Gets what is printed, as it comes. */
export type OutputHearer = (output: RunOutput) => void;

/** The run that is under way. */
interface CurrentRun {
  readonly number: number;
  readonly output: CappedOutput;
  readonly onPiece: (piece: RunPiece) => void;
  readonly onDone: () => void;
}

/** What is asked of its names. */
interface Question {
  readonly number: number;
  text: string;
  readonly onAnswer: (text: string) => void;
}

/** A process of the user's own Python that keeps what its runs leave. */
export class NativeSession {
  readonly #clock: Clock;
  readonly #folder: RunFolder;
  readonly #process: NativeProcess;
  readonly #stderrTail = new TextTail(STDERR_TAIL_UNITS);
  readonly #decoder = new TextDecoder();
  readonly #late = new LateOutput();
  readonly #ready: Promise<void>;
  readonly #misbehaved: Promise<never>;
  #onReady: () => void = () => undefined;
  #misbehave: (error: Error) => void = () => undefined;
  #isAlive = true;
  #ending: Promise<void> | null = null;
  /** Null before it is told to end. */
  #last: OutputHearer | null = null;
  #runs = 0;
  #questions = 0;
  #question: Question | null = null;
  #current: CurrentRun | null = null;
  #running: Promise<unknown> = Promise.resolve();
  /** Settles once it is gone for whatever reason, and nothing is left of it. */
  readonly gone: Promise<void>;

  constructor({ clock, environment, folder, interruptBy, program }: NativeSessionOptions) {
    this.#clock = clock;
    this.#folder = folder;
    this.#ready = new Promise((resolve) => {
      this.#onReady = resolve;
    });
    this.#misbehaved = new Promise((_resolve, reject) => {
      this.#misbehave = reject;
    });
    this.#misbehaved.catch(() => undefined);
    this.#process = startPython({
      program,
      folder,
      environment,
      interruptBy,
      clock,
      options: ['session'],
      textLimit: 0,
      onOutput: (output) => this.#hearOutput(output),
      onReport: (report) => this.#hear(report),
      onMisbehaviour: (error) => this.#misbehave(error),
    });
    this.gone = this.#untilGone();
  }

  /** Whether it can run code. */
  get isAlive(): boolean {
    return this.#isAlive;
  }

  get folder(): RunFolder {
    return this.#folder;
  }

  /** @throws NotBegunError, Error when Python could not be started */
  async ready(): Promise<void> {
    const exited = this.#process.exited.then((exit) => Promise.reject(notBegun(exit, this.#stderrTail)));
    await Promise.race([this.#ready, exited, this.#misbehaved]);
  }

  /** Runs what is in its folder. Rejects when it breaks the rules. */
  run(order: RunOrder, onPiece: (piece: RunPiece) => void): Promise<RunEnd> {
    const running = this.#run(order, onPiece);
    this.#running = running.catch(() => undefined);
    return running;
  }

  /**
   * What it knows of names, as it says itself; '' when it ends before. Null while it owes an answer.
   *
   * @param asked a `NameQuestion` as JSON
   */
  lookUpNames(asked: string): Promise<string> | null {
    if (this.#question !== null) return null;
    this.#questions += 1;
    const number = this.#questions;
    this.#process.order({ do: 'look-up', question: number, asked });
    return new Promise((resolve) => {
      this.#question = { number, text: '', onAnswer: resolve };
    });
  }

  answerInput(call: number, answer: InputAnswer): void {
    this.#process.order(answerOrder(call, answer));
  }

  interrupt(): void {
    this.#process.interrupt();
  }

  /** Ends it at once. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.#isAlive = false;
    await this.#process.end();
    await this.gone;
  }

  /**
   * Lets it come to its end as a program does, within a deadline. Resolves when it is gone. Idempotent.
   *
   * @param hear gets what is printed then, after what no run has told of; of the first call only
   */
  end(hear: OutputHearer = () => undefined): Promise<void> {
    this.#isAlive = false;
    this.#ending ??= this.#endInOrder(hear);
    return this.#ending;
  }

  async #endInOrder(hear: OutputHearer): Promise<void> {
    this.#last = hear;
    this.#late.passTo({ push: (stream, bytes) => hear({ stream, bytes }) });
    this.#process.order({ do: 'end' });
    await raceStop(this.#process.exited, this.#clock, END_LIMIT_MS, never).catch(() => undefined);
    await this.kill();
  }

  async #run(order: RunOrder, onPiece: (piece: RunPiece) => void): Promise<RunEnd> {
    const output = new CappedOutput(order.outputBytes, onPiece);
    this.#runs += 1;
    const number = this.#runs;
    const done = new Promise<null>((resolve) => {
      this.#current = { number, output, onPiece, onDone: () => resolve(null) };
    });
    this.#late.passTo(output);
    this.#process.order({ do: 'run', run: number, textLimit: output.maxBytes, input: order.input });
    try {
      const exit = await Promise.race([done, this.#process.exited, this.#misbehaved]);
      if (exit !== null) await this.#process.end();
      await passRest(this.#folder, output);
      if (exit !== null) return await deathOf(this.#folder, exit);
      return (await passOutcome(this.#folder, output, onPiece)) ?? UNREADABLE;
    } finally {
      this.#current = null;
      output.close();
    }
  }

  /** However it ends: what it has started ends with it, and its folder is removed once no run reads it. */
  async #untilGone(): Promise<void> {
    const over: Promise<NativeExit | null> = Promise.race([this.#process.exited, this.#misbehaved]);
    await over.catch(() => null);
    this.#isAlive = false;
    this.#question?.onAnswer('');
    await this.#process.end();
    await this.#running;
    await this.#folder.remove();
  }

  #hear(report: NativeReport): void {
    const current = this.#current;
    switch (report.say) {
      case 'ready':
        this.#onReady();
        return;
      case 'input':
        // Who asks when nothing runs waits for nobody.
        current?.onPiece(inputPiece(report));
        return;
      case 'done':
        if (current?.number !== report.run)
          throw new RunProtocolError('it told of a run that is not under way');
        // What comes from now on is not part of it.
        this.#current = null;
        current.onDone();
        return;
      case 'answer':
        this.#hearAnswer(report);
        return;
    }
  }

  #hearAnswer({ last, part, question: number }: Extract<NativeReport, { say: 'answer' }>): void {
    const question = this.#question;
    if (question?.number !== number || question.text.length + part.length > LIMITS.nameReportBytes)
      throw new RunProtocolError('it answered what was not asked');
    question.text += part;
    if (!last) return;
    this.#question = null;
    question.onAnswer(question.text);
  }

  #hearOutput(output: RunOutput): void {
    if (output.stream === 'stderr')
      this.#stderrTail.push(this.#decoder.decode(output.bytes, { stream: true }));
    if (this.#current !== null) this.#current.output.push(output.stream, output.bytes);
    else if (this.#last !== null) this.#last(output);
    else this.#late.push(output);
  }
}

/** The code has spoilt or removed it; who runs the code ends the interpreter. */
const UNREADABLE: RunEnd = {
  kind: 'died',
  cause: 'exited',
  detail: 'its report could not be read, so it was ended',
  stack: '',
};
