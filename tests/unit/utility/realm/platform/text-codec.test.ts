import { expect, it } from 'vitest';
import { RealmTextDecoder, RealmTextEncoder } from '../../../../../src/utility/realm/platform/text-codec.ts';
import { makeRandom } from '../../../../support/random.ts';

const random = makeRandom(7);
const below = (limit: number): number => Math.floor(random() * limit);
const SPICE = [
  0x00, 0x41, 0x7f, 0x80, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xbb, 0xf0, 0xf4, 0xf5, 0xfe, 0xff, 0xd8,
  0xdc,
];
const bytes = (): Uint8Array =>
  Uint8Array.from({ length: below(40) }, () =>
    random() < 0.7 ? (SPICE[below(SPICE.length)] ?? 0) : below(256),
  );
const outcome = (decode: () => string): string => {
  try {
    return decode();
  } catch (error) {
    return error instanceof TypeError ? 'TypeError' : 'another error';
  }
};

it.each(['utf-8', 'utf-16le'])('decodes %s as Node does, malformed or not', (label) => {
  for (let round = 0; round < 4000; round++) {
    const input = bytes();
    for (const fatal of [true, false]) {
      for (const ignoreBOM of [true, false]) {
        const options = { fatal, ignoreBOM };
        const expected = outcome(() => new TextDecoder(label, options).decode(input));
        const actual = outcome(() => new RealmTextDecoder(label, options).decode(input));
        if (actual !== expected)
          expect({ input, options, text: actual }).toEqual({ input, options, text: expected });
      }
    }
  }
});

it('decodes true Latin-1, not windows-1252', () => {
  const all = Uint8Array.from({ length: 256 }, (_, index) => index);
  expect(new RealmTextDecoder('latin1').decode(all)).toBe(Buffer.from(all).toString('latin1'));
});

it('encodes as Node does, lone surrogates too', () => {
  for (let round = 0; round < 2000; round++) {
    const text = String.fromCharCode(
      ...Array.from({ length: below(20) }, () => (random() < 0.5 ? 0xd800 + below(0x800) : below(0x10000))),
    );
    expect(new RealmTextEncoder().encode(text)).toEqual(new TextEncoder().encode(text));
    const [mine, nodes] = [new Uint8Array(10), new Uint8Array(10)];
    expect(new RealmTextEncoder().encodeInto(text, mine)).toEqual(new TextEncoder().encodeInto(text, nodes));
    expect(mine).toEqual(nodes);
  }
});

it('takes views, buffers and long texts; refuses other encodings', () => {
  const text = 'é😀x'.repeat(5000);
  const encoded = new RealmTextEncoder().encode(text);
  expect(new RealmTextDecoder().decode(encoded.buffer)).toBe(text);
  expect(new RealmTextDecoder().decode(new DataView(encoded.buffer, 2, 4))).toBe('😀');
  expect([new RealmTextDecoder().decode(), new RealmTextEncoder().encode().length]).toEqual(['', 0]);
  expect(() => new RealmTextDecoder('shift_jis')).toThrow(RangeError);
});
