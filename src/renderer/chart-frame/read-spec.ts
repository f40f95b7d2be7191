/** Reads what a guest wants drawn: JSON text of any kind, within bounds. */

/** Values in it, those of lists included: what the libraries copy several times. */
const MAX_VALUES = 1_000_000;
const MAX_DEPTH = 100;

export type JsonObject = Record<string, unknown>;

export type ReadSpec =
  | { readonly ok: true; readonly spec: JsonObject }
  | { readonly ok: false; readonly reason: 'unreadable' | 'too-complex' };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const objectOr = (value: unknown, otherwise: JsonObject = {}): JsonObject =>
  isObject(value) ? value : otherwise;

const parse = (text: string): ReadSpec => {
  try {
    // A member of that name would become the prototype of what libraries copy it to.
    const spec: unknown = JSON.parse(text, (key, value: unknown) =>
      key === '__proto__' ? undefined : value,
    );
    return isObject(spec) ? { ok: true, spec } : { ok: false, reason: 'unreadable' };
  } catch (error) {
    // More levels than there is room for on the stack.
    return { ok: false, reason: error instanceof RangeError ? 'too-complex' : 'unreadable' };
  }
};

/** Level by level, so that no depth is too much for it. */
const fits = (root: unknown): boolean => {
  let level: unknown[] = [root];
  let count = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    count += level.length;
    if (count > MAX_VALUES || depth > MAX_DEPTH) return false;
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      for (const child of Array.isArray(value) ? (value as unknown[]) : Object.values(value))
        next.push(child);
      if (count + next.length > MAX_VALUES) return false;
    }
    level = next;
  }
  return true;
};

export const readSpec = (text: string): ReadSpec => {
  const read = parse(text);
  return !read.ok || fits(read.spec) ? read : { ok: false, reason: 'too-complex' };
};
