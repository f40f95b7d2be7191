import { expect, it } from 'vitest';
import { HeadTailBuffer, mayBeCut } from '../../../src/shared/head-tail-buffer.ts';
import { reachedCap } from '../../../src/shared/output-cap.ts';
import { makeRandom } from '../../support/random.ts';

const encoder = new TextEncoder();
const KIB = 1024;

/** How long what passes is: before the end is given, and with it; and whether something was left out. */
const pass = (
  text: string,
  capBytes: number,
): { readonly bytes: readonly number[]; readonly cut: boolean } => {
  const buffer = new HeadTailBuffer(capBytes, (words) => encoder.encode(words));
  const head = buffer.push(encoder.encode(text)).length;
  const { cut } = buffer;
  return { bytes: [head, head + buffer.end().length], cut };
};

it.each([1, 2, 3, 64, 1024].map((cap) => cap * KIB))(
  'a stream that was cut at %d bytes is told, whatever its characters, with its end and without it',
  (capBytes) => {
    const random = makeRandom(capBytes);
    for (const line of ['a', 'é', '€', '😀', `${'b'.repeat(998)}\n`, `${'€'.repeat(300)}\n`]) {
      const times = Math.ceil(capBytes / encoder.encode(line).length) + 1 + Math.floor(random() * 500);
      const { bytes, cut } = pass(line.repeat(times), capBytes);
      expect(cut).toBe(true);
      expect(bytes.map((length) => mayBeCut(length, capBytes))).toEqual([true, true]);
    }
  },
);

it('one that is far from its cap is whole', () => {
  expect([1, 1000, 400 * KIB, 800 * KIB].map((length) => mayBeCut(length, KIB * KIB))).toEqual([
    false,
    false,
    false,
    false,
  ]);
  // The smallest cap that can be set.
  expect([mayBeCut(0, KIB), mayBeCut(400, KIB)]).toEqual([false, false]);
});

it('texts are measured in the bytes that they had', () => {
  expect(reachedCap(['', 'a'.repeat(KIB)], 1)).toBe(true);
  expect(reachedCap(['é'.repeat(33 * KIB)], 64)).toBe(true);
  expect(reachedCap(['é'.repeat(20 * KIB)], 64)).toBe(false);
  expect(reachedCap(['', ''], 1)).toBe(false);
});
