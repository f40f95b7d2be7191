/**
 * Files that are mapped into memory. Emscripten copies them there, and brings them back through the descriptor that the
 * program mapped them with: by then it may be closed, as Python and NumPy do at once, or that of another file.
 */

interface MappedStream {
  readonly node: { readonly usedBytes: number };
  readonly stream_ops: {
    readonly read: (
      stream: MappedStream,
      bytes: Uint8Array,
      offset: number,
      length: number,
      position: number,
    ) => number;
    readonly msync?: (
      stream: MappedStream,
      bytes: Uint8Array,
      offset: number,
      length: number,
      flags: number,
    ) => unknown;
  };
}

type ChangeAttributes = (node: unknown, attributes: { readonly size?: number }) => unknown;

/** As far as it is used here. */
export interface MappingFileSystem {
  readonly streams: readonly (object | null)[];
  readonly filesystems: {
    readonly MEMFS: { readonly ops_table: { readonly file: { readonly node: Record<string, unknown> } } };
  };
}

export interface MappingModule {
  readonly FS: MappingFileSystem;
  readonly HEAPU8: Uint8Array;
}

interface Mapping {
  readonly stream: MappedStream;
  readonly start: number;
  /** In the file. */
  readonly offset: number;
  /** What memory had when it was last as the file; empty where nothing is to be brought back. */
  readonly known: Uint8Array;
}

type Imported = ((...values: unknown[]) => number) & { sig?: string };

interface FileNumberError {
  readonly name: string;
  readonly errno: number;
}

const MAP_PRIVATE = 2;
const PROT_WRITE = 2;
const NO_MEMORY = 48;
/** What is brought into the file at once, in bytes. */
const PART = 4096;
const NOTHING = new Uint8Array(0);

const isFileError = (error: unknown): error is FileNumberError =>
  typeof error === 'object' && error !== null && 'errno' in error && typeof error.errno === 'number';

const address = (value: unknown): number => Number(value) >>> 0;

const newBytes = (length: number): Uint8Array | null => {
  try {
    return new Uint8Array(length);
  } catch {
    return null;
  }
};

const isSame = (left: Uint8Array, right: Uint8Array): boolean => {
  for (let index = 0; index < left.length; index++) if (left[index] !== right[index]) return false;
  return true;
};

/**
 * Brings into the file what has changed in memory, and no byte more: the file may have been written anew since. It does
 * not grow by this.
 *
 * @throws what the file system throws
 */
const bringBack = ({ known, offset, start, stream }: Mapping, memory: Uint8Array, length: number): void => {
  const end = Math.min(length, known.length, stream.node.usedBytes - offset);
  for (let at = 0; at < end; at += PART) {
    const stop = Math.min(at + PART, end);
    const now = memory.subarray(start + at, start + stop);
    const before = known.subarray(at, stop);
    if (isSame(now, before)) continue;
    const bytes = new Uint8Array(now.length);
    stream.stream_ops.read(stream, bytes, 0, bytes.length, offset + at);
    for (const [index, byte] of now.entries()) {
      if (byte !== before[index]) bytes[index] = byte;
    }
    stream.stream_ops.msync?.(stream, bytes, offset + at, bytes.length, 0);
    before.set(now);
  }
};

/**
 * Has what is mapped know its file.
 *
 * @param env what the main module imports; to be called before it is instantiated
 * @param moduleOf the module, once it is there
 */
export const keepMappedFiles = (env: Record<string, unknown>, moduleOf: () => MappingModule): void => {
  const mappings = new Map<number, Mapping>();
  let isWatching = false;
  const original = {
    map: env['_mmap_js'] as Imported,
    sync: env['_msync_js'] as Imported,
    unmap: env['_munmap_js'] as Imported,
  };

  /** 0, or what went wrong as Linux numbers it, below zero. */
  const write = (mapping: Mapping, length: number): number => {
    try {
      bringBack(mapping, moduleOf().HEAPU8, length);
      return 0;
    } catch (error) {
      if (isFileError(error)) return -error.errno;
      throw error;
    }
  };

  /** What was in memory before a file is cut is cut with it, and is not for what is written there later. */
  const watchCuts = ({ FS: files }: MappingModule): void => {
    if (isWatching) return;
    isWatching = true;
    const operations = files.filesystems.MEMFS.ops_table.file.node;
    const change = operations['setattr'] as ChangeAttributes;
    const watched: ChangeAttributes = (node, attributes) => {
      if (attributes.size !== undefined) {
        for (const mapping of mappings.values()) {
          if (mapping.stream.node === node) write(mapping, mapping.known.length);
        }
      }
      return change(node, attributes);
    };
    operations['setattr'] = watched;
  };

  const map: Imported = (...values) => {
    const module = moduleOf();
    const [length, protection, flags, descriptor, offset, , at] = values;
    const stream = module.FS.streams[Number(descriptor)];
    const isWritten = (Number(flags) & MAP_PRIVATE) === 0 && (Number(protection) & PROT_WRITE) !== 0;
    const known = isWritten ? newBytes(address(length)) : NOTHING;
    if (known === null) return -NO_MEMORY;
    const failed = original.map(...values);
    if (failed !== 0 || !stream) return failed;
    // The memory may have grown.
    const { HEAPU8: memory } = moduleOf();
    const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
    const start = view.getUint32(address(at), true);
    known.set(memory.subarray(start, start + known.length));
    mappings.set(start, { stream: stream as MappedStream, start, offset: Number(offset), known });
    if (isWritten) watchCuts(module);
    return failed;
  };

  const sync: Imported = (...values) => {
    const mapping = mappings.get(address(values[0]));
    return mapping === undefined ? original.sync(...values) : write(mapping, address(values[1]));
  };

  const unmap: Imported = (...values) => {
    const start = address(values[0]);
    const mapping = mappings.get(start);
    if (mapping === undefined) return original.unmap(...values);
    mappings.delete(start);
    return write(mapping, address(values[1]));
  };

  env['_mmap_js'] = Object.assign(map, { sig: original.map.sig });
  env['_msync_js'] = Object.assign(sync, { sig: original.sync.sig });
  env['_munmap_js'] = Object.assign(unmap, { sig: original.unmap.sig });
};
