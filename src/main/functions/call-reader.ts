import { z } from 'zod';
import type { JsonData } from '../../shared/json-data.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { FunctionQuestion } from '../../shared/protocol/blocking-calls.ts';
import { JsonReader } from '../foreign-text/json-reader.ts';

/** What a guest calls, and with what; see host_functions.py. */
const FunctionCall = z.strictObject({
  name: z.string().max(LIMITS.functionNameLength),
  arguments: z.custom<Record<string, JsonData>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  ),
});
export type FunctionCall = z.infer<typeof FunctionCall>;

export interface ReadCall {
  readonly number: number;
  readonly bytes: number;
  /** Null when the request is no valid call. */
  readonly call: FunctionCall | null;
}

const CAPS = {
  maxBytes: LIMITS.callBytes,
  maxDepth: LIMITS.callDepth,
  maxValues: LIMITS.callValues,
} as const;

/** Puts calls together as their pieces come, in stretches that take no long time. */
export class CallReader {
  #reader = new JsonReader(CAPS);
  #bytes = 0;
  #isReadable = true;

  /** The call, once it is whole. */
  push({ bytes, call: number, last }: FunctionQuestion): ReadCall | null {
    this.#bytes += bytes.byteLength;
    this.#read(() => this.#reader.push(bytes));
    if (!last) return null;
    let whole: unknown;
    this.#read(() => {
      whole = this.#reader.end();
    });
    const parsed = this.#isReadable ? FunctionCall.safeParse(whole) : null;
    const read = { number, bytes: this.#bytes, call: parsed?.data ?? null };
    this.#reader = new JsonReader(CAPS);
    this.#bytes = 0;
    this.#isReadable = true;
    return read;
  }

  #read(work: () => void): void {
    if (!this.#isReadable) return;
    try {
      work();
    } catch {
      // Every error in a request is the guest's fault, and reported to it.
      this.#isReadable = false;
    }
  }
}
