import type { CallRequest } from '../../shared/protocol/blocking-calls.ts';
import { MAX_PROMPT_UNITS, MAX_QUESTIONS, type RunPiece } from '../../shared/protocol/interpreter.ts';
import { LIMITS } from '../../shared/limits.ts';

/** Sends one run's requests for standard input, up to the number and length that main accepts. */
export class InputQuestions {
  readonly #send: (piece: RunPiece) => void;
  #questionsLeft: number = MAX_QUESTIONS;
  #promptUnitsLeft: number = MAX_PROMPT_UNITS;

  constructor(send: (piece: RunPiece) => void) {
    this.#send = send;
  }

  /** False when there were too many. */
  ask(call: number, { prompt, secret }: CallRequest<'readInput'>): boolean {
    if (this.#questionsLeft === 0) return false;
    this.#questionsLeft--;
    const cut = prompt.slice(0, Math.min(LIMITS.promptLength, this.#promptUnitsLeft));
    this.#promptUnitsLeft -= cut.length;
    this.#send({ channel: 'input', call, prompt: cut, secret });
    return true;
  }
}
