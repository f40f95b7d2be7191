import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { z as mini } from 'zod/mini';
import { FunctionError, FunctionSet } from '../../../src/main/functions/function-set.ts';
import type { HostFunctions } from '../../../src/main/functions/host-function.ts';

const handler = (): number => 1;

const problemWith = (functions: unknown): string => {
  try {
    new FunctionSet(functions as HostFunctions);
  } catch (error) {
    if (error instanceof FunctionError) return error.message;
    throw error;
  }
  return 'taken';
};

describe('a declaration that can not be used is named', () => {
  it.each<[string, unknown]>([
    ['functions.', { '': { handler } }],
    ['functions.a.', { 'a.': { handler } }],
    ['functions.a-b', { 'a-b': { handler } }],
    ['functions.1a', { '1a': { handler } }],
    ['functions._a', { _a: { handler } }],
    ['functions.a.__init__', { 'a.__init__': { handler } }],
    ['functions.class', { class: { handler } }],
    ['functions.aio', { aio: { handler } }],
    ['functions.aio.x', { 'aio.x': { handler } }],
    ['functions.FunctionError', { FunctionError: { handler } }],
    ['functions.é', { é: { handler } }],
    ['functions.a b', { 'a b': { handler } }],
    ['functions.a\nb', { 'a\nb': { handler } }],
    ['functions.a', { a: { handler }, 'a.b': { handler } }],
    ['functions.a', { a: undefined }],
    ['functions.a.handler', { a: {} }],
    ['functions.a.description', { a: { handler, description: 1 } }],
    ['functions.a.confirm', { a: { handler, confirm: 'always' } }],
    ['functions.a.input', { a: { handler, input: 'string' } }],
    ['functions.a.input', { a: { handler, input: [] } }],
    ['functions.a.input', { a: { handler, input: { type: 'string' } } }],
    ['functions.a.input', { a: { handler, input: z.string() } }],
    [
      'functions.a.input',
      { a: { handler, input: { type: 'object', properties: { x: { not: { type: 'null' } } } } } },
    ],
    ['functions.a.input', { a: { handler, input: { type: 'object', x: () => 1 } } }],
    ['functions.a.output', { a: { handler, output: 1 } }],
    ['functions', Object.fromEntries(Array.from({ length: 201 }, (_v, n) => [`f${String(n)}`, { handler }]))],
    ['functions', { a: { handler, description: 'x'.repeat(600_000) } }],
  ])('%s', (name, functions) => {
    const problem = problemWith(functions);
    expect(problem.startsWith(`${name}: `) && problem.length > name.length + 5, problem).toBe(true);
  });
});

it('takes schemas of zod and zod/mini, and JSON Schemas', async () => {
  const set = new FunctionSet({
    one: { input: z.object({ n: z.coerce.number().int() }), handler },
    two: { input: mini.object({ n: mini.number() }), handler },
    three: { input: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] }, handler },
    four: { handler },
  });
  const check = async (name: string, value: unknown): Promise<unknown> => set.find(name)?.input.check(value);
  expect(await check('one', { n: '3' })).toEqual({ ok: true, value: { n: 3 } });
  for (const name of ['two', 'three']) {
    expect(await check(name, { n: 3 })).toEqual({ ok: true, value: { n: 3 } });
    expect(await check(name, { n: 'x' })).toMatchObject({ ok: false });
  }
  expect(await check('four', {})).toEqual({ ok: true, value: {} });
  expect(await check('four', { n: 1 })).toMatchObject({ ok: false });
  expect(set.find('constructor')).toBeUndefined();
});

it('calls a handler that is a method with its object as this', async () => {
  const counter = {
    count: 41,
    handler(): number {
      return ++this.count;
    },
  };
  const found = new FunctionSet({ counter }).find('counter');
  const context = { name: 'counter', session: null, signal: new AbortController().signal };
  expect(found?.handler({}, context)).toBe(42);
});

describe('sets that are joined', () => {
  const one = { 'a.b': { handler, description: 'b' } };
  const two = { c: { handler, input: z.object({ n: z.int() }) }, d: { handler } };
  const limits = { calls: 1, bytes: 1, depth: 1, together: 1 };

  it('are as one that was made of all functions', () => {
    const joined = FunctionSet.joined([one, {}, two].map((functions) => new FunctionSet(functions)));
    const whole = new FunctionSet({ ...one, ...two });
    expect(joined.facts(limits)).toBe(whole.facts(limits));
    expect(joined.toldLength).toBe(whole.toldLength);
    expect(joined.all.map(({ name }) => name)).toEqual(['a.b', 'c', 'd']);
    expect(FunctionSet.joined([]).facts(limits)).toBe(new FunctionSet({}).facts(limits));
  });

  it.each<[string, HostFunctions[]]>([
    ['of the same name', [one, one]],
    ['of which one is the namespace of another', [one, { a: { handler } }]],
    [
      'that are too many',
      [0, 1].map((half) =>
        Object.fromEntries(Array.from({ length: 150 }, (_none, n) => [`f${half}_${n}`, { handler }])),
      ),
    ],
    [
      'of which too much is said',
      ['a', 'b'].map((name) => ({ [name]: { handler, description: 'x'.repeat(300_000) } })),
    ],
  ])('are refused with functions %s', (_what, parts) => {
    const sets = parts.map((functions) => new FunctionSet(functions));
    expect(() => FunctionSet.joined(sets)).toThrow(FunctionError);
  });
});
