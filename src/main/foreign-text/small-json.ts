import type { Json, JsonCaps } from './json-caps.ts';

/** Longest text that is read at once, in bytes: it holds too little to take long, whatever is in it. */
export const SMALL_JSON_BYTES = 1024;

/**
 * `JSON.parse` keeps the key as a property of its own, which other code would take for the prototype; the letter stands for
 * bytes that were no UTF-8.
 */
const SUSPECT = /"__proto__"|\uFFFD/u;

/**
 * The value of a small text that is written as `JSON.stringify` writes it; undefined for any other. Such a text has no key
 * twice, and its commas and brackets bound how many values it has and how deep they are: many times faster than to read it
 * token by token.
 */
export const smallJson = (text: string, caps: readonly JsonCaps[]): Json | undefined => {
  let opened = 0;
  let commas = 0;
  for (const letter of text) {
    if (letter === '[' || letter === '{') opened += 1;
    else if (letter === ',') commas += 1;
  }
  // More than there are, where they stand in texts.
  const values = opened + commas + 1;
  const isWithin = caps.every(
    ({ maxBytes, maxDepth, maxValues }) =>
      text.length <= maxBytes && opened <= maxDepth && values <= maxValues,
  );
  if (!isWithin || SUSPECT.test(text)) return undefined;
  try {
    const value = JSON.parse(text) as Json;
    return JSON.stringify(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
};
