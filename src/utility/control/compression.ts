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
const GZIP = 1;
const ZSTD = 2;
const GZIP_LEVEL = 1;

/** Off this thread. What comes out says itself how it is compressed. */
export const compress = async (bytes: Uint8Array): Promise<Uint8Array> => {
  const isZstd = zstdCompress !== undefined;
  const compressed = isZstd
    ? await asTransform(zstdCompress)(bytes)
    : await asTransform(zlib.gzip)(bytes, { level: GZIP_LEVEL });
  const whole = new Uint8Array(1 + compressed.byteLength);
  whole[0] = isZstd ? ZSTD : GZIP;
  whole.set(compressed, 1);
  return whole;
};

/**
 * Off this thread.
 *
 * @param maxBytes of what comes out
 * @throws Error when it is damaged, too large, or compressed in a way that this engine does not know
 */
export const decompress = async (whole: Uint8Array, maxBytes: number): Promise<Uint8Array> => {
  const compressed = whole.subarray(1);
  const limit = { maxOutputLength: maxBytes };
  if (whole[0] === GZIP) return withoutBuffer(await asTransform(zlib.gunzip)(compressed, limit));
  if (whole[0] === ZSTD && zstdDecompress !== undefined) {
    return withoutBuffer(await asTransform(zstdDecompress)(compressed, limit));
  }
  throw new Error('it is compressed in an unknown way');
};

/** The `slice` of a Buffer is no copy. */
const withoutBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
