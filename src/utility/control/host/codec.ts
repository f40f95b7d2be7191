/** Ways to compress bytes, the fastest first; not every engine has each. */
export const COMPRESSION_METHODS = ['zstd', 'deflate'] as const;
export type CompressionMethod = (typeof COMPRESSION_METHODS)[number];

export interface ZipEntry {
  /** Neither absolute nor with `..` in it. Folders end with a slash. */
  readonly name: string;
  /** Size of its uncompressed content, as the archive declares it, in bytes. */
  readonly bytes: number;
  /** Size of its name, comment and extra fields in the central directory, in bytes. */
  readonly listBytes: number;
  /** Decompresses off this thread, unless it is small, and never many at once on it. @throws Error when it is damaged, or has another size than the archive declares */
  read(): Promise<Uint8Array>;
}

export interface ZipContent {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Compression and archives: by Node's zlib, or by the browser in a page. Input may be hostile. */
export interface Codec {
  /** The methods that this engine supports. */
  readonly methods: readonly CompressionMethod[];
  /** Compresses off this thread. */
  compress(method: CompressionMethod, bytes: Uint8Array): Promise<Uint8Array>;
  /** Decompresses off this thread, unless it is small, and never many at once on it. @throws Error when it is damaged, or larger than `maxBytes` */
  decompress(method: CompressionMethod, bytes: Uint8Array, maxBytes: number): Promise<Uint8Array>;
  /** Yields entries one by one, so that the caller can stop at a limit. @throws Error when it is no zip, or its directory is damaged */
  zipEntries(archive: Uint8Array): AsyncIterable<ZipEntry>;
  /** Compressed fast rather than well. */
  makeZip(contents: readonly ZipContent[]): Promise<Uint8Array>;
}
