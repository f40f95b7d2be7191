import { expect, it } from 'vitest';
import {
  noteUnresolved,
  unresolvedSymbols,
} from '../../../../src/utility/realm/pyodide-314/unresolved-symbols.ts';

it('each symbol is looked at once, and again where that failed', () => {
  const [first, second, third] = [{ value: -1 }, { value: -1 }, { value: -1 }];
  expect(noteUnresolved('first', first)).toBe(first);
  noteUnresolved('second', second);
  expect(() => {
    for (const [symbol] of unresolvedSymbols()) if (symbol === 'second') throw new Error('undefined symbol');
  }).toThrow('undefined symbol');
  noteUnresolved('third', third);
  expect([...unresolvedSymbols()]).toEqual([
    ['first', first],
    ['second', second],
    ['third', third],
  ]);
  expect([...unresolvedSymbols()]).toEqual([]);
});
