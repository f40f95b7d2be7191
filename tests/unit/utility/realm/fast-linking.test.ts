import { expect, it } from 'vitest';
import { awaitAddress, awaitedAddresses } from '../../../../src/utility/realm/platform/fast-linking.ts';

it('each symbol is looked at once, and again where that failed', () => {
  const [first, second, third] = [{ value: -1 }, { value: -1 }, { value: -1 }];
  expect(awaitAddress('first', first)).toBe(first);
  awaitAddress('second', second);
  expect(() => {
    for (const [symbol] of awaitedAddresses()) if (symbol === 'second') throw new Error('undefined symbol');
  }).toThrow('undefined symbol');
  awaitAddress('third', third);
  expect([...awaitedAddresses()]).toEqual([
    ['first', first],
    ['second', second],
    ['third', third],
  ]);
  expect([...awaitedAddresses()]).toEqual([]);
});
