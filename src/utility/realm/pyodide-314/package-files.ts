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

/** Read at once: a source, and those beside it. */
const TOGETHER_BYTES = 192 * 1024;
const MAX_FILES_AHEAD = 40;

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

/**
 * A file, and as many of those that follow it as come with it at once; null when it can't be read.
 *
 * @param sizes of the file, and of those that follow, in bytes
 */
export const readPackageFiles = (
  bridge: Pick<HostBridge, 'call'>,
  id: number,
  [size = 0, ...following]: readonly number[],
): readonly Uint8Array[] | null => {
  const ahead = following.reduce((total, one) => total + one, 0);
  const answer = new Uint8Array(size + ahead);
  if (ahead === 0) return readPackageFile(bridge, id, answer) ? [answer] : null;
  const request: CallRequest<'readPackageFile'> = { id, offset: 0, ahead };
  const length = bridge.call('readPackageFile', JSON.stringify(request), answer);
  if (length < size) return null;
  const files = [answer.slice(0, size)];
  let offset = size;
  for (const one of following) {
    if (offset + one > length) break;
    files.push(answer.slice(offset, offset + one));
    offset += one;
  }
  return files;
};

/** Copies the file of that number into `target`; false when it can't. */
export type CopyFile = (id: number, target: Uint8Array) => boolean;
/** See `readPackageFiles`. */
export type ReadFiles = (id: number, sizes: readonly number[]) => readonly Uint8Array[] | null;

/** Each file by itself. */
const readAlone =
  (copyFile: CopyFile): ReadFiles =>
  (id, [size = 0]) => {
    const contents = new Uint8Array(size);
    return copyFile(id, contents) ? [contents] : null;
  };

/** A file that was placed. */
interface PlacedFile {
  readonly path: string;
  readonly node: FileNode;
  readonly size: number;
  /** What reads it, as long as nothing else has taken the place of that in the node. */
  readonly read: () => Uint8Array;
}

/** Not read or written to yet, and not placed again for another package. */
const isPending = ({ node, read }: PlacedFile): boolean =>
  Object.getOwnPropertyDescriptor(node, 'contents')?.get === read;

const settle = ({ node }: PlacedFile, contents: unknown): void => {
  Object.defineProperty(node, 'contents', {
    value: contents,
    writable: true,
    enumerable: true,
    configurable: true,
  });
};

/** The sources beside a source, which most likely are imported with it: those that follow it and were not read yet. */
const followingSources = (placed: readonly PlacedFile[], index: number): PlacedFile[] => {
  const folder = folderOfSource(placed[index]);
  const found: PlacedFile[] = [];
  let total = placed[index]?.size ?? 0;
  for (const file of placed.slice(index + 1, index + 1 + MAX_FILES_AHEAD)) {
    total += file.size;
    if (folder === null || !isPending(file) || folderOfSource(file) !== folder || total > TOGETHER_BYTES)
      break;
    found.push(file);
  }
  return found;
};

/** Null of what is no source. */
const folderOfSource = (file: PlacedFile | undefined): string | null =>
  file?.path.endsWith('.py') === true ? file.path.slice(0, file.path.lastIndexOf('/')) : null;

const placeLazily = (file: PlacedFile): void => {
  const { node, read, size } = file;
  Object.defineProperty(node, 'contents', {
    get: read,
    set: (contents: unknown) => settle(file, contents),
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
 * @param readFiles left out: each file is read by itself
 */
export const placeFiles = (
  files: PackageFileSystem,
  paths: readonly string[],
  sizes: readonly number[],
  firstId: number,
  copyFile: CopyFile,
  readFiles: ReadFiles = readAlone(copyFile),
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
  const readWithFollowing = (index: number): Uint8Array => {
    const wanted = [placed[index], ...followingSources(placed, index)].filter((file) => file !== undefined);
    const found = readFiles(
      firstId + index,
      wanted.map(({ size }) => size),
    );
    const [contents] = found ?? [];
    // Anything else than its own errors would be the end of the interpreter.
    if (contents === undefined) throw new files.ErrnoError(ERRNO.io);
    found?.forEach((one, position) => {
      const file = wanted[position];
      if (file !== undefined) settle(file, one);
    });
    return contents;
  };
  const placed: readonly PlacedFile[] = paths.map((path, index) => {
    const slash = path.lastIndexOf('/');
    const parent = folderOf(path.slice(0, slash));
    const name = path.slice(slash + 1);
    const node = Object.hasOwn(parent.contents, name)
      ? parent.contents[name]
      : files.filesystems.MEMFS.createNode(parent, name, FILE_MODE, 0);
    if (node === undefined) throw new Error(`${path} can not be made`);
    return { path, node, size: sizes[index] ?? 0, read: () => readWithFollowing(index) };
  });
  placed.forEach(placeLazily);
};
