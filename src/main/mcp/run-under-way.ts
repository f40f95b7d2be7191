import { isDeepStrictEqual } from 'node:util';
import type { RunResult } from '../../shared/contract/sandbox.ts';
import { InputQuestions } from './input-questions.ts';
import type { InputFileArgument } from './tool-schemas.ts';

export interface RunOrder {
  readonly script: string;
  readonly session: string | undefined;
  readonly packages: readonly string[];
  readonly files: readonly InputFileArgument[];
  readonly timeoutMs: number;
}

/** A run whose result was not fetched yet. */
export class RunUnderWay {
  readonly order: RunOrder;
  readonly stop = new AbortController();
  /** Set by each call that follows the run: whether its client can ask its user. */
  canAsk = false;
  readonly questions = new InputQuestions();
  readonly result: Promise<RunResult>;
  #step = 'starting Python';
  #isSettled = false;
  #tell: (message: string) => void = () => undefined;

  constructor(order: RunOrder, start: (run: RunUnderWay) => Promise<RunResult>) {
    this.order = order;
    this.result = start(this);
    const settle = (): void => {
      this.#isSettled = true;
    };
    // Whoever waits for it hears how it ended.
    this.result.then(settle, settle);
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  get step(): string {
    return this.#step;
  }

  goOn(step: string): void {
    if (this.#step === step) return;
    this.#step = step;
    this.#tell(step);
  }

  /** From now on that call hears of the steps. */
  follow(tell: (message: string) => void): void {
    this.#tell = tell;
    tell(this.#step);
  }

  unfollow(): void {
    this.#tell = () => undefined;
  }

  /** The session does not count: the first call of one may not have named it yet. */
  isOf(order: RunOrder): boolean {
    return isDeepStrictEqual({ ...this.order, session: undefined }, { ...order, session: undefined });
  }
}
