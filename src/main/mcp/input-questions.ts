/** A line of input that a script waits for, which the client is asked for in the answer to a call. */
export interface InputQuestion {
  /** Of this run, from 1. */
  readonly number: number;
  readonly prompt: string;
}

interface OpenQuestion extends InputQuestion {
  readonly settle: (line: string | null) => void;
}

/** The questions of one run, one at a time. */
export class InputQuestions {
  #asked = 0;
  #open: OpenQuestion | undefined;
  #heard: (question: InputQuestion) => void = () => undefined;

  /** @param over aborts when nobody waits for the line any more. @returns null when there is none */
  ask(prompt: string, over: AbortSignal): Promise<string | null> {
    return new Promise((resolve) => {
      this.#asked += 1;
      const settle = (line: string | null): void => {
        over.removeEventListener('abort', end);
        this.#open = undefined;
        resolve(line);
      };
      const end = (): void => settle(null);
      over.addEventListener('abort', end, { once: true });
      this.#open = { number: this.#asked, prompt, settle };
      if (over.aborted) end();
      else this.#heard(this.#open);
    });
  }

  /** The question that is open, or the next one. A later caller takes the place of an earlier one. */
  next(): Promise<InputQuestion> {
    return new Promise((resolve) => {
      if (this.#open === undefined) this.#heard = resolve;
      else resolve(this.#open);
    });
  }

  /** @param line null when there is none. @returns false when that question is not open (any more) */
  answer(number: number, line: string | null): boolean {
    if (this.#open?.number !== number) return false;
    this.#open.settle(line);
    return true;
  }
}
