import type { AtomicsWait, InputSlot } from '../../shared/protocol/input-slot.ts';
import { MAX_PROMPT_UNITS, MAX_QUESTIONS, type RunPiece } from '../../shared/protocol/interpreter.ts';
import { LIMITS } from '../../shared/limits.ts';

/** Longest sleep between two looks, in ms; the bell usually comes first. */
const LONGEST_SLICE_MS = 1000;

export interface InputDeskOptions {
  readonly slot: InputSlot;
  readonly wait: AtomicsWait;
  /** Whether an interrupt waits to be seen. */
  readonly isInterrupted: () => boolean;
  /** One character per byte. */
  readonly latin1: (bytes: Uint8Array) => string;
  readonly send: (piece: RunPiece) => void;
}

/** Asks for input on behalf of one run, and blocks the thread until it comes. */
export class InputDesk {
  readonly #options: InputDeskOptions;
  #questionsLeft: number = MAX_QUESTIONS;
  #promptUnitsLeft: number = MAX_PROMPT_UNITS;
  /** Asked, and not answered yet. */
  #pending = false;

  constructor(options: InputDeskOptions) {
    this.#options = options;
    options.slot.clear();
  }

  /** See `HostBridge.readInput`. After an interrupt the question stays: asking again waits for its answer. */
  read(prompt: string, secret: boolean): string | null | false {
    const { isInterrupted, latin1, slot, wait } = this.#options;
    if (!this.#pending && !this.#ask(prompt, secret)) return false;
    for (;;) {
      const heard = slot.rung;
      const answer = slot.take();
      if (answer !== null) {
        this.#pending = false;
        switch (answer.kind) {
          case 'bytes':
            return latin1(answer.bytes);
          case 'end':
            return '';
          case 'failed':
            return false;
        }
      }
      if (isInterrupted()) return null;
      slot.wait(heard, LONGEST_SLICE_MS, wait);
    }
  }

  #ask(prompt: string, secret: boolean): boolean {
    if (this.#questionsLeft === 0) return false;
    this.#questionsLeft--;
    const cut = prompt.slice(0, Math.min(LIMITS.promptLength, this.#promptUnitsLeft));
    this.#promptUnitsLeft -= cut.length;
    this.#pending = true;
    this.#options.send({ channel: 'input', prompt: cut, secret });
    return true;
  }
}
