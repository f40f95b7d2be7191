/** Questions to a person about calls of the app's functions, as a page has them. Plain, since the package hands it out. */

/** A call that waits for a decision. */
export interface CallQuestion {
  readonly id: string;
  /** Of the function. */
  readonly name: string;
  /** In one line, with nothing in it that would not be seen; of long values the middle is left out, which is said. */
  readonly arguments: string;
  /** Of the run; null for one of its own. */
  readonly session: string | null;
}

/** What a person says: to this call, or to this and all later calls of the function in the same run. */
export type QuestionAnswer = 'allow' | 'allow-all' | 'deny';

/** None of it rejects. */
export interface QuestionsApi {
  /**
   * Tells all open questions, now and whenever they change. Calls are asked for as long as a page watches; without one they
   * are denied. Returns what ends it.
   */
  watch(listener: (open: readonly CallQuestion[]) => void): () => void;
  /** False when the question is not open any more. */
  answer(id: string, answer: QuestionAnswer): Promise<boolean>;
}
