/** What JSON.parse would take time or memory for. */
import { expect, it } from 'vitest';
import { JsonError, JsonReader, type Json } from '../../../src/main/foreign-text/json-reader.ts';

const read = (text: string): Json => {
  const reader = new JsonReader({ maxBytes: 8 * 1024 * 1024, maxDepth: 10, maxValues: 1000 });
  reader.push(new TextEncoder().encode(text));
  return reader.end();
};

it.each(['-0.5', '1e300', '9007199254740993', `0.${'1'.repeat(900)}`])('reads the number %s', (text) => {
  expect(read(`[${text}]`)).toEqual([Number(text)]);
});

it.each(['1'.repeat(1001), `0.${'1'.repeat(2_000_000)}`, `-${'9'.repeat(5_000_000)}`])(
  'refuses a number of very many digits',
  (text) => {
    expect(() => read(`[${text}]`)).toThrow(JsonError);
  },
);
