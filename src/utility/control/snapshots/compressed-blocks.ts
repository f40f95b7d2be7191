import type { Codec, CompressionMethod } from '../host/codec.ts';

/** First byte of what is compressed. */
const METHOD_BYTES: Readonly<Record<CompressionMethod, number>> = { deflate: 3, zstd: 4 };

/** Each is compressed by itself, so that several threads have work. */
const BLOCK_BYTES = 4 * 1024 * 1024;
const MAX_BLOCKS = 1024;

/**
 * What comes out says itself how it is compressed: a byte for the way, the number of blocks, for each block its bytes
 * before and after (unsigned 32-bit numbers, little-endian), the blocks.
 */
export const compress = async (codec: Codec, bytes: Uint8Array): Promise<Uint8Array> => {
  const blocks: Uint8Array[] = [];
  for (let start = 0; start < bytes.byteLength; start += BLOCK_BYTES) {
    blocks.push(bytes.subarray(start, start + BLOCK_BYTES));
  }
  const [method = 'deflate'] = codec.methods;
  const compressed = await Promise.all(blocks.map((block) => codec.compress(method, block)));
  const headBytes = headBytesOf(blocks.length);
  const whole = new Uint8Array(compressed.reduce((total, { byteLength }) => total + byteLength, headBytes));
  const head = new DataView(whole.buffer);
  head.setUint8(0, METHOD_BYTES[method]);
  head.setUint32(1, blocks.length, true);
  let offset = headBytes;
  compressed.forEach((block, index) => {
    head.setUint32(headBytesOf(index), blocks[index]?.byteLength ?? 0, true);
    head.setUint32(headBytesOf(index) + 4, block.byteLength, true);
    whole.set(block, offset);
    offset += block.byteLength;
  });
  return whole;
};

/**
 * @param maxBytes of what comes out
 * @throws Error when it is damaged, too large, or compressed in a way that this engine does not know
 */
export const decompress = async (codec: Codec, whole: Uint8Array, maxBytes: number): Promise<Uint8Array> => {
  const blocks = blocksOf(whole);
  const total = blocks.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total > maxBytes) throw new Error('it is too large');
  const method = codec.methods.find((one) => METHOD_BYTES[one] === whole[0]);
  if (method === undefined) throw new Error('it is compressed in an unknown way');
  const result = new Uint8Array(total);
  await Promise.all(
    blocks.map(async ({ bytes, compressed, offset }) => {
      // Error messages differ between engines.
      const block = await codec.decompress(method, compressed, bytes).catch(() => null);
      if (block?.byteLength !== bytes) throw damaged();
      result.set(block, offset);
    }),
  );
  return result;
};

const damaged = (): Error => new Error('it is damaged');

interface Block {
  /** Before it was compressed. */
  readonly bytes: number;
  /** Where it belongs. */
  readonly offset: number;
  readonly compressed: Uint8Array;
}

const headBytesOf = (blocks: number): number => 5 + 8 * blocks;

/** @throws Error when it is damaged */
const blocksOf = (whole: Uint8Array): Block[] => {
  const head = new DataView(whole.buffer, whole.byteOffset, whole.byteLength);
  const count = whole.byteLength < headBytesOf(0) ? 0 : head.getUint32(1, true);
  if (count === 0 || count > MAX_BLOCKS || whole.byteLength < headBytesOf(count)) throw damaged();
  let [offset, start] = [0, headBytesOf(count)];
  const blocks = Array.from({ length: count }, (_none, index) => {
    const bytes = head.getUint32(headBytesOf(index), true);
    const end = start + head.getUint32(headBytesOf(index) + 4, true);
    if (bytes > BLOCK_BYTES || end > whole.byteLength) throw damaged();
    const block = { bytes, offset, compressed: whole.subarray(start, end) };
    [offset, start] = [offset + bytes, end];
    return block;
  });
  if (start !== whole.byteLength) throw damaged();
  return blocks;
};
