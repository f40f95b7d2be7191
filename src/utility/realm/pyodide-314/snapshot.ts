/** Pyodide's private ways to save and to restore an interpreter's memory, version 314. */
import createPyodideModule from 'pyodide/pyodide.asm.mjs';
import { LinkingRecorder, relink, type Linker, type SavedLinking } from './linked-libraries.ts';
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

/** The part of Emscripten's module that saving and restoring build on. */
interface EmscriptenModule extends Linker {
  readonly FS: SnapshotFileSystem;
  readonly HEAP32: Int32Array;
  /** Address of CPython's runtime state. */
  readonly __PyRuntime: number;
  /** Address of the offset in it of a pointer to a function that this very engine made. */
  readonly __PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET: number;
}

interface ModuleSettings {
  onRuntimeInitialized?: () => void;
}

/** One way to load Pyodide. */
export interface LoadingPlan {
  readonly options: object;
  createModule(settings: object): Promise<object>;
  /** Told of the main module's exports while `createModule` is under way. */
  instantiated(exports: Readonly<Record<string, unknown>>): void;
}

export const plainLoading: LoadingPlan = {
  options: {},
  createModule: createPyodideModule,
  instantiated: () => undefined,
};

/** What a snapshot with packages holds beside the memory. */
export interface SnapshotExtension {
  readonly linking: SavedLinking;
  /** Files that were made while the packages were imported. */
  readonly files: readonly SavedFile[];
  readonly streams: readonly SavedStream[];
  /** Names of the packages. */
  readonly packages: readonly string[];
}

/** Loading as ever, but so that the memory can be saved. */
export class SavableLoading implements LoadingPlan {
  /** Lets Pyodide remember where in the global object each JavaScript object was found. */
  readonly options = { _makeSnapshot: true };
  readonly #recorder: LinkingRecorder | undefined;
  #untouched: Uint8Array | undefined;
  #module: EmscriptenModule | undefined;
  #mainExports: Readonly<Record<string, unknown>> = {};
  #filesBefore: ReadonlySet<string> = new Set();

  /** @param withPackages whether packages will be in it */
  constructor(withPackages: boolean) {
    this.#recorder = withPackages ? new LinkingRecorder() : undefined;
  }

  /** The memory from before Python was started. @throws Error before it was */
  get untouched(): Uint8Array {
    if (this.#untouched === undefined) throw new Error('the memory was not looked at');
    return this.#untouched;
  }

  async createModule(settings: object): Promise<object> {
    // Emscripten adds everything to the settings: they are the module.
    const module = settings as EmscriptenModule & ModuleSettings;
    module.onRuntimeInitialized = () => {
      this.#untouched = module.HEAPU8.slice();
      this.#recorder?.begin(module);
    };
    this.#module = module;
    return createPyodideModule(settings);
  }

  instantiated(exports: Readonly<Record<string, unknown>>): void {
    this.#mainExports = exports;
  }

  /** Python is there, and no package yet. */
  noteFiles(): void {
    if (this.#recorder !== undefined && this.#module !== undefined) {
      this.#filesBefore = new Set(filePaths(this.#module.FS));
    }
  }

  /**
   * What a snapshot with packages needs beside the memory; undefined for one without.
   *
   * @param placed files of the packages
   * @throws Error when something can't be saved
   */
  extension(packages: readonly string[], placed: ReadonlySet<string>): SnapshotExtension | undefined {
    if (this.#recorder === undefined || this.#module === undefined) return undefined;
    const isKnown = (path: string): boolean => this.#filesBefore.has(path) || placed.has(path);
    return {
      linking: this.#recorder.record(this.#mainExports),
      files: addedFiles(this.#module.FS, isKnown),
      streams: openFiles(this.#module.FS),
      packages,
    };
  }
}

const trampolineIndex = (module: EmscriptenModule): number =>
  (module.__PyRuntime + (module.HEAP32[module.__PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET / 4] ?? 0)) / 4;

/** Packages that come with a snapshot. */
export interface RestoredPackages {
  readonly extension: SnapshotExtension;
  /** The compiled library of that path. */
  readonly moduleOf: (path: string) => object;
  /** Makes the packages' files. */
  readonly placeFiles: (files: SnapshotFileSystem) => void;
}

/** More than any header has, in bytes. */
const MAX_HEADER_BYTES = 16 * 1024 * 1024;

/** Python is not started: its memory is put in the place of the new instance's, once it is there. */
export class RestoringLoading implements LoadingPlan {
  readonly options: object;
  readonly #fillMemory: (memory: Uint8Array) => boolean;
  /** Pyodide wants its part of the snapshot before there is one, and looks at it afterwards. */
  readonly #header = new ArrayBuffer(0, { maxByteLength: MAX_HEADER_BYTES });
  readonly #restored: Promise<RestoredPackages | undefined>;
  #restore: (restored: RestoredPackages | undefined) => void = () => undefined;
  #packages: readonly string[] = [];
  #mainExports: Readonly<Record<string, unknown>> = {};

  /** @param fillMemory false when it can't */
  constructor(fillMemory: (memory: Uint8Array) => boolean) {
    this.options = { _loadSnapshot: new Uint8Array(this.#header) };
    this.#fillMemory = fillMemory;
    this.#restored = new Promise((resolve) => {
      this.#restore = resolve;
    });
  }

  /** Names of the packages that came with the snapshot. */
  get packages(): readonly string[] {
    return this.#packages;
  }

  /**
   * The snapshot is there.
   *
   * @param header Pyodide's part of it
   * @param restored the packages that are in it, if there are any
   */
  restore(header: Uint8Array, restored: RestoredPackages | undefined): void {
    this.#header.resize(header.length);
    new Uint8Array(this.#header).set(header);
    this.#packages = restored?.extension.packages ?? [];
    this.#restore(restored);
  }

  async createModule(settings: object): Promise<object> {
    const module = (await createPyodideModule(settings)) as EmscriptenModule;
    const restored = await this.#restored;
    const trampoline = module.HEAP32[trampolineIndex(module)] ?? 0;
    if (restored !== undefined) {
      relink(module, restored.extension.linking, this.#mainExports, restored.moduleOf);
    }
    if (!this.#fillMemory(module.HEAPU8)) throw new Error('the snapshot does not fit the memory');
    module.HEAP32[trampolineIndex(module)] = trampoline;
    if (restored !== undefined) {
      restored.placeFiles(module.FS);
      writeFiles(module.FS, restored.extension.files);
      reopenFiles(module.FS, restored.extension.streams);
    }
    // Settings that Pyodide made for this: a guest finds what it finds everywhere else.
    for (const setting of ['noInitialRun', 'INITIAL_MEMORY']) Reflect.deleteProperty(module, setting);
    return module;
  }

  instantiated(exports: Readonly<Record<string, unknown>>): void {
    this.#mainExports = exports;
  }
}

/** What the saving side of Pyodide's header holds, in unsigned 32-bit numbers. */
const HEADER_BYTES_INDEX = 1;

/** Pyodide's part of a snapshot that `makeMemorySnapshot` made: all that comes before the memory. */
export const headerOf = (snapshot: Uint8Array): Uint8Array => {
  const headerBytes = new Uint32Array(snapshot.buffer, snapshot.byteOffset, 2)[HEADER_BYTES_INDEX] ?? 0;
  return snapshot.slice(0, headerBytes);
};
