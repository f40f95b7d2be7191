import type { KeptOutput } from './run-answer.ts';

/** Of all sessions, in characters. */
const MAX_LENGTH = 64 * 1024 * 1024;
const MAX_COUNT = 1000;

/** Outputs that answers link to, so that a client fetches only those that it wants. The oldest are dropped first. */
export class LinkedOutputs {
  readonly #outputs = new Map<string, KeptOutput>();
  #length = 0;
  #next = 1;

  /** Returns the address that the client can read it at. */
  keep(session: string, output: KeptOutput): string {
    const address = `vivarium://session/${session}/outputs/${this.#next++}`;
    this.#outputs.set(address, output);
    this.#length += output.data.length;
    for (const [oldest, { data }] of this.#outputs) {
      if (this.#length <= MAX_LENGTH && this.#outputs.size <= MAX_COUNT) break;
      this.#outputs.delete(oldest);
      this.#length -= data.length;
    }
    return address;
  }

  /** Undefined when it is gone. */
  at(address: string): KeptOutput | undefined {
    return this.#outputs.get(address);
  }
}
