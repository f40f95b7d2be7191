/** Files of Emscripten's file system that are open. */

interface OpenStream {
  readonly flags: number;
  readonly node: { readonly mode: number };
}

/** As far as it is used here. */
export interface OpenFileSystem {
  /** Devices of our own are open beyond. */
  readonly MAX_OPEN_FDS: number;
  readonly streams: readonly (object | null)[];
  isFile(mode: number): boolean;
}

const ACCESS_MODE = 3;
const READ_ONLY = 0;
const STANDARD_STREAMS = 3;

/** Whether regular files are open for writing: what was written may still be in buffers of Python's. */
export const isWritingFiles = (files: OpenFileSystem): boolean => {
  const { MAX_OPEN_FDS, streams } = files;
  for (let descriptor = STANDARD_STREAMS; descriptor < MAX_OPEN_FDS; descriptor++) {
    const stream = streams[descriptor] as OpenStream | null | undefined;
    if (stream && (stream.flags & ACCESS_MODE) !== READ_ONLY && files.isFile(stream.node.mode)) return true;
  }
  return false;
};
