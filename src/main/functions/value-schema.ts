/** Schemas of what goes into a function and what comes out of it, whichever way they are written. */
import { z } from 'zod';
import { JsonData } from '../../shared/json-data.ts';
import { isNestedDeeperThan } from '../../shared/nesting.ts';
import type { FunctionSchema } from './host-function.ts';
import { largeValueProblem } from './schema-work.ts';

export type JsonSchema = Readonly<Record<string, JsonData>>;

export type Checked =
  | { readonly ok: true; readonly value: unknown }
  /** In words, for whoever wrote the code. */
  | { readonly ok: false; readonly problem: string };

export interface ValueSchema {
  readonly json: JsonSchema;
  check(value: unknown): Promise<Checked>;
}

const MAX_SCHEMA_DEPTH = 64;
/** Problems that are told of. */
const MAX_ISSUES = 10;
const MAX_PROBLEM_LENGTH = 4000;

const isZod = (schema: object): schema is z.core.$ZodType => '_zod' in schema;

/**
 * @param direction which form of the data the schema is to describe, where zod changes them
 * @throws Error when it is no schema, or one that values can't be checked by
 */
export const valueSchema = (schema: FunctionSchema, direction: 'input' | 'output'): ValueSchema => {
  if (isZod(schema)) return valueSchemaOf(jsonSchemaOf(schema, direction), schema, direction);
  const json = JsonData.safeParse(schema);
  if (!json.success || Array.isArray(schema) || isNestedDeeperThan(schema, MAX_SCHEMA_DEPTH)) {
    throw new Error('must be a schema of zod 4 or a JSON Schema');
  }
  const parsed = json.data as JsonSchema;
  return valueSchemaOf(parsed, z.fromJSONSchema(parsed), direction);
};

/** What goes into a function comes from a guest, and may be all wrong. */
const valueSchemaOf = (
  json: JsonSchema,
  schema: z.core.$ZodType,
  direction: 'input' | 'output',
): ValueSchema => {
  const problemOf = direction === 'input' ? largeValueProblem(json) : () => null;
  return {
    json,
    check: async (value) => {
      const problem = problemOf(value);
      return problem === null ? check(schema, value) : { ok: false, problem };
    },
  };
};

/** What a function has that says nothing of what it takes. */
export const NO_ARGUMENTS: ValueSchema = {
  json: { type: 'object', properties: {}, additionalProperties: false },
  check: (value) => check(z.strictObject({}), value),
};

/** Where nothing is known of a result. */
export const ANYTHING: ValueSchema = {
  json: {},
  check: (value) => Promise.resolve({ ok: true, value }),
};

const jsonSchemaOf = (schema: z.core.$ZodType, io: 'input' | 'output'): JsonSchema =>
  // What zod can't describe in JSON Schema is anything there, and checked by zod.
  JsonData.parse(z.toJSONSchema(schema, { io, unrepresentable: 'any' })) as JsonSchema;

const check = async (schema: z.core.$ZodType, value: unknown): Promise<Checked> => {
  const parsed = await z.safeParseAsync(schema, value);
  return parsed.success
    ? { ok: true, value: parsed.data }
    : { ok: false, problem: describe(parsed.error.issues) };
};

const describe = (issues: readonly z.core.$ZodIssue[]): string =>
  issues
    .slice(0, MAX_ISSUES)
    .map(({ message, path }) => `${path.length === 0 ? '' : `${path.map(String).join('.')}: `}${message}`)
    .join('\n')
    .slice(0, MAX_PROBLEM_LENGTH);
