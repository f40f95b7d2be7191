/** Asks a person in a window about calls of the app's functions. Independent of Electron. */
import { randomUUID } from 'node:crypto';
import type { CallQuestion, QuestionAnswer } from '../../shared/ipc/questions-api.ts';
import type { Clock } from '../base/clock.ts';
import { shownArguments } from '../foreign-text/shown-arguments.ts';
import type { Denial, ProposedCall } from './host-function.ts';

/** Of the arguments of a call, in UTF-16 units: what a person reads before deciding. */
const SHOWN_LENGTH = 4000;

type Decision = true | Denial;

interface OpenQuestion {
  readonly question: CallQuestion;
  readonly run: object;
  readonly settle: (decision: Decision) => void;
}

/** Is told all open questions, after each change. */
export type OpenQuestionsListener = (open: readonly CallQuestion[]) => void;

/**
 * Each open question is shown by all pages that watch; the first answer counts. It is denied when there is none in time,
 * when the last page has gone, and when nobody waits for it any longer.
 */
export class CallQuestions {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #open = new Map<string, OpenQuestion>();
  readonly #watchers = new Set<{ readonly listener: OpenQuestionsListener }>();
  /** Functions whose calls were allowed for a whole run. */
  readonly #allowed = new WeakMap<object, Set<string>>();

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  get open(): readonly CallQuestion[] {
    return [...this.#open.values()].map(({ question }) => question);
  }

  /** Never rejects. */
  ask(call: ProposedCall): Promise<Decision> {
    const { name, run, session, signal } = call;
    if (this.#allowed.get(run)?.has(name) === true) return Promise.resolve(true);
    if (this.#watchers.size === 0) return denied('it is to be asked for, and there is no window to ask in');
    const shown = shownArguments(call.arguments, SHOWN_LENGTH);
    if (shown === null) return denied('it is to be asked for, and it has too many arguments to be shown');
    if (signal.aborted) return denied(NOBODY_WAITS);
    const question = { id: randomUUID(), name, arguments: shown, session };
    return new Promise((resolve) => {
      const settle = (decision: Decision): void => {
        stopWaiting();
        signal.removeEventListener('abort', withdraw);
        this.#open.delete(question.id);
        resolve(decision);
        this.#tell();
      };
      const withdraw = (): void => settle({ deny: NOBODY_WAITS });
      const stopWaiting = this.#clock.after(this.#timeoutMs, () =>
        settle({ deny: 'nobody has answered in time' }),
      );
      signal.addEventListener('abort', withdraw, { once: true });
      this.#open.set(question.id, { question, run, settle });
      this.#tell();
    });
  }

  /** False when the question is not open any more. */
  answer(id: string, answer: QuestionAnswer): boolean {
    const open = this.#open.get(id);
    if (open === undefined) return false;
    switch (answer) {
      case 'deny':
        open.settle({ deny: 'the user said no' });
        return true;
      case 'allow-all':
        this.#allowForRun(open);
        open.settle(true);
        return true;
      case 'allow':
        open.settle(true);
        return true;
    }
  }

  /** Tells the questions that are open now, and later ones, until the returned function is called. */
  watch(listener: OpenQuestionsListener): () => void {
    // An entry of its own, so that one function may watch twice.
    const watcher = { listener };
    this.#watchers.add(watcher);
    listener(this.open);
    return () => {
      if (!this.#watchers.delete(watcher) || this.#watchers.size > 0) return;
      for (const { settle } of [...this.#open.values()]) settle({ deny: 'the window that asked was closed' });
    };
  }

  #allowForRun({ question, run }: OpenQuestion): void {
    const names = this.#allowed.get(run) ?? new Set();
    this.#allowed.set(run, names.add(question.name));
  }

  #tell(): void {
    for (const { listener } of [...this.#watchers]) {
      try {
        listener(this.open);
      } catch {
        // A watcher whose window is gone throws. Others are told, and the decision stands.
      }
    }
  }
}

const NOBODY_WAITS = 'nobody waits for it any longer';

const denied = (deny: string): Promise<Decision> => Promise.resolve({ deny });
