import type { CallRequest } from '../../shared/protocol/blocking-calls.ts';
import { MAX_FONT_QUESTIONS, type RunPiece } from '../../shared/protocol/interpreter.ts';

/** Sends one run's requests for fonts, up to the number that main accepts. */
export class FontQuestions {
  readonly #send: (piece: RunPiece) => void;
  #questionsLeft = MAX_FONT_QUESTIONS;

  constructor(send: (piece: RunPiece) => void) {
    this.#send = send;
  }

  /** False when there were too many. */
  ask(call: number, { modules }: CallRequest<'fetchFonts'>): boolean {
    if (this.#questionsLeft === 0) return false;
    this.#questionsLeft--;
    this.#send({ channel: 'fonts', call, modules });
    return true;
  }
}
