import type { InputAnswer } from '../../shared/protocol/blocking-calls.ts';
import type { RunEnd, RunOrder, RunPiece } from '../../shared/protocol/interpreter.ts';
import type { Clock } from '../base/clock.ts';
import { NativeInterpreter } from './native-interpreter.ts';
import type { NativeSession } from './native-session.ts';

export interface SessionInterpreterOptions {
  readonly clock: Clock;
  readonly session: NativeSession;
  /** Whether what earlier runs had left is gone; asked once. */
  readonly takeLoss: () => boolean;
}

/** A session's process, for one of its runs. */
export class SessionInterpreter extends NativeInterpreter {
  readonly #options: SessionInterpreterOptions;

  constructor(options: SessionInterpreterOptions) {
    super(options.clock);
    this.#options = options;
  }

  override begin(): { readonly lostBefore: boolean } {
    return { lostBefore: this.#options.takeLoss() };
  }

  override async interrupt(limitMs: number): Promise<boolean> {
    return (await super.interrupt(limitMs)) && this.#options.session.isAlive;
  }

  override answerInput(call: number, answer: InputAnswer): Promise<void> {
    this.#options.session.answerInput(call, answer);
    return Promise.resolve();
  }

  /** The session stays. */
  override release(): Promise<void> {
    return Promise.resolve();
  }

  protected override execute(order: RunOrder, onPiece: (piece: RunPiece) => void): Promise<RunEnd> {
    return this.#options.session.run(order, onPiece);
  }

  protected override askToStop(): void {
    this.#options.session.interrupt();
  }

  protected override kill(): Promise<void> {
    return this.#options.session.kill();
  }
}
