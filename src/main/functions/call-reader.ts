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

/** Several calls, which are made at the same time and answered together. */
const FunctionCalls = z.strictObject({
  calls: z.array(FunctionCall).min(1).max(LIMITS.callsTogether),
});

export interface ReadCall {
  readonly number: number;
  readonly bytes: number;
  /** Null when what came is no call. */
  readonly calls: readonly FunctionCall[] | null;
  /** Whether the answers are wanted in a list. */
  readonly areTogether: boolean;
}

/** Levels around the arguments of calls that are made together, beyond those of a call by itself. */
const LEVELS_AROUND = 2;

const CAPS = {
  maxBytes: LIMITS.callBytes,
  maxDepth: LIMITS.callDepth + LEVELS_AROUND,
  maxValues: LIMITS.callValues,
} as const;

const callsIn = (whole: unknown): Pick<ReadCall, 'calls' | 'areTogether'> => {
  const several = FunctionCalls.safeParse(whole);
  if (several.success) return { calls: several.data.calls, areTogether: true };
  const one = FunctionCall.safeParse(whole);
  return { calls: one.success ? [one.data] : null, areTogether: false };
};

/** Puts calls together as their pieces come, in stretches that take no long time. */
export class CallReader {
  #reader = new JsonReader(CAPS);
  #bytes = 0;
  #isReadable = true;

  /** What was called, once it is whole. */
  push({ bytes, call: number, last }: FunctionQuestion): ReadCall | null {
    this.#bytes += bytes.byteLength;
    this.#read(() => this.#reader.push(bytes));
    if (!last) return null;
    let whole: unknown;
    this.#read(() => {
      whole = this.#reader.end();
    });
    const read = { number, bytes: this.#bytes, ...callsIn(this.#isReadable ? whole : null) };
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
