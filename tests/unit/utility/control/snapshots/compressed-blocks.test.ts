import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { NodeCodec } from '../../../../../src/utility/control/node/node-codec.ts';
import { compress, decompress } from '../../../../../src/utility/control/snapshots/compressed-blocks.ts';

const codec = new NodeCodec();
const BLOCK = 4 * 1024 * 1024;
const MOST = 64 * 1024 * 1024;

/** Some of it can be compressed, some can't. */
const sample = (length: number): Uint8Array => {
  const bytes = new Uint8Array(length);
  bytes.set(randomBytes(Math.min(length, 1000)));
  return bytes;
};

describe('what was compressed', () => {
  it.each([1, 1000, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 7])('comes back: %i bytes', async (length) => {
    const bytes = sample(length);
    const compressed = await compress(codec, bytes);
    expect(compressed.byteLength).toBeLessThan(length + 100);
    expect(Buffer.from(await decompress(codec, compressed, MOST)).equals(bytes)).toBe(true);
  });

  it('may be a view of something larger', async () => {
    const bytes = sample(2 * BLOCK);
    const compressed = await compress(codec, bytes.subarray(100, BLOCK + 100));
    const around = new Uint8Array(compressed.byteLength + 20);
    around.set(compressed, 7);
    const back = await decompress(codec, around.subarray(7, 7 + compressed.byteLength), MOST);
    expect(Buffer.from(back).equals(bytes.subarray(100, BLOCK + 100))).toBe(true);
    expect(back.buffer.byteLength).toBe(BLOCK);
  });

  it('is refused when it would become larger than allowed, before it is decompressed', async () => {
    const compressed = await compress(codec, sample(2 * BLOCK));
    await expect(decompress(codec, compressed, BLOCK)).rejects.toThrow('it is too large');
  });
});

describe('damaged blocks are refused', () => {
  const change =
    (offset: number, value: number) =>
    (bytes: Uint8Array): Uint8Array => {
      bytes[offset] = value;
      return bytes;
    };

  it.each<[string, (bytes: Uint8Array) => Uint8Array, string]>([
    ['emptied', () => new Uint8Array(), 'it is damaged'],
    ['cut in its head', (bytes) => bytes.subarray(0, 9), 'it is damaged'],
    ['cut at its end', (bytes) => bytes.subarray(0, -1), 'it is damaged'],
    ['with more at its end', (bytes) => Buffer.concat([bytes, Buffer.from('x')]), 'it is damaged'],
    ['compressed in another way', change(0, 9), 'it is compressed in an unknown way'],
    ['with no blocks', change(1, 0), 'it is damaged'],
    ['with blocks without end', change(4, 255), 'it is damaged'],
    ['with a block beyond all', change(8, 255), 'it is damaged'],
    ['with a block that is shorter than it says', change(5, 1), 'it is damaged'],
    ['with a block that begins as none does', change(21, 255), 'it is damaged'],
    ['with a block that is longer than it says', change(7, 0x3f), 'it is damaged'],
  ])('%s', async (_what, spoil, message) => {
    const compressed = await compress(codec, sample(BLOCK + 1000));
    await expect(decompress(codec, spoil(compressed), MOST)).rejects.toThrow(message);
  });
});
