/** What a call is answered with, as Python reads it; see host_functions.py. */
import { FUNCTION_PART_BYTES, LAST_PART, MORE_TO_COME } from '../../shared/protocol/call-codes.ts';
import type { CallOutcome } from '../../shared/contract/run.ts';
import { isNestedDeeperThan } from '../../shared/nesting.ts';
import { jsonText } from './json-text.ts';
import { thrownMessage } from './thrown-message.ts';

/** Which exception it is in Python. */
export type CallErrorKind = 'invalid' | 'denied' | 'limit' | 'failed';

export type CallAnswer =
  | { readonly kind: 'value'; readonly json: string }
  | { readonly kind: CallErrorKind; readonly message: string };

/** Of a message, in UTF-16 units. */
const MAX_MESSAGE_LENGTH = 4000;
/** Python's reader of JSON calls itself for each level. */
const MAX_DEPTH = 128;
/** Before each part. */
const MARK_BYTES = 1;

export const failed = (kind: CallErrorKind, message: string): CallAnswer => ({
  kind,
  message: message.slice(0, MAX_MESSAGE_LENGTH).replaceAll(/\p{Surrogate}/gu, '\uFFFD'),
});

/** A function's result as an answer; what JSON can't hold is an error of the function's. */
export const answerOf = (result: unknown, maxBytes: number): CallAnswer => {
  try {
    const json = jsonText(result);
    // No text has fewer bytes than units.
    if (json.length > maxBytes || Buffer.byteLength(json) > maxBytes) {
      return failed(
        'failed',
        `its result is larger than ${maxBytes} bytes; have it give less, or in several calls`,
      );
    }
    return isNestedDeeperThan(result, MAX_DEPTH)
      ? failed('failed', 'its result is nested too deeply')
      : { kind: 'value', json };
  } catch (error) {
    return failed('failed', `its result can't be passed on: ${thrownMessage(error) ?? 'it is no JSON'}`);
  }
};

export const outcomeOf = ({ kind }: CallAnswer): CallOutcome => {
  switch (kind) {
    case 'value':
      return 'ok';
    case 'failed':
      return 'error';
    case 'denied':
      return 'denied';
    case 'invalid':
    case 'limit':
      return 'refused';
  }
};

/** As JSON. */
export const textOf = (answer: CallAnswer): string =>
  answer.kind === 'value'
    ? `{"value":${answer.json}}`
    : JSON.stringify({ error: answer.kind, message: answer.message });

/** What is answered, in UTF-8, handed out part by part. */
export class AnswerParts {
  #left: Uint8Array;

  constructor(json: string) {
    this.#left = new TextEncoder().encode(json);
  }

  /** With the byte before it; null when all has been given. */
  next(): Uint8Array | null {
    if (this.#left.length === 0) return null;
    const taken = this.#left.subarray(0, FUNCTION_PART_BYTES - MARK_BYTES);
    this.#left = this.#left.subarray(taken.length);
    const part = new Uint8Array(MARK_BYTES + taken.length);
    part[0] = this.#left.length === 0 ? LAST_PART : MORE_TO_COME;
    part.set(taken, MARK_BYTES);
    return part;
  }
}
