/**
 * Files that are mapped into memory. Emscripten copies them there, and brings them back through the descriptor that the
 * program mapped them with: by then it may be closed, as Python and NumPy do at once, or that of another file.
 */

interface MappedStream {
  readonly stream_ops: {
    readonly msync?: (
      stream: MappedStream,
      bytes: Uint8Array,
      offset: number,
      length: number,
      flags: number,
    ) => unknown;
  };
}

/** As far as it is used here. */
export interface MappingFileSystem {
  readonly streams: readonly (object | null)[];
}

export interface MappingModule {
  readonly FS: MappingFileSystem;
  readonly HEAPU8: Uint8Array;
}

type Imported = ((...values: unknown[]) => number) & { sig?: string };

interface FileNumberError {
  readonly name: string;
  readonly errno: number;
}

const MAP_PRIVATE = 2;
const PROT_WRITE = 2;

const isFileError = (error: unknown): error is FileNumberError =>
  typeof error === 'object' && error !== null && 'errno' in error && typeof error.errno === 'number';

const address = (value: unknown): number => Number(value) >>> 0;

/**
 * Has what is mapped know its file.
 *
 * @param env what the main module imports; to be called before it is instantiated
 * @param moduleOf the module, once it is there
 */
export const keepMappedFiles = (env: Record<string, unknown>, moduleOf: () => MappingModule): void => {
  const streams = new Map<number, MappedStream>();
  const original = {
    map: env['_mmap_js'] as Imported,
    sync: env['_msync_js'] as Imported,
    unmap: env['_munmap_js'] as Imported,
  };

  const map: Imported = (...values) => {
    const module = moduleOf();
    const stream = module.FS.streams[Number(values[3])];
    const failed = original.map(...values);
    if (failed !== 0 || !stream) return failed;
    // The memory may have grown.
    const { HEAPU8: memory } = moduleOf();
    const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
    streams.set(view.getUint32(address(values[6]), true), stream as MappedStream);
    return failed;
  };

  /** Brings what is in memory into the file. 0, or what went wrong as Linux numbers it, below zero. */
  const write = (stream: MappedStream, [start, length, , flags, , offset]: unknown[]): number => {
    if ((Number(flags) & MAP_PRIVATE) !== 0) return 0;
    const from = address(start);
    const bytes = moduleOf().HEAPU8.slice(from, from + address(length));
    try {
      stream.stream_ops.msync?.(stream, bytes, Number(offset), bytes.length, Number(flags));
      return 0;
    } catch (error) {
      if (isFileError(error)) return -error.errno;
      throw error;
    }
  };

  const sync: Imported = (...values) => {
    const stream = streams.get(address(values[0]));
    return stream === undefined ? original.sync(...values) : write(stream, values);
  };

  const unmap: Imported = (...values) => {
    const start = address(values[0]);
    const stream = streams.get(start);
    if (stream === undefined) return original.unmap(...values);
    streams.delete(start);
    return (Number(values[2]) & PROT_WRITE) === 0 ? 0 : write(stream, values);
  };

  env['_mmap_js'] = Object.assign(map, { sig: original.map.sig });
  env['_msync_js'] = Object.assign(sync, { sig: original.sync.sig });
  env['_munmap_js'] = Object.assign(unmap, { sig: original.unmap.sig });
};
