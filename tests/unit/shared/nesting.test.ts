import { expect, it } from 'vitest';
import { isNestedDeeperThan } from '../../../src/shared/nesting.ts';

const nested = (depth: number): unknown => {
  let value: unknown = 'inside';
  for (let index = 0; index < depth; index++) value = index % 2 === 0 ? [value] : { value };
  return value;
};

it.each([0, 1, 2, 99, 100])('allows as many levels as it says: %i', (depth) => {
  expect(isNestedDeeperThan(nested(depth), depth)).toBe(false);
  expect(isNestedDeeperThan(nested(depth + 1), depth)).toBe(true);
});

it('finds the deepest branch among many', () => {
  const wide = {
    flat: Array.from({ length: 10_000 }, () => [null, 1, 'x', {}]),
    deep: { deeper: nested(20) },
  };
  expect(isNestedDeeperThan(wide, 22)).toBe(false);
  expect(isNestedDeeperThan(wide, 21)).toBe(true);
});

it('does not overflow the stack', () => {
  expect(isNestedDeeperThan(nested(100_000), 100)).toBe(true);
  expect(isNestedDeeperThan(nested(100_000), 100_000)).toBe(false);
});
