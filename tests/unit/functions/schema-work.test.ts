/** Values that are wrong throughout, or fit many alternatives, do not hold the process up when they are checked. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { largeValueProblem } from '../../../src/main/functions/schema-work.ts';
import { valueSchema, type JsonSchema } from '../../../src/main/functions/value-schema.ts';
import { BUDGET_MS, longestStall } from '../foreign-text/stall.ts';

const many = <T>(item: T, times: number): T[] => Array.from({ length: times }, () => item);
const listOf = (items: JsonSchema): JsonSchema => ({
  type: 'object',
  properties: { a: { type: 'array', items } },
});
const objects = {
  anyOf: Array.from({ length: 64 }, (_none, index) => ({
    type: 'object',
    properties: { [`k${index}`]: { type: 'string' } },
    required: [`k${index}`],
  })),
};

describe('checking arguments', () => {
  it.each<[string, JsonSchema, unknown]>([
    ['texts for numbers', listOf({ type: 'integer' }), many('a', 100_000)],
    ['numbers out of bounds', listOf({ type: 'integer', maximum: 1 }), many(2, 100_000)],
    ['objects without what they need', listOf({ type: 'object', required: ['b'] }), many({}, 100_000)],
    ['no alternative fits', listOf(objects), many({}, 20_000)],
    ['the last of many alternatives fits', listOf(objects), many({ k63: 'a' }, 20_000)],
    [
      'one of many long texts',
      listOf({ enum: many('x', 64).map((x, n) => x.repeat(400) + String(n)) }),
      many('y', 20_000),
    ],
  ])('takes no time that is felt: %s', async (_what, schema, a) => {
    const { check } = valueSchema(schema, 'input');
    await check({ a: [] });
    let checked: unknown;
    const stall = await longestStall(async () => {
      checked = await check({ a });
    });
    expect(checked).toHaveProperty('ok', false);
    expect(checked).toHaveProperty('problem', expect.stringMatching(/^(?:a\.0|it has too many)/u));
    expect(stall).toBeLessThan(BUDGET_MS);
  });

  it.each<[string, unknown[], unknown[], object]>([
    ['texts', many('x', 5000).map((x, n) => x + String(n)), many('x4999', 90_000), { ok: true }],
    ['numbers', many(0, 5000).map((_none, n) => n), many(4999, 90_000), { ok: false }],
    ['few numbers', many(0, 12).map((_none, n) => n), many(11, 20_000), { ok: true }],
    ['an amount of numbers that just fits', many(0, 400).map((_none, n) => n), many(399, 980), { ok: true }],
    ['a few wrong ones for many numbers', many(0, 5000).map((_none, n) => n), many('y', 990), { ok: false }],
    ['a few wrong ones for some numbers', many(0, 64).map((_none, n) => n), many('y', 990), { ok: false }],
    [
      'a few wrong ones for many texts',
      many('x', 5000).map((x, n) => x + String(n)),
      many('y', 990),
      { ok: false },
    ],
    ['one wrong one for many numbers', many(0, 5000).map((_none, n) => n), ['y'], { ok: false }],
    ['a few right ones of many numbers', many(0, 64).map((_none, n) => n), many(63, 990), { ok: true }],
    ['lists for texts', many('x', 600).map((x, n) => x + String(n)), many([], 90_000), { ok: false }],
    [
      'lists among what is listed',
      [...many('x', 600).map((x, n) => x + String(n)), [1]],
      many([], 90_000),
      { ok: false },
    ],
  ])('takes no time that is felt for one of many listed values: %s', async (_what, listed, a, expected) => {
    const { check } = valueSchema(listOf({ enum: listed } as JsonSchema), 'input');
    await check({ a: [] });
    let checked: unknown;
    const stall = await longestStall(async () => {
      checked = await check({ a });
    });
    expect(checked).toMatchObject(expected);
    expect(stall).toBeLessThan(BUDGET_MS);
  });

  it('goes by a schema of zod, too', async () => {
    const { check } = valueSchema(z.object({ a: z.array(z.int()) }), 'input');
    expect(await check({ a: many('x', 100_000) })).toEqual({ ok: false, problem: 'a.0: must be integer' });
    expect(await check({ a: [1, 2] })).toEqual({ ok: true, value: { a: [1, 2] } });
  });
});

describe('a problem of a large value', () => {
  it.each<[JsonSchema, unknown, string | null]>([
    [{ type: 'object', additionalProperties: false }, { b: 1 }, 'b: is not known'],
    [{ type: 'object', required: ['b'] }, {}, 'b: is missing'],
    [{ type: ['string', 'null'] }, 1, 'must be string or null'],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 1, 'is none of its alternatives'],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, null, null],
    [{ enum: ['a', 'b'] }, 'c', 'is none of the values that it can have'],
    [{ const: 1 }, 2, 'is none of the values that it can have'],
    [{ type: 'string', maxLength: 1 }, 'ab', 'is too long'],
    [{ type: 'array', minItems: 1 }, [], 'is too short'],
    [
      { $ref: '#/$defs/n', $defs: { n: { type: 'array', items: { $ref: '#/$defs/n' } } } },
      [[[1]]],
      '0.0.0: must be array',
    ],
    [{ $ref: '#/$defs/c', $defs: { c: { $ref: '#/$defs/c' } } }, 1, null],
    [{ type: 'string', pattern: '^(a+)+$' }, `${'a'.repeat(100)}!`, null],
    [{ properties: { __proto__: { type: 'string' } } }, JSON.parse('{"constructor": 1}'), null],
  ])('of %j in %j is %j', (schema, value, problem) => {
    // Among many that are right.
    const list: JsonSchema = {
      type: 'object',
      properties: { right: { type: 'array' }, of: schema },
      ...('$defs' in schema ? { $defs: schema['$defs'] } : {}),
    };
    const told = problem === null ? null : `of${/^[\w.]+: /u.test(problem) ? '.' : ': '}${problem}`;
    expect(largeValueProblem(list)({ right: many(1, 2000), of: value })).toBe(told);
    expect(largeValueProblem(list)({ right: [], of: value })).toBeNull();
  });
});
