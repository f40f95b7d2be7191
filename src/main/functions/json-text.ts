import { types } from 'node:util';

/**
 * A value as JSON. What JSON would leave out without a word is refused, also where it comes from a `toJSON`: in objects it
 * leaves out only fields that are undefined or functions, and from instances of classes what is private. Numbers that are
 * none become null, and so does undefined by itself or in a list.
 *
 * @throws Error with why it can't be had
 */
export const jsonText = (value: unknown): string =>
  // In a list everything has a text: a value that has none by itself is judged as all others are. Refuses circles, too;
  // what it has gone through, others can go through.
  JSON.stringify([value], refuseLosses).slice(1, -1);

/** `this` is what has the value, as it is before `toJSON`. */
function refuseLosses(this: unknown, key: string, value: unknown): unknown {
  const given = (this as Record<string, unknown>)[key];
  // Bytes and errors of Node's have a `toJSON` that gives much, but not what was meant.
  const refusal = refusalOfForeign(given) ?? refusalOfForeign(value) ?? refusalOf(value, Array.isArray(this));
  if (refusal !== null) throw new TypeError(refusal);
  return value;
}

/** Of values that are refused whether they have a `toJSON` or not. */
const refusalOfForeign = (value: unknown): string | null => {
  if (typeof value !== 'object' || value === null) return null;
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value) || value instanceof Blob) {
    return 'bytes are no JSON; give them as base64 text, or tables as Arrow by `frames`';
  }
  return value instanceof Error || types.isNativeError(value)
    ? 'an Error is no JSON; throw it, or give its message'
    : null;
};

/** Of one value that JSON takes as it is, without those in it. */
const refusalOf = (value: unknown, isInList: boolean): string | null => {
  if (typeof value === 'symbol') return 'a symbol is no JSON';
  if (typeof value === 'function') return isInList ? 'a function is no JSON' : null;
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isBoxed(value)) return null;
  if (has(value, 'then')) return 'there is a promise in it; await it first';
  const isRefused =
    has(value, Symbol.iterator) || has(value, Symbol.asyncIterator) || hasOnlyWhatJsonCanNotSee(value);
  return isRefused
    ? `${withArticle(kindOf(value))} is no JSON; give a list or an object with what is in it`
    : null;
};

/** Numbers, texts and truth values as objects, which JSON has as what they are. */
const isBoxed = (value: object): boolean =>
  types.isNumberObject(value) || types.isStringObject(value) || types.isBooleanObject(value);

/** Such as a RegExp, a WeakMap, a Date without its `toJSON`: of a class, and all that it has is in there. */
const hasOnlyWhatJsonCanNotSee = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  // Those of another realm are plain, too.
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  return !isPlain && Object.keys(value).length === 0;
};

const has = (value: object, method: PropertyKey): boolean => typeof Reflect.get(value, method) === 'function';

/** Such as "Map"; the name of its class for an instance of one. */
const kindOf = (value: object): string => {
  const tag = Object.prototype.toString.call(value).slice('[object '.length, -1);
  const made: unknown = tag === 'Object' ? value.constructor : undefined;
  return typeof made === 'function' && made.name !== '' ? made.name : tag;
};

const withArticle = (word: string): string => `${/^[AEIOU]/u.test(word) ? 'an' : 'a'} ${word}`;
