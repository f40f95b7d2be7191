import { LIMITS } from '../../../shared/limits.ts';
import type { FoundFiles } from '../../../shared/protocol/guest-report.ts';
import type { FileChanges } from './file-changes.ts';

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

interface Found {
  readonly found: ReadonlyMap<string, FileState>;
  /** Whether these are all. */
  readonly isWhole: boolean;
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
  readonly #changes: Pick<FileChanges, 'count'>;
  #before: Found = { found: new Map(), isWhole: true };
  /** What was found last, and the count of changes at the time. */
  #last: { readonly count: number; readonly all: Found } | undefined;

  /**
   * @param folder its absolute path
   * @param changes of the file system: where their count is as it was, nothing is looked through again
   */
  constructor(files: WalkedFileSystem, folder: string, changes: Pick<FileChanges, 'count'>) {
    this.#files = files;
    this.#folder = folder;
    this.#changes = changes;
  }

  /** Takes note of the files that are there before a run. */
  note(): void {
    this.#before = this.#find();
  }

  /** Those that are new or changed since then. */
  changed(): { readonly files: FoundFiles; readonly cut: boolean } {
    const all = this.#find();
    if (all === this.#before) return { files: [], cut: !all.isWhole };
    const { found, isWhole } = all;
    const changed = [...found].filter(([name, state]) => !isSame(this.#before.found.get(name), state));
    return { files: listed(changed), cut: !isWhole || changed.length > LIMITS.listedFiles };
  }

  list(): FoundFiles {
    return listed([...this.#find().found]);
  }

  #find(): Found {
    const { count } = this.#changes;
    if (this.#last?.count !== count) this.#last = { count, all: this.#walk() };
    return this.#last.all;
  }

  #walk(): Found {
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
