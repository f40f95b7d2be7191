import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

type Transform = (bytes: Uint8Array, options?: object) => Promise<Uint8Array>;

/** Newer engines have it; it is several times as fast. */
const { zstdCompress, zstdDecompress } = zlib as {
  zstdCompress?: typeof zlib.gzip;
  zstdDecompress?: typeof zlib.gunzip;
};

const asTransform = (work: unknown): Transform => promisify(work as typeof zlib.gzip);

/** First byte of what is compressed. */
const DEFLATE = 3;
const ZSTD = 4;
const DEFLATE_LEVEL = 1;

/** Each is compressed by itself, so that several threads have work. */
const BLOCK_BYTES = 4 * 1024 * 1024;
const MAX_BLOCKS = 1024;

/**
 * Off this thread, on several others. What comes out says itself how it is compressed: a byte for the way, the
 * number of blocks, for each block its bytes before and after (unsigned 32-bit numbers, little-endian), the blocks.
 */
export const compress = async (bytes: Uint8Array): Promise<Uint8Array> => {
  const blocks: Uint8Array[] = [];
  for (let start = 0; start < bytes.byteLength; start += BLOCK_BYTES) {
    blocks.push(bytes.subarray(start, start + BLOCK_BYTES));
  }
  const isZstd = zstdCompress !== undefined;
  const compressed = await Promise.all(
    blocks.map((block) =>
      isZstd
        ? asTransform(zstdCompress)(block)
        : asTransform(zlib.deflateRaw)(block, { level: DEFLATE_LEVEL }),
    ),
  );
  const headBytes = headBytesOf(blocks.length);
  const whole = new Uint8Array(compressed.reduce((total, { byteLength }) => total + byteLength, headBytes));
  const head = new DataView(whole.buffer);
  head.setUint8(0, isZstd ? ZSTD : DEFLATE);
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
 * Off this thread, on several others.
 *
 * @param maxBytes of what comes out
 * @throws Error when it is damaged, too large, or compressed in a way that this engine does not know
 */
export const decompress = async (whole: Uint8Array, maxBytes: number): Promise<Uint8Array> => {
  const blocks = blocksOf(whole);
  const total = blocks.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total > maxBytes) throw new Error('it is too large');
  const inflate = inflaterOf(whole[0]);
  const result = new Uint8Array(total);
  await Promise.all(
    blocks.map(async ({ bytes, compressed, offset }) => {
      // What the engine says of it differs from one to the next.
      const block = await inflate(compressed, { maxOutputLength: Math.max(bytes, 1) }).catch(() => null);
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

const inflaterOf = (kind: number | undefined): Transform => {
  if (kind === DEFLATE) return asTransform(zlib.inflateRaw);
  if (kind === ZSTD && zstdDecompress !== undefined) return asTransform(zstdDecompress);
  throw new Error('it is compressed in an unknown way');
};
