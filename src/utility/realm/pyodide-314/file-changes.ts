/** Counts what changes files in Emscripten's memory: where the count is as before, so are the files. */

type Operations = Record<string, unknown>;

/** As far as it is used here: the functions that each kind of node has in common. */
export interface ChangingFileSystem {
  readonly filesystems: {
    readonly MEMFS: {
      /** `msync` calls this one. */
      readonly stream_ops: Operations;
      readonly ops_table: {
        readonly dir: { readonly node: Operations };
        readonly file: { readonly node: Operations; readonly stream: Operations };
        readonly link: { readonly node: Operations };
      };
    };
  };
}

/** Of a folder. Times, modes and lengths are set by `setattr`. */
const FOLDER_CHANGES = ['setattr', 'mknod', 'rename', 'unlink', 'rmdir', 'symlink'] as const;

export class FileChanges {
  #count = 0;

  /** @throws Error when the file system is not the one that is known here */
  constructor({ filesystems: { MEMFS: memory } }: ChangingFileSystem) {
    const { dir, file, link } = memory.ops_table;
    for (const name of FOLDER_CHANGES) this.#countCalls(dir.node, name);
    this.#countCalls(file.node, 'setattr');
    this.#countCalls(link.node, 'setattr');
    this.#countCalls(file.stream, 'write');
    this.#countCalls(memory.stream_ops, 'write');
  }

  /** Grows with each change, also one that failed or wrote what was there. */
  get count(): number {
    return this.#count;
  }

  #countCalls(operations: Operations, name: string): void {
    const original = operations[name];
    if (typeof original !== 'function') throw new Error(`Emscripten's files have no operation ${name}`);
    operations[name] = (...args: readonly unknown[]): unknown => {
      this.#count++;
      return Reflect.apply(original, undefined, args) as unknown;
    };
  }
}
