/** Pyodide's private ways to save and to restore an interpreter's memory, version 314. */
import createPyodideModule from 'pyodide/pyodide.asm.mjs';

/** The part of Emscripten's module that saving and restoring build on. */
interface EmscriptenModule {
  readonly HEAPU8: Uint8Array;
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
}

export const plainLoading: LoadingPlan = { options: {}, createModule: createPyodideModule };

/** Loading as ever, but so that the memory can be saved. */
export class SavableLoading implements LoadingPlan {
  /** Lets Pyodide remember where in the global object each JavaScript object was found. */
  readonly options = { _makeSnapshot: true };
  #untouched: Uint8Array | undefined;

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
    };
    return createPyodideModule(settings);
  }
}

const trampolineIndex = (module: EmscriptenModule): number =>
  (module.__PyRuntime + (module.HEAP32[module.__PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET / 4] ?? 0)) / 4;

/** Python is not started: its memory is put in the place of the new instance's. */
export class RestoringLoading implements LoadingPlan {
  readonly options: object;
  readonly #fillMemory: (memory: Uint8Array) => boolean;

  /**
   * @param header Pyodide's part of the snapshot
   * @param fillMemory false when it can't
   */
  constructor(header: Uint8Array, fillMemory: (memory: Uint8Array) => boolean) {
    this.options = { _loadSnapshot: header };
    this.#fillMemory = fillMemory;
  }

  async createModule(settings: object): Promise<object> {
    const module = (await createPyodideModule(settings)) as EmscriptenModule;
    const trampoline = module.HEAP32[trampolineIndex(module)] ?? 0;
    if (!this.#fillMemory(module.HEAPU8)) throw new Error('the snapshot does not fit the memory');
    module.HEAP32[trampolineIndex(module)] = trampoline;
    // Settings that Pyodide made for this: a guest finds what it finds everywhere else.
    for (const setting of ['noInitialRun', 'INITIAL_MEMORY']) Reflect.deleteProperty(module, setting);
    return module;
  }
}

/** What the saving side of Pyodide's header holds, in unsigned 32-bit numbers. */
const HEADER_BYTES_INDEX = 1;

/** Pyodide's part of a snapshot that `makeMemorySnapshot` made: all that comes before the memory. */
export const headerOf = (snapshot: Uint8Array): Uint8Array => {
  const headerBytes = new Uint32Array(snapshot.buffer, snapshot.byteOffset, 2)[HEADER_BYTES_INDEX] ?? 0;
  return snapshot.slice(0, headerBytes);
};
