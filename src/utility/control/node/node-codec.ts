import { buffer } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { fromBufferPromise, type Entry } from 'yauzl';
import { ZipFile as ZipWriter } from 'yazl';
import type { Codec, CompressionMethod, ZipContent, ZipEntry } from '../host/codec.ts';

type Transform = (bytes: Uint8Array, options?: object) => Promise<Uint8Array>;

/** Engines from Node 22 on have it; it is several times as fast. */
const { zstdCompress, zstdDecompress } = zlib as {
  zstdCompress?: typeof zlib.gzip;
  zstdDecompress?: typeof zlib.gunzip;
};

const asTransform = (work: unknown): Transform => promisify(work as typeof zlib.gzip);

const [deflate, inflate] = [asTransform(zlib.deflateRaw), asTransform(zlib.inflateRaw)];
const zstd =
  zstdCompress === undefined || zstdDecompress === undefined
    ? null
    : { compress: asTransform(zstdCompress), decompress: asTransform(zstdDecompress) };

/** A run waits for the compression, and images are read more often than written. */
const DEFLATE_LEVEL = 1;

/** How a zip marks the header before an entry's data, and how long its fixed part is. */
const LOCAL_HEADER = 0x04034b50;
const LOCAL_HEADER_BYTES = 30;
/** Inflated in less than 2 ms. */
const MAX_SYNC_BYTES = 256 * 1024;
/** By which what can't be compressed becomes longer at most, and more. */
const DEFLATE_OVERHEAD = 1024;
/** Entries that are read in one turn of the event loop. */
const READS_AT_ONCE = 64;

/** Of an entry of a zip. */
const STORED = 0;
const DEFLATED = 8;

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** zlib's own limit must be above 0. */
const inflateAtMost = (bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> =>
  inflate(bytes, { maxOutputLength: Math.max(maxBytes, 1) });

/** Where an entry's data begins: behind its local header, which has a name and an extra field of its own. */
const dataStartOf = (archive: Buffer, { fileName, relativeOffsetOfLocalHeader: header }: Entry): number => {
  if (header + LOCAL_HEADER_BYTES > archive.length || archive.readUInt32LE(header) !== LOCAL_HEADER)
    throw new Error(`"${fileName}" is damaged`);
  return header + LOCAL_HEADER_BYTES + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
};

/**
 * Small ones are inflated at once: an import waits for each, and other threads or turns of the loop would take longer. What
 * is compressed may not be much longer than its content, or it would take as long as it likes to say nothing.
 */
const isInflatedAtOnce = ({ compressedSize, uncompressedSize }: Entry): boolean =>
  uncompressedSize <= MAX_SYNC_BYTES && compressedSize <= uncompressedSize + DEFLATE_OVERHEAD;

const contentOf = async (archive: Buffer, entry: Entry): Promise<Uint8Array> => {
  const { compressedSize, compressionMethod, fileName, uncompressedSize } = entry;
  const fileDataStart = dataStartOf(archive, entry);
  const raw = archive.subarray(fileDataStart, fileDataStart + compressedSize);
  switch (compressionMethod) {
    case STORED:
      return raw;
    case DEFLATED:
      return isInflatedAtOnce(entry)
        ? zlib.inflateRawSync(raw, { maxOutputLength: Math.max(uncompressedSize, 1) })
        : inflateAtMost(raw, uncompressedSize);
    default:
      throw new Error(`"${fileName}" is compressed in an unknown way`);
  }
};

const entryOf = (archive: Buffer, entry: Entry, turn: () => Promise<void>): ZipEntry => ({
  name: entry.fileName,
  bytes: entry.uncompressedSize,
  listBytes: entry.extraFieldLength + entry.fileCommentLength + entry.fileNameLength,
  read: async () => {
    await turn();
    const content = await contentOf(archive, entry);
    if (content.byteLength !== entry.uncompressedSize) throw new Error(`"${entry.fileName}" is damaged`);
    return content;
  },
});

/** Node's zlib, which works on threads of its own, save for small entries of archives; yauzl and yazl for what is around that in a zip. */
export class NodeCodec implements Codec {
  #reads = 0;
  readonly methods: readonly CompressionMethod[] = zstd === null ? ['deflate'] : ['zstd', 'deflate'];

  compress(method: CompressionMethod, bytes: Uint8Array): Promise<Uint8Array> {
    switch (method) {
      case 'zstd':
        return zstd === null ? Promise.reject(new Error('there is no zstd')) : zstd.compress(bytes);
      case 'deflate':
        return deflate(bytes, { level: DEFLATE_LEVEL });
    }
  }

  decompress(method: CompressionMethod, bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
    switch (method) {
      case 'zstd':
        return zstd === null
          ? Promise.reject(new Error('there is no zstd'))
          : zstd.decompress(bytes, { maxOutputLength: Math.max(maxBytes, 1) });
      case 'deflate':
        return inflateAtMost(bytes, maxBytes);
    }
  }

  /** Lets others have their turn, though small entries are read without one. */
  readonly #turn = async (): Promise<void> => {
    this.#reads = (this.#reads + 1) % READS_AT_ONCE;
    if (this.#reads === 0) await setImmediate();
  };

  async *zipEntries(bytes: Uint8Array): AsyncGenerator<ZipEntry> {
    const archive = bufferOf(bytes);
    // Refuses absolute names, backslashes and `..`.
    const zip = await fromBufferPromise(archive);
    for await (const entry of zip.eachEntry()) yield entryOf(archive, entry, this.#turn);
  }

  async makeZip(contents: readonly ZipContent[]): Promise<Uint8Array> {
    const zip = new ZipWriter();
    for (const { bytes, name } of contents) {
      zip.addBuffer(bufferOf(bytes), name, { compressionLevel: DEFLATE_LEVEL });
    }
    zip.end();
    return new Uint8Array(await buffer(zip.outputStream));
  }
}
