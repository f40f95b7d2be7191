import {
  configure,
  Uint8ArrayReader,
  Uint8ArrayWriter,
  ZipReader,
  ZipWriter,
  type Entry,
} from '@zip.js/zip.js/lib/zip-core-native.js';
import type {
  Codec,
  CompressionMethod,
  ZipContent,
  ZipEntry,
} from '../../../src/utility/control/host/codec.ts';

/** The one way that browsers have. */
const DEFLATE = 'deflate-raw';
const FAST_LEVEL = 1;

/** The browser compresses on a thread of its own anyway. */
const OWN_THREAD = { useWebWorkers: false } as const;

/** @throws Error when there is more of it than `maxBytes` */
const collect = async (
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> => {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let total = 0;
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    total += next.value.byteLength;
    if (total > maxBytes) {
      await reader.cancel();
      throw new Error('there is more of it than it says');
    }
    pieces.push(next.value);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
};

const through = (
  bytes: Uint8Array,
  transform: GenericTransformStream,
): ReadableStream<Uint8Array<ArrayBuffer>> =>
  new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(transform) as ReadableStream<
    Uint8Array<ArrayBuffer>
  >;

/** Takes no more than was announced, and stops the rest. */
const sinkOf = (
  bytes: number,
): { readonly whole: Uint8Array; readonly stream: WritableStream<Uint8Array> } => {
  const whole = new Uint8Array(bytes);
  let at = 0;
  const stream = new WritableStream<Uint8Array>({
    write: (chunk) => {
      whole.set(chunk, at);
      at += chunk.byteLength;
    },
    close: () => {
      if (at !== bytes) throw new Error('there is less of it than it says');
    },
  });
  return { whole, stream };
};

const entryOf = (entry: Entry): ZipEntry => ({
  name: entry.filename,
  bytes: entry.uncompressedSize,
  listBytes: entry.rawFilename.length + entry.rawComment.length + entry.rawExtraField.length,
  read: async () => {
    if (entry.directory) throw new Error('a folder has no content');
    const { stream, whole } = sinkOf(entry.uncompressedSize);
    await entry.getData(stream);
    return whole;
  },
});

/** Compression streams of the browser; zip.js for what is around them in a zip. */
export class WebCodec implements Codec {
  readonly methods: readonly CompressionMethod[] = ['deflate'];

  constructor() {
    configure(OWN_THREAD);
  }

  compress(method: CompressionMethod, bytes: Uint8Array): Promise<Uint8Array> {
    if (method !== 'deflate') return Promise.reject(new Error(`there is no ${method}`));
    return collect(through(bytes, new CompressionStream(DEFLATE)), Infinity);
  }

  decompress(method: CompressionMethod, bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
    if (method !== 'deflate') return Promise.reject(new Error(`there is no ${method}`));
    return collect(through(bytes, new DecompressionStream(DEFLATE)), maxBytes);
  }

  async *zipEntries(archive: Uint8Array): AsyncGenerator<ZipEntry> {
    // Refuses absolute names and `..`.
    const zip = new ZipReader(new Uint8ArrayReader(archive));
    for await (const entry of zip.getEntriesGenerator()) yield entryOf(entry);
  }

  async makeZip(contents: readonly ZipContent[]): Promise<Uint8Array> {
    const writer = new ZipWriter(new Uint8ArrayWriter(), { level: FAST_LEVEL });
    for (const { bytes, name } of contents) {
      await writer.add(name, new Uint8ArrayReader(bytes as Uint8Array<ArrayBuffer>));
    }
    return writer.close();
  }
}
