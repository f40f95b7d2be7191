import type { z } from 'zod';

export type Checked<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/** Most issues named in a message, and the longest message in UTF-16 units. */
const MAX_ISSUES = 3;
const MAX_PROBLEM = 500;

/**
 * Parses hostile data. A schema that throws (an asynchronous one, a careless refinement) counts as failed:
 * the value was not accepted, and an exception here would end the peer instead of the call.
 */
export const checkValue = <S extends z.ZodType>(schema: S, value: unknown): Checked<z.output<S>> => {
  try {
    const parsed = schema.safeParse(value);
    if (parsed.success) return { ok: true, value: parsed.data };
    const issues = parsed.error.issues.slice(0, MAX_ISSUES);
    const problem = issues.map(({ path, message }) => [...path.map(String), message].join(': ')).join('; ');
    return { ok: false, problem: problem.slice(0, MAX_PROBLEM) };
  } catch {
    return { ok: false, problem: 'its schema could not be applied' };
  }
};
