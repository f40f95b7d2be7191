import type { ProposedCall } from '../functions/host-function.ts';

/** What a script waits for and only the client's user can say: a line of input, or whether it may call a function. */
export type UserQuestion =
  | { readonly kind: 'line'; readonly prompt: string }
  | { readonly kind: 'call'; readonly call: Pick<ProposedCall, 'name' | 'arguments'> };

/** What the user says of a call: yes, yes to all of that function in this script, or no. */
export type CallPermission = 'once' | 'script' | 'no';

export type UserReply =
  /** A line of null is none: the script finds the end of its input. */
  | { readonly kind: 'line'; readonly line: string | null }
  | { readonly kind: 'call'; readonly permission: CallPermission };

/** A question, which the client is asked in the answer to a call. */
export interface Question {
  /** Of this run, from 1. */
  readonly number: number;
  readonly asked: UserQuestion;
}

interface OpenQuestion extends Question {
  readonly settle: (reply: UserReply | null) => void;
}

/** The questions of one run. Several may be open at once; the client's user gets them one after the other. */
export class InputQuestions {
  #asked = 0;
  /** By their numbers, the oldest first. */
  readonly #open = new Map<number, OpenQuestion>();
  #heard: (question: Question) => void = () => undefined;

  /** The one that waits longest. */
  get first(): Question | undefined {
    const [first] = this.#open.values();
    return first;
  }

  /** @param over aborts when nobody waits for the reply any more. @returns null when there is none */
  ask(asked: UserQuestion, over: AbortSignal): Promise<UserReply | null> {
    return new Promise((resolve) => {
      this.#asked += 1;
      const number = this.#asked;
      const settle = (reply: UserReply | null): void => {
        over.removeEventListener('abort', end);
        this.#open.delete(number);
        resolve(reply);
      };
      const end = (): void => settle(null);
      over.addEventListener('abort', end, { once: true });
      const question = { number, asked, settle };
      this.#open.set(number, question);
      if (over.aborted) end();
      else this.#heard(question);
    });
  }

  /** The question that waits longest, or the next one. A later caller takes the place of an earlier one. */
  next(): Promise<Question> {
    return new Promise((resolve) => {
      const { first } = this;
      if (first === undefined) this.#heard = resolve;
      else resolve(first);
    });
  }

  /** @returns false when that question, or one of that kind, is not open (any more) */
  answer(number: number, reply: UserReply): boolean {
    const question = this.#open.get(number);
    if (question?.asked.kind !== reply.kind) return false;
    question.settle(reply);
    return true;
  }
}
