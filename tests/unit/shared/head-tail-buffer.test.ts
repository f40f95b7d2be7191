import { expect, it } from 'vitest';
import { HeadTailBuffer, mayBeCut, wasCut } from '../../../src/shared/head-tail-buffer.ts';
import { reachedCap } from '../../../src/shared/output-cap.ts';
import { makeRandom } from '../../support/random.ts';

const encoder = new TextEncoder();
const KIB = 1024;

/** How long what passes is: before the end is given, and with it; and whether something was left out. */
const pass = (
  text: string,
  capBytes: number,
): { readonly bytes: readonly number[]; readonly texts: readonly string[]; readonly cut: boolean } => {
  const buffer = new HeadTailBuffer(capBytes, (words) => encoder.encode(words));
  const head = Buffer.from(buffer.push(encoder.encode(text)));
  const { cut } = buffer;
  const all = Buffer.concat([head, buffer.end()]);
  return { bytes: [head.length, all.length], texts: [String(head), String(all)], cut };
};

const passBytes = (bytes: Uint8Array): { readonly pieces: readonly Uint8Array[]; readonly cut: boolean } => {
  const buffer = new HeadTailBuffer(KIB, (words) => encoder.encode(words));
  const head = buffer.push(bytes);
  return { pieces: [head, Buffer.concat([head, buffer.end()])], cut: buffer.cut };
};

it.each([1, 2, 3, 64, 1024].map((cap) => cap * KIB))(
  'a stream that was cut at %d bytes is told, whatever its characters, with its end and without it',
  (capBytes) => {
    const random = makeRandom(capBytes);
    for (const line of ['a', 'é', '€', '😀', `${'b'.repeat(998)}\n`, `${'€'.repeat(300)}\n`]) {
      const times = Math.ceil(capBytes / encoder.encode(line).length) + 1 + Math.floor(random() * 500);
      const { bytes, cut, texts } = pass(line.repeat(times), capBytes);
      expect(cut).toBe(true);
      expect(bytes.map((length) => mayBeCut(length, capBytes))).toEqual([true, true]);
      expect(texts.map((text, index) => wasCut(text, bytes[index] ?? 0, capBytes))).toEqual([true, true]);
      expect(texts.map((text) => reachedCap([text], capBytes / KIB))).toEqual([true, true]);
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

it.each([1, 2, 3, 64])(
  'at %d KiB, one that is longer than its beginning and was not cut is whole',
  (capKiB) => {
    const capBytes = capKiB * KIB;
    for (const character of ['a', 'é', '€', '😀', 'a\n']) {
      const size = encoder.encode(character).length;
      for (const length of [capBytes / 2 + 5, capBytes / 2 + 40, capBytes - 100, capBytes - 1]) {
        const { bytes, cut, texts } = pass(character.repeat(Math.floor(length / size)), capBytes);
        const [text = '', total = 0] = [texts[1], bytes[1]];
        expect(total).toBeGreaterThan(capBytes / 2);
        // A beginning of whole characters may leave more to the end than there is room for.
        expect(cut && length < capBytes - 1).toBe(false);
        expect([wasCut(text, total, capBytes), reachedCap([text], capKiB)]).toEqual([cut, cut]);
      }
    }
    // As long as the cap: more may have been meant to come.
    expect(wasCut('a'.repeat(capBytes), capBytes, capBytes)).toBe(true);
  },
);

it('words about bytes that are left out, elsewhere than where they would be, say nothing', () => {
  const words = '\n[... 7 bytes left out ...]\n';
  expect(wasCut(`${words}${'a'.repeat(900)}`, 900 + words.length, KIB)).toBe(false);
  expect(wasCut(`${'a'.repeat(800)}${words}`, 800 + words.length, KIB)).toBe(false);
});

it.each([0x80, 0xff])('a stream of bytes that are no UTF-8 (%i) is told, too', (byte) => {
  // As a text, each of them is a character of three.
  const { cut, pieces } = passBytes(new Uint8Array(5000).fill(byte));
  expect(cut).toBe(true);
  const told = pieces.map((bytes) => wasCut(new TextDecoder().decode(bytes), bytes.length, KIB));
  expect(told).toEqual([true, true]);
});

it('many of such words are looked through in one pass', () => {
  const capBytes = 4 * KIB * KIB;
  const text = '\n[... 1 bytes left out ...]\n'.repeat(capBytes / 2 / 29).padEnd(capBytes - 100, 'a');
  const begin = performance.now();
  wasCut(text, text.length, capBytes);
  expect(performance.now() - begin).toBeLessThan(2000);
});

it.each(['a', '😀'])('a value that was cut has reached the cap, in characters', (character) => {
  for (const length of [1025, 1030, 5000, 1_000_000]) {
    const half = character.repeat(490);
    const words = `\n[... ${length} characters left out ...]\n`;
    const padding = 'x'.repeat(1024 - 980 - words.length);
    expect(reachedCap([`${half}${words}${padding}${half}`], 1)).toBe(true);
  }
});

it('texts are measured in the bytes that they had', () => {
  expect(reachedCap(['', 'a'.repeat(KIB)], 1)).toBe(true);
  expect(reachedCap(['é'.repeat(33 * KIB)], 64)).toBe(true);
  expect(reachedCap(['é'.repeat(20 * KIB)], 64)).toBe(false);
  expect(reachedCap(['', ''], 1)).toBe(false);
});
