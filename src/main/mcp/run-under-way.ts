import { isDeepStrictEqual } from 'node:util';
import type { RunResult } from '../../shared/contract/run.ts';
import type { RunPhase } from '../../shared/contract/run-phase.ts';
import type { RunOptions } from '../run/run-options.ts';
import { InputQuestions, type UserQuestion, type UserReply } from './input-questions.ts';
import type { InputFileArgument } from './tool-schemas.ts';

export interface RunOrder {
  readonly script: string;
  readonly session: string | undefined;
  readonly packages: readonly string[];
  readonly files: readonly InputFileArgument[];
  readonly timeoutMs: number;
}

/** Names of packages in one step. */
const NAMED_PACKAGES = 4;

/** A run whose result was not fetched yet. */
export class RunUnderWay {
  readonly order: RunOrder;
  readonly stop = new AbortController();
  /** Set by each call that follows the run: whether its client can ask its user. */
  canAsk = false;
  readonly questions = new InputQuestions();
  readonly result: Promise<RunResult>;
  /** What the runner tells of the run, which becomes its step. */
  readonly listeners: Pick<RunOptions, 'onOutput' | 'onPackages' | 'onPhase'> = {
    onOutput: () => {
      this.#hasPrinted = true;
      this.#runs();
    },
    onPackages: ({ bytesDone, bytesTotal, packageName }) => {
      const share =
        bytesTotal === null || bytesTotal === 0 ? '' : `, ${Math.floor((100 * bytesDone) / bytesTotal)} %`;
      this.#goOn(`fetching ${packageName}${share}`);
    },
    onPhase: (phase) => this.#enter(phase),
  };
  /** What it does unless it waits for its user. */
  #doing = 'starting Python';
  #told = '';
  #hasPrinted = false;
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

  /** What it is at, for people: the user's answer that it waits for longest, or what it does otherwise. */
  get step(): string {
    const { first } = this.questions;
    return first === undefined ? this.#doing : waitingFor(first.asked);
  }

  /** Asks the client's user. @param over aborts when nobody waits for the reply any more. @returns null when there is none */
  async ask(question: UserQuestion, over: AbortSignal): Promise<UserReply | null> {
    const asked = this.questions.ask(question, over);
    this.#tellStep();
    const reply = await asked;
    this.#runs();
    return reply;
  }

  /** @returns false when that question, or one of that kind, is not open (any more) */
  answer(number: number, reply: UserReply): boolean {
    if (!this.questions.answer(number, reply)) return false;
    this.#runs();
    return true;
  }

  /** From now on that call hears of the steps. */
  follow(tell: (message: string) => void): void {
    this.#tell = tell;
    this.#told = this.step;
    tell(this.#told);
  }

  unfollow(): void {
    this.#tell = () => undefined;
  }

  #goOn(doing: string): void {
    this.#doing = doing;
    this.#tellStep();
  }

  /** The code runs. */
  #runs(): void {
    this.#goOn(this.#hasPrinted ? 'Python runs, and prints' : 'Python runs, and has printed nothing');
  }

  #tellStep(): void {
    const { step } = this;
    if (this.#told === step) return;
    this.#told = step;
    this.#tell(step);
  }

  #enter(phase: RunPhase): void {
    switch (phase.name) {
      case 'installing': {
        const more = phase.packageNames.length - NAMED_PACKAGES;
        const names = phase.packageNames.slice(0, NAMED_PACKAGES).join(', ');
        this.#goOn(`installing ${names}${more > 0 ? ` and ${more} more` : ''}`);
        return;
      }
      case 'importing':
        this.#goOn(`Python imports ${phase.packageName}`);
        return;
      case 'running':
        this.#runs();
    }
  }

  /** The session does not count: the first call of one may not have named it yet. */
  isOf(order: RunOrder): boolean {
    return isDeepStrictEqual({ ...this.order, session: undefined }, { ...order, session: undefined });
  }
}

const waitingFor = (question: UserQuestion): string => {
  switch (question.kind) {
    case 'line':
      return 'Python waits for input';
    case 'call':
      return `Python waits for the permission to call ${question.call.name}`;
  }
};
