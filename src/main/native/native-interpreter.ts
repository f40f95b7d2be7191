import type { GuestOutcome } from '../../shared/protocol/guest-report.ts';
import type { InputAnswer } from '../../shared/protocol/blocking-calls.ts';
import type { RunEnd, RunOrder, RunPiece } from '../../shared/protocol/interpreter.ts';
import { raceStop, sharedController } from '../base/stop-signal.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/system-error.ts';
import type { Interpreter } from '../run/backend.ts';
import { RunProtocolError } from '../run/run-protocol-error.ts';
import type { Verdict } from '../run/verdict.ts';
import { NotBegunError } from './not-begun.ts';

/** For code to obey an interrupt before it is killed, in ms. */
const INTERRUPT_LIMIT_MS = 1000;

const never = sharedController().signal;

/** What a run in the user's own Python is to the run core, wherever its process comes from. */
export abstract class NativeInterpreter implements Interpreter {
  readonly interruptMs = INTERRUPT_LIMIT_MS;
  /** Native code is not capped. */
  readonly outOfMemory: AbortSignal = never;
  readonly #clock: Clock;
  #running: Promise<unknown> = Promise.resolve();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  memoryExplanation(): null {
    return null;
  }

  abstract begin(): { readonly lostBefore: boolean };

  run(order: RunOrder, onPiece: (piece: RunPiece) => void): Promise<RunEnd> {
    const running = this.execute(order, onPiece);
    this.#running = running.catch(() => undefined);
    return running;
  }

  abstract answerInput(call: number, answer: InputAnswer): Promise<void>;

  /** It is given no functions. */
  answerFunction(): Promise<void> {
    return Promise.resolve();
  }

  /** It never asks: its packages are the user's. */
  bringFonts(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  async interrupt(limitMs: number): Promise<boolean> {
    this.askToStop();
    const raced = await raceStop(this.#running, this.#clock, limitMs, never);
    return raced.stopped === null;
  }

  async terminate(): Promise<void> {
    await this.kill();
    await this.#running;
  }

  async failed(error: unknown): Promise<Verdict> {
    await this.terminate();
    if (error instanceof RunProtocolError) return { kind: 'misbehaved', detail: error.message };
    const detail =
      error instanceof NotBegunError ? error.message : `Python could not be started: ${messageOf(error)}`;
    return { kind: 'setup-failed', detail };
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

  abstract release(): Promise<void>;

  protected abstract execute(order: RunOrder, onPiece: (piece: RunPiece) => void): Promise<RunEnd>;
  protected abstract askToStop(): void;
  /** Ends the process; what runs in it settles. */
  protected abstract kill(): Promise<void>;
}
