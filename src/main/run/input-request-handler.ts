import type { InputAnswer, InputQuestion } from '../../shared/protocol/blocking-calls.ts';
import { INPUT_PART_BYTES } from '../../shared/protocol/call-codes.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { RunDeadline } from './run-deadline.ts';

/**
 * Returns a line of input for the guest, without its newline; null at the end of input. `signal` aborts when the guest
 * no longer waits; a `secret` line must not be displayed while it is typed. A rejection, or a line that is too long, raises
 * OSError in the guest.
 */
export type OnInput = (prompt: string, signal: AbortSignal, secret: boolean) => Promise<string | null>;

/** Hands the answer to that call to the guest that made it. */
type SendAnswer = (call: number, answer: InputAnswer) => Promise<void>;

type Pausable = Pick<RunDeadline, 'pause'>;

/** Answers the questions of one run. */
export class InputRequestHandler {
  readonly #onInput: OnInput;
  #hasEnded = false;
  /** Aborted when the run ends while a question waits for its answer. */
  #waiting: AbortController | undefined;
  readonly #encoder = new TextEncoder();
  #send: SendAnswer | undefined;
  #deadline: Pausable | null = null;
  /** Parts of the last line that were not sent yet. */
  #rest = new Uint8Array();
  #asking = false;

  constructor(onInput: OnInput) {
    this.#onInput = onInput;
  }

  /** @param deadline stands still while a person has not answered yet; null: waiting counts */
  connect(send: SendAnswer, deadline: Pausable | null): void {
    this.#send = send;
    this.#deadline = deadline;
  }

  /** Never rejects. */
  async ask({ call, prompt, secret }: InputQuestion): Promise<void> {
    // A guest waits for one answer at a time, so a second question violates the protocol.
    if (this.#asking || this.#hasEnded) return;
    this.#asking = true;
    const answer = await this.#answer(prompt, secret);
    this.#asking = false;
    // The process may have exited.
    if (!this.#isOver()) await this.#send?.(call, answer).catch(() => undefined);
  }

  /** The run is over: answers to open questions are discarded. */
  end(): void {
    this.#hasEnded = true;
    this.#waiting?.abort();
  }

  /** A method, since it changes while an answer is waited for. */
  #isOver(): boolean {
    return this.#hasEnded;
  }

  async #answer(prompt: string, secret: boolean): Promise<InputAnswer> {
    if (this.#rest.length === 0) {
      const line = await this.#line(prompt, secret);
      if (typeof line !== 'string') return { kind: line === null ? 'end' : 'failed' };
      this.#rest = this.#encoder.encode(`${line}\n`);
      if (this.#rest.length - 1 > LIMITS.inputLineBytes) {
        this.#rest = new Uint8Array();
        return { kind: 'failed' };
      }
    }
    const bytes = this.#rest.slice(0, INPUT_PART_BYTES);
    this.#rest = this.#rest.slice(bytes.length);
    return { kind: 'bytes', bytes };
  }

  /** Undefined when there was something wrong. */
  async #line(prompt: string, secret: boolean): Promise<string | null | undefined> {
    this.#waiting ??= new AbortController();
    // Only our own question counts: what the guest says of itself stops no clock.
    const goOn = this.#deadline?.pause();
    try {
      return await this.#onInput(prompt, this.#waiting.signal, secret);
    } catch {
      return undefined;
    } finally {
      goOn?.();
    }
  }
}
