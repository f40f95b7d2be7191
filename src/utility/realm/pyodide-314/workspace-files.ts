import { LIMITS } from '../../../shared/limits.ts';
import type { FoundFiles } from '../../../shared/protocol/guest-report.ts';

/** Files and folders in Emscripten's file system, as far as they are used here. */
export interface FileSystemNode {
  readonly id: number;
  readonly mode: number;
  /** Of a file; its size in bytes. */
  readonly usedBytes: number;
  /** In ms. */
  readonly mtime: number | Date;
  /** Of a folder. */
  readonly contents: unknown;
}

export interface WalkedFileSystem {
  lookupPath(path: string): { readonly node: FileSystemNode };
  isFile(mode: number): boolean;
  isDir(mode: number): boolean;
}

interface FileState {
  readonly id: number;
  readonly size: number;
  readonly changedAt: number;
}

/** Files and folders that are looked at, as in workspace_files.py. */
const MAX_WALKED = 10_000;
/** Enough of a name to show that it is too long. */
const MAX_NAME = LIMITS.fileNameLength + 1;
/** Bytecode that Python writes beside a module is no output of a run. */
const PASSED_BY = '__pycache__';

/**
 * The files below a folder, seen from outside of Python: guest code can change what Python's own functions say of its
 * files, but not what is found here.
 */
export class WorkspaceFiles {
  readonly #files: WalkedFileSystem;
  readonly #folder: string;
  #before: ReadonlyMap<string, FileState> = new Map();

  /** @param folder its absolute path */
  constructor(files: WalkedFileSystem, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  /** Takes note of the files that are there before a run. */
  note(): void {
    this.#before = this.#walk().found;
  }

  /** Those that are new or changed since then. */
  changed(): { readonly files: FoundFiles; readonly cut: boolean } {
    const { found, isWhole } = this.#walk();
    const changed = [...found].filter(([name, state]) => !isSame(this.#before.get(name), state));
    return { files: listed(changed), cut: !isWhole || changed.length > LIMITS.listedFiles };
  }

  list(): FoundFiles {
    return listed([...this.#walk().found]);
  }

  #walk(): { readonly found: ReadonlyMap<string, FileState>; readonly isWhole: boolean } {
    const found = new Map<string, FileState>();
    const root = this.#root();
    const pending = root === null ? [] : [{ prefix: '', folder: root }];
    let left = MAX_WALKED;
    for (let next; (next = pending.pop()) !== undefined;) {
      for (const [name, node] of this.#in(next.folder)) {
        if (--left < 0) return { found, isWhole: false };
        const path = (next.prefix + name).slice(0, MAX_NAME);
        if (this.#files.isFile(node.mode)) {
          found.set(path, { id: node.id, size: node.usedBytes, changedAt: Number(node.mtime) });
        } else if (this.#files.isDir(node.mode) && name !== PASSED_BY) {
          pending.push({ prefix: `${path}/`, folder: node });
        }
      }
    }
    return { found, isWhole: true };
  }

  /** Null when the guest has taken it away. */
  #root(): FileSystemNode | null {
    try {
      return this.#files.lookupPath(this.#folder).node;
    } catch {
      return null;
    }
  }

  #in(folder: FileSystemNode): [string, FileSystemNode][] {
    if (!this.#files.isDir(folder.mode)) return [];
    return Object.entries(folder.contents as Record<string, FileSystemNode>);
  }
}

const isSame = (before: FileState | undefined, { changedAt, id, size }: FileState): boolean =>
  before?.id === id && before.size === size && before.changedAt === changedAt;

/** In the order of their names. */
const listed = (files: readonly (readonly [string, FileState])[]): FoundFiles =>
  [...files]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .slice(0, LIMITS.listedFiles)
    .map(([name, { size }]) => [name, size]);
