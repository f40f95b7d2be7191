/** Which piece of a text on the page a place is in. */
import { expect, it } from 'vitest';
import { pieceAt, type Piece } from '../../../../src/renderer/console/find/text-pieces.ts';

it('is the last that begins at the place or before it', () => {
  const pieces = [2, 5, 9].map((start) => ({ node: `from ${String(start)}`, start }));
  const found = [0, 2, 4, 5, 8, 9, 99].map((at) => pieceAt(pieces, at)?.node ?? null);
  expect(found).toEqual([null, 'from 2', 'from 2', 'from 5', 'from 5', 'from 9', 'from 9']);
  expect(pieceAt([], 1)).toBeNull();
});

it('is found among tens of thousands by looking at some of them', () => {
  let asked = 0;
  const all = Array.from({ length: 50_000 }, (_none, at): Piece<number> => ({ node: at, start: at * 3 }));
  const pieces = new Proxy(all, {
    get: (target, key, receiver) => {
      asked += 1;
      return Reflect.get(target, key, receiver) as unknown;
    },
  });
  for (let at = 0; at < 150_000; at += 1001) expect(pieceAt(pieces, at)?.node).toBe(Math.floor(at / 3));
  expect(asked / 150).toBeLessThan(25);
});
