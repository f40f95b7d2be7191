import { serialize } from 'node:v8';
import { expect, test } from 'vitest';
import { measure } from '../../../src/shared/rpc/measure.ts';

const LIMITS = { maxBytes: 1e6, maxDepth: 8, maxNodes: 1000 };
const nest = (levels: number): unknown => (levels === 0 ? 1 : { in: nest(levels - 1) });

test.each([
  null,
  undefined,
  false,
  0.1,
  'latin',
  'zwei: ü 日本 😀',
  '',
  [],
  {},
  [1, 2, 3],
  [0.5, -1e300],
  { a: 1, b: [true, { c: 'ü' }] },
  new Uint8Array(0),
  { bytes: new Uint8Array(1000) },
  nest(7),
])('%j measures at least what V8 serialises', (value) => {
  expect(measure(value, LIMITS)).toBeGreaterThanOrEqual(serialize(value).byteLength - 2);
});

test('a clone measures what its original measured', () => {
  const value = { text: 'ü', list: [1, [null]], bytes: new Uint8Array(100).subarray(3, 7), hole: undefined };
  expect(measure(structuredClone(value), LIMITS)).toBe(measure(value, LIMITS));
});

test('limits hold exactly at their edge', () => {
  const size = Number(measure('x'.repeat(100), LIMITS));
  expect(measure('x'.repeat(100), { ...LIMITS, maxBytes: size })).toBe(size);
  expect(measure('x'.repeat(100), { ...LIMITS, maxBytes: size - 1 })).toMatchObject({ kind: 'too-large' });
  const inside = Number(measure(['x'], LIMITS));
  expect(measure(['x'], { ...LIMITS, maxBytes: inside })).toBe(inside);
  expect(measure(['x'], { ...LIMITS, maxBytes: inside - 1 })).toMatchObject({ kind: 'too-large' });
  expect(measure([], { ...LIMITS, maxBytes: 1 })).toMatchObject({ kind: 'too-large' });
  expect(measure(nest(8), LIMITS)).toBeTypeOf('number');
  expect(measure(nest(9), LIMITS)).toMatchObject({ kind: 'too-large' });
  const list = (length: number): unknown => Array.from({ length }, () => 0);
  expect(measure(list(999), LIMITS)).toBeTypeOf('number');
  expect(measure(list(1000), LIMITS)).toMatchObject({ kind: 'too-large' });
});

test('depth is found without recursion', () => {
  let value: unknown = null;
  for (let level = 0; level < 200_000; level++) value = [value];
  expect(measure(value, { ...LIMITS, maxDepth: 1e6, maxNodes: 1e6, maxBytes: 1e9 })).toBeTypeOf('number');
});

test('an own toStringTag or a subclass does not disguise a view', () => {
  const floats = Object.defineProperty(new Float32Array(1), Symbol.toStringTag, { value: 'Uint8Array' });
  expect(measure(floats, LIMITS)).toMatchObject({ kind: 'unsupported' });
  expect(measure(Buffer.alloc(10), LIMITS)).toBe(measure(new Uint8Array(10), LIMITS));
});
