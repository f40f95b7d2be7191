import { z } from 'zod';

export type JsonData = z.core.util.JSONType;

/** More than any value that is handed on has; a value with a circle in it never ends. */
const MAX_VALUES = 1_000_000;

/** Whether JSON holds it. Neither calls itself nor tries several schemas at each value, as `z.json()` does. */
const isJsonData = (value: unknown): value is JsonData => {
  const pending: unknown[] = [value];
  for (let left = MAX_VALUES; pending.length > 0; left -= 1) {
    if (left === 0) return false;
    const next = pending.pop();
    if (typeof next === 'string' || typeof next === 'boolean' || next === null) continue;
    if (typeof next === 'number') {
      if (!Number.isFinite(next)) return false;
    } else if (Array.isArray(next)) {
      for (const item of next) pending.push(item);
    } else if (isPlain(next)) {
      for (const key of Object.keys(next)) pending.push(next[key]);
    } else {
      return false;
    }
  }
  return true;
};

const isPlain = (value: unknown): value is Record<string, unknown> =>
  Object.prototype.toString.call(value) === '[object Object]';

export const JsonData = z.custom<JsonData>(isJsonData, 'must be JSON');

/** An object of JSON, of whose values nothing is known. */
export type JsonObject = Record<string, unknown>;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
