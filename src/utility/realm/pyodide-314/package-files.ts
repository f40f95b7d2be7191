/** Packages in Emscripten's file system, whose files are copied from the host when they are first read. */
import type { CallRequest } from '../../../shared/protocol/blocking-calls.ts';
import type { HostBridge } from '../../../shared/protocol/guest-bridge.ts';
import { ERRNO } from './file-errors.ts';

export interface FileNode {
  readonly mode: number;
  usedBytes: number;
  /** In ms. */
  mtime: number;
}

export interface FolderNode {
  readonly mode: number;
  readonly contents: Readonly<Record<string, FileNode>>;
}

/** As far as it is used here. */
export interface PackageFileSystem {
  mkdirTree(path: string): void;
  lookupPath(path: string): { readonly node: FolderNode };
  readonly ErrnoError: new (errno: number) => Error;
  readonly filesystems: {
    readonly MEMFS: {
      createNode(parent: FolderNode, name: string, mode: number, device: number): FileNode;
    };
  };
}

/** A regular file that everyone may read. */
const FILE_MODE = 0o100644;

/** Of all files of packages, in ms: bytecode names the time of the source that it was made of. */
const MODIFIED_MS = Date.UTC(2020, 0, 1);

/** Copies the whole file of that number into `target`, which has its size; false when it can't. */
export const readPackageFile = (
  bridge: Pick<HostBridge, 'call'>,
  id: number,
  target: Uint8Array,
): boolean => {
  for (let offset = 0; offset < target.length;) {
    const request: CallRequest<'readPackageFile'> = { id, offset };
    const length = bridge.call('readPackageFile', JSON.stringify(request), target.subarray(offset));
    if (length <= 0) return false;
    offset += length;
  }
  return true;
};

/** Copies the file of that number into `target`; false when it can't. */
export type CopyFile = (id: number, target: Uint8Array) => boolean;
/** The same of one file. */
type ReadFile = (target: Uint8Array) => boolean;

const placeLazily = (files: PackageFileSystem, node: FileNode, size: number, read: ReadFile): void => {
  const settle = (contents: Uint8Array | null): void => {
    Object.defineProperty(node, 'contents', {
      value: contents,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  };
  Object.defineProperty(node, 'contents', {
    get: () => {
      const contents = new Uint8Array(size);
      // Anything else than its own errors would be the end of the interpreter.
      if (!read(contents)) throw new files.ErrnoError(ERRNO.io);
      settle(contents);
      return contents;
    },
    set: settle,
    enumerable: true,
    configurable: true,
  });
  node.usedBytes = size;
  node.mtime = MODIFIED_MS;
};

/**
 * Makes the files of a package. One that is there already is replaced: two packages may share a file.
 *
 * @param firstId number of the first file; the others follow
 */
export const placeFiles = (
  files: PackageFileSystem,
  paths: readonly string[],
  sizes: readonly number[],
  firstId: number,
  copyFile: CopyFile,
): void => {
  const folders = new Map<string, FolderNode>();
  const folderOf = (path: string): FolderNode => {
    const known = folders.get(path);
    if (known !== undefined) return known;
    files.mkdirTree(path);
    const { node } = files.lookupPath(path);
    folders.set(path, node);
    return node;
  };
  paths.forEach((path, index) => {
    const slash = path.lastIndexOf('/');
    const parent = folderOf(path.slice(0, slash));
    const name = path.slice(slash + 1);
    const node = Object.hasOwn(parent.contents, name)
      ? parent.contents[name]
      : files.filesystems.MEMFS.createNode(parent, name, FILE_MODE, 0);
    if (node === undefined) throw new Error(`${path} can not be made`);
    const id = firstId + index;
    placeLazily(files, node, sizes[index] ?? 0, (target) => copyFile(id, target));
  });
};
