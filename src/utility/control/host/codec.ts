/** Ways to compress bytes, the fastest first; not every engine has each. */
export const COMPRESSION_METHODS = ['zstd', 'deflate'] as const;
export type CompressionMethod = (typeof COMPRESSION_METHODS)[number];

export interface ZipEntry {
  /** Neither absolute nor with `..` in it. Folders end with a slash. */
  readonly name: string;
  /** Of what is in it, unpacked, as the archive says. */
  readonly bytes: number;
  /** Of its name, comment and further fields in the archive's list. */
  readonly listBytes: number;
  /** Off this thread. @throws Error when it is damaged, or has not as many bytes as the archive says */
  read(): Promise<Uint8Array>;
}

export interface ZipContent {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Compression and archives: Node's zlib; in a page what the browser has. What is read may be hostile. */
export interface Codec {
  /** Those that this engine has. */
  readonly methods: readonly CompressionMethod[];
  /** Off this thread. */
  compress(method: CompressionMethod, bytes: Uint8Array): Promise<Uint8Array>;
  /** Off this thread. @throws Error when it is damaged, or there is more of it than `maxBytes` */
  decompress(method: CompressionMethod, bytes: Uint8Array, maxBytes: number): Promise<Uint8Array>;
  /** One by one: whoever finds them to be too many stops. @throws Error when it is no zip, or its list is damaged */
  zipEntries(archive: Uint8Array): AsyncIterable<ZipEntry>;
  /** Compressed fast rather than well. */
  makeZip(contents: readonly ZipContent[]): Promise<Uint8Array>;
}
