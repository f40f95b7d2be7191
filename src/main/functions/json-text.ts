/**
 * A value as JSON. What JSON would leave out without a word is refused, except what it leaves out by design: fields that are
 * undefined or functions. Numbers that are none become null.
 *
 * @throws Error with why it can't be had
 */
export const jsonText = (value: unknown): string => {
  const refusal = refusalOf(value);
  if (refusal !== null || typeof value === 'function')
    throw new TypeError(refusal ?? 'a function is no JSON');
  // Refuses circles; what it has gone through, others can go through. Undefined has no text of its own.
  return stringify(value) ?? 'null';
};

/** Undefined for what has no text of its own. */
const stringify = (value: unknown): string | undefined => JSON.stringify(value, refuseLosses);

/** `this` has the value as it is, before `toJSON`. */
function refuseLosses(this: unknown, key: string, value: unknown): unknown {
  const refusal = refusalOf((this as Record<string, unknown>)[key]);
  if (refusal !== null) throw new TypeError(refusal);
  return value;
}

/** Of one value, without those in it. */
const refusalOf = (value: unknown): string | null => {
  if (typeof value === 'symbol') return 'a symbol is no JSON';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    return 'bytes are no JSON; give them as base64 text, or tables as Arrow by `frames`';
  }
  if (value instanceof Error) return 'an Error is no JSON; throw it, or give its message';
  if (value instanceof String || has(value, 'toJSON')) return null;
  if (has(value, 'then')) return 'there is a promise in it; await it first';
  if (has(value, Symbol.iterator) || has(value, Symbol.asyncIterator)) {
    return `${withArticle(kindOf(value))} is no JSON; give a list or an object with what is in it`;
  }
  return null;
};

const has = (value: object, method: PropertyKey): boolean => typeof Reflect.get(value, method) === 'function';

/** Such as "Map". */
const kindOf = (value: object): string => Object.prototype.toString.call(value).slice('[object '.length, -1);

const withArticle = (word: string): string => `${/^[AEIOU]/u.test(word) ? 'an' : 'a'} ${word}`;
