/** Files of Emscripten's file system that a snapshot has to bring along. */
import type { PackageFileSystem } from './package-files.ts';

interface OpenStream {
  readonly fd: number;
  readonly path: string;
  readonly flags: number;
  readonly node: object;
  readonly stream_ops: object;
  position: number;
}

/** As far as it is used here. */
export interface SnapshotFileSystem extends PackageFileSystem {
  /** Devices of our own are open beyond. */
  readonly MAX_OPEN_FDS: number;
  readonly streams: readonly (OpenStream | null)[];
  open(path: string, flags: number): OpenStream;
  createStream(stream: object, fd: number): OpenStream;
  closeStream(fd: number): void;
  readdir(path: string): readonly string[];
  isDir(mode: number): boolean;
  isFile(mode: number): boolean;
  readFile(path: string): Uint8Array;
  writeFile(path: string, bytes: Uint8Array): void;
}

/** A file and its bytes, one character each. */
export interface SavedFile {
  readonly path: string;
  readonly content: string;
}

/** A file that is open for reading. */
export interface SavedStream {
  readonly fd: number;
  readonly path: string;
  readonly flags: number;
  readonly position: number;
}

const ACCESS_MODE = 3;
const READ_ONLY = 0;

/** They are what the instance makes of itself. */
const NOT_FILES: ReadonlySet<string> = new Set(['/dev', '/proc']);
const MAX_BYTES = 8 * 1024 * 1024;
const STANDARD_STREAMS = 3;
const CHUNK = 8192;

/** Of all regular files. */
export const filePaths = (files: SnapshotFileSystem): string[] => {
  const found: string[] = [];
  const pending = ['/'];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for (const name of files.readdir(folder)) {
      const path = folder === '/' ? `/${name}` : `${folder}/${name}`;
      if (name === '.' || name === '..' || NOT_FILES.has(path)) continue;
      const { mode } = files.lookupPath(path).node;
      if (files.isDir(mode)) pending.push(path);
      else if (files.isFile(mode)) found.push(path);
    }
  }
  return found;
};

/**
 * The files that are there now.
 *
 * @param isKnown whether a file of that path comes back by itself
 * @throws Error when there is too much in them
 */
export const addedFiles = (files: SnapshotFileSystem, isKnown: (path: string) => boolean): SavedFile[] => {
  let left = MAX_BYTES;
  return filePaths(files)
    .filter((path) => !isKnown(path))
    .map((path) => {
      const bytes = files.readFile(path);
      left -= bytes.length;
      if (left < 0) throw new Error('there is too much in files');
      return { path, content: textOf(bytes) };
    });
};

/**
 * The files that are open, such as Matplotlib's fonts.
 *
 * @throws Error when one is open for writing
 */
export const openFiles = (files: SnapshotFileSystem): SavedStream[] => {
  const open = files.streams.slice(STANDARD_STREAMS, files.MAX_OPEN_FDS);
  return open
    .filter((stream) => stream !== null)
    .map(({ fd, flags, path, position }) => {
      if ((flags & ACCESS_MODE) !== READ_ONLY) throw new Error(`${path} is being written to`);
      return { fd, flags, path, position };
    });
};

/** Opens them again under their old numbers. */
export const reopenFiles = (files: SnapshotFileSystem, saved: readonly SavedStream[]): void => {
  for (const { fd, flags, path, position } of saved) {
    let stream = files.open(path, flags);
    if (stream.fd !== fd) {
      const { fd: taken, node, stream_ops } = stream;
      stream = files.createStream({ node, path, flags, position, stream_ops }, fd);
      files.closeStream(taken);
    }
    stream.position = position;
  }
};

export const writeFiles = (files: SnapshotFileSystem, saved: readonly SavedFile[]): void => {
  for (const { path, content } of saved) {
    files.mkdirTree(path.slice(0, path.lastIndexOf('/')) || '/');
    files.writeFile(
      path,
      Uint8Array.from(content, (character) => character.charCodeAt(0)),
    );
  }
};

const textOf = (bytes: Uint8Array): string => {
  let text = '';
  for (let start = 0; start < bytes.length; start += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(start, start + CHUNK));
  }
  return text;
};
