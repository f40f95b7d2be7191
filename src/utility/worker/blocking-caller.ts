import { AnswerSlot, nextCall } from '../../shared/protocol/answer-slot.ts';
import type { AtomicsWait, CallAnswer } from '../../shared/protocol/blocking-calls.ts';

/** Longest wait between two checks for an interrupt, in ms; usually the wake-up comes first. */
const LONGEST_SLICE_MS = 1000;

export interface BlockingCallerOptions<Request> {
  /** See `answerMemory`. */
  readonly memory: SharedArrayBuffer;
  readonly wait: AtomicsWait;
  /** Sends the question of that number; false when it may not be asked. */
  readonly ask: (call: number, request: Request) => boolean;
  /** Whether the request continues the open call; otherwise the open call is abandoned. */
  readonly isSame?: (open: Request, request: Request) => boolean;
  /** Whether an interrupt is pending; null for a call that can't be interrupted. */
  readonly isInterrupted: (() => boolean) | null;
  /** Longest time without an answer, in ms; null for as long as it takes. */
  readonly limitMs: number | null;
}

/** Makes one of the `blockingCalls` of this thread. */
export class BlockingCaller<Request> {
  readonly #options: BlockingCallerOptions<Request>;
  readonly #slot: AnswerSlot;
  #last = 0;
  /** The open call, if there is one. */
  #open: { readonly request: Request } | null = null;

  constructor(options: BlockingCallerOptions<Request>) {
    this.#options = options;
    this.#slot = new AnswerSlot(options.memory);
  }

  /** Abandons the open call: a late answer is ignored, and the next call sends a new question. */
  forget(): void {
    this.#open = null;
  }

  /**
   * Blocks until there is an answer. Its bytes are a view that is valid until the next call. After an interrupt the question
   * stays open: the next call waits for its answer.
   */
  call(request: Request): CallAnswer | 'interrupted' {
    const { ask, isInterrupted, isSame, limitMs, wait } = this.#options;
    if (this.#open === null || isSame?.(this.#open.request, request) === false) {
      this.#open = null;
      this.#last = nextCall(this.#last);
      if (!ask(this.#last, request)) return { kind: 'failed' };
      this.#open = { request };
    }
    for (;;) {
      const heard = this.#slot.rung;
      const answer = this.#slot.answerTo(this.#last);
      if (answer !== null) {
        this.#open = null;
        return answer;
      }
      if (isInterrupted?.() === true) return 'interrupted';
      if (this.#slot.wait(heard, limitMs ?? LONGEST_SLICE_MS, wait) !== 'timed-out') continue;
      if (limitMs === null) continue;
      this.#open = null;
      return { kind: 'failed' };
    }
  }
}
