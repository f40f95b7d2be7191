/**
 * What an interpreter is beside its memory: all that Emscripten's JavaScript keeps for it, in one place. It can be
 * listed, put back as it was, and saved for a snapshot.
 *
 * Not in here, since an interpreter has none: timers (`setitimer` does nothing, Python waits by blocking), sockets,
 * promises, references that Python holds. The environment is Emscripten's only until Python has started, and lies in
 * memory then.
 */
import {
  type LinkingRecorder,
  linkingListed,
  type LinkedState,
  type Linker,
  type SavedLinking,
} from './linked-libraries.ts';
import { relink } from './relink.ts';
import {
  addedFiles,
  filePaths,
  openFiles,
  reopenFiles,
  writeFiles,
  type SavedFile,
  type SavedStream,
  type SnapshotFileSystem,
} from './snapshot-files.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A file, folder, link or device. */
interface Node {
  readonly mode: number;
  readonly usedBytes?: number;
  readonly link?: string;
  readonly mtime: number | Date;
  /** Of a file its bytes, which the guest can write into; of a folder its nodes by name. */
  readonly contents?: unknown;
  /** The next one with the same place in the table of names. */
  readonly name_next?: Node;
}

/** What is open: several descriptors can share one position. */
interface Stream {
  readonly fd: number | null;
  readonly path?: string;
  readonly shared: { readonly flags?: number; readonly position?: number };
}

/** All that Emscripten's file system changes. */
export interface StatefulFileSystem extends SnapshotFileSystem {
  /** Every node that can be found, hashed by the name. */
  readonly nameTable: (Node | undefined)[];
  currentPath: string;
  nextInode: number;
  getPath(node: Node): string;
}

/** The part of Emscripten's module that holds state. */
export interface StatefulModule extends Linker {
  readonly FS: StatefulFileSystem;
  readonly ENV: Readonly<Record<string, string>>;
}

/** The state in plain values, to be compared with another interpreter's. */
export interface ListedState extends LinkedState {
  readonly memoryBytes: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly workingFolder: string;
  /** Number of the next file that is made. */
  readonly nextInode: number;
  /** By path: mode, bytes, and where a link leads. */
  readonly files: Readonly<Record<string, readonly [mode: number, bytes: number, link: string]>>;
  /** By descriptor. */
  readonly open: readonly (readonly [fd: number, path: string, flags: number, position: number])[];
}

/** An object's own fields as they were. */
interface NotedObject {
  readonly object: object;
  readonly fields: PropertyDescriptorMap;
  /** Of a file whose bytes are here, and not only fetched when they are read. */
  readonly bytes: Uint8Array | undefined;
  /** Of a folder. */
  readonly entries: Fields | undefined;
}

/** What `reset` goes back to. */
export interface NotedState {
  readonly linked: string;
  /** What is in the table of functions: ctypes puts a function into any slot that it is told. */
  readonly functions: readonly unknown[];
  readonly memoryBytes: number;
  readonly nameTable: readonly (Node | undefined)[];
  readonly streams: StatefulFileSystem['streams'];
  readonly currentPath: string;
  readonly nextInode: number;
  readonly objects: readonly NotedObject[];
}

/** What a snapshot with packages holds beside the memory. */
export interface SnapshotExtension {
  readonly linking: SavedLinking;
  /** Files that were made while the packages were imported. */
  readonly files: readonly SavedFile[];
  readonly streams: readonly SavedStream[];
}

export class RealmState {
  readonly #module: StatefulModule;

  constructor(module: StatefulModule) {
    this.#module = module;
  }

  list(): ListedState {
    const { ENV: environment, FS: files, HEAPU8 } = this.#module;
    return {
      memoryBytes: HEAPU8.length,
      environment: { ...environment },
      workingFolder: files.currentPath,
      nextInode: files.nextInode,
      files: Object.fromEntries(
        this.#nodes()
          .map((node): [string, [number, number, string]] => [
            files.getPath(node),
            [node.mode, node.usedBytes ?? 0, node.link ?? ''],
          ])
          .sort(([left], [right]) => (left < right ? -1 : 1)),
      ),
      open: this.#streams().map(({ fd, path, shared }) => [
        fd ?? -1,
        path ?? '',
        shared.flags ?? 0,
        shared.position ?? 0,
      ]),
      ...linkingListed(this.#module),
    };
  }

  /** Remembers the state. Costs a copy of the files whose bytes are here. */
  note(): NotedState {
    const { FS: files, HEAPU8 } = this.#module;
    const streams = this.#streams();
    const objects = [...this.#nodes(), ...streams, ...streams.map(({ shared }) => shared)];
    return {
      linked: JSON.stringify(linkingListed(this.#module)),
      functions: this.#functions(),
      memoryBytes: HEAPU8.length,
      nameTable: [...files.nameTable],
      streams: [...files.streams],
      currentPath: files.currentPath,
      nextInode: files.nextInode,
      objects: objects.map(noted),
    };
  }

  /**
   * Puts everything back as it was noted; the memory is the caller's. No run does so: interpreters are used once, or keep
   * their state. It is held to work with this Pyodide by its test, for memory that is rewound between runs.
   *
   * @returns '' or why it can't: a library was loaded, the table of functions changed, or the memory grew. Then nothing
   *   was changed, and only a new interpreter is as good as new.
   */
  reset(state: NotedState): string {
    const { FS: files, HEAPU8 } = this.#module;
    if (HEAPU8.length !== state.memoryBytes) return 'the memory grew';
    // Of the same length, or the first comparison fails.
    if (
      JSON.stringify(linkingListed(this.#module)) !== state.linked ||
      this.#functions().some((one, index) => one !== state.functions[index])
    )
      return 'libraries were loaded, or functions made';
    for (const { object, fields, bytes, entries } of state.objects) {
      for (const name of Object.keys(object))
        if (!Object.hasOwn(fields, name)) Reflect.deleteProperty(object, name);
      Object.defineProperties(object, fields);
      // What a folder or a file held is changed in place: both get a container of their own.
      if (bytes !== undefined) Object.assign(object, { contents: bytes.slice() });
      if (entries !== undefined) Object.assign(object, { contents: { ...entries } });
    }
    files.nameTable.splice(0, Infinity, ...state.nameTable);
    (files.streams as unknown[]).splice(0, Infinity, ...state.streams);
    files.currentPath = state.currentPath;
    files.nextInode = state.nextInode;
    return '';
  }

  /** Every file's path. */
  paths(): ReadonlySet<string> {
    return new Set(filePaths(this.#module.FS));
  }

  /**
   * For a snapshot with packages.
   *
   * @param isKnown whether a file of that path comes back by itself
   * @throws Error when something can't be saved
   */
  save(
    recorder: LinkingRecorder,
    mainExports: Fields,
    isKnown: (path: string) => boolean,
  ): SnapshotExtension {
    return {
      linking: recorder.record(mainExports),
      files: addedFiles(this.#module.FS, isKnown),
      streams: openFiles(this.#module.FS),
    };
  }

  /** Loads the libraries again. To be called before the memory is filled. @throws Error when this instance differs */
  restoreLinking(
    { linking }: SnapshotExtension,
    mainExports: Fields,
    moduleOf: (path: string) => object,
  ): void {
    relink(this.#module, linking, mainExports, moduleOf);
  }

  /** Makes the files that are not a package's, and opens what was open. */
  restoreFiles({ files, streams }: SnapshotExtension): void {
    writeFiles(this.#module.FS, files);
    reopenFiles(this.#module.FS, streams);
  }

  /** Every node, also one that its folder does not show. */
  #nodes(): Node[] {
    const found: Node[] = [];
    for (const first of this.#module.FS.nameTable) {
      for (let node = first; node !== undefined; node = node.name_next) found.push(node);
    }
    return found;
  }

  /** The engine gives the same object for the same function. */
  #functions(): unknown[] {
    const { wasmTable } = this.#module;
    return Array.from({ length: wasmTable.length }, (_none, index) => wasmTable.get(index));
  }

  #streams(): Stream[] {
    return (this.#module.FS.streams as readonly (Stream | null)[]).filter((stream) => stream !== null);
  }
}

const noted = (object: object): NotedObject => {
  const fields: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(object);
  // Where it is fetched when it is read, there is a getter, which does so again.
  const contents: unknown = fields['contents']?.value;
  const isBytes = ArrayBuffer.isView(contents);
  return {
    object,
    fields,
    bytes: isBytes ? (contents as Uint8Array).slice() : undefined,
    entries: !isBytes && typeof contents === 'object' && contents !== null ? { ...contents } : undefined,
  };
};
