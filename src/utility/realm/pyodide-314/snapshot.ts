/** An interpreter's memory as it is saved and restored. */
import { LinkingRecorder } from './linked-libraries.ts';
import { RealmState, type SnapshotExtension, type StatefulModule } from './realm-state.ts';
import type { SnapshotFileSystem } from './snapshot-files.ts';

/** The part of Emscripten's module that saving and restoring build on. */
export interface SavedModule extends StatefulModule {
  readonly HEAP32: Int32Array;
  /** Address of CPython's runtime state. */
  readonly __PyRuntime: number;
  /** Address of the offset in it of a pointer to a function that this very engine made. */
  readonly __PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET: number;
}

/** One way to come to a Python that runs. */
export interface BootPlan {
  /** Whether Python is not started, as its memory is to be replaced. */
  readonly isRestored: boolean;
  /** Told of the main module's exports as soon as they are there. */
  instantiated(exports: Readonly<Record<string, unknown>>): void;
  /** The module is there, and Python is not started. */
  initialized(module: SavedModule): void;
  /** What is left to do once the module has done all that it does by itself. */
  finish(module: SavedModule): Promise<void>;
}

export const plainBoot: BootPlan = {
  isRestored: false,
  instantiated: () => undefined,
  initialized: () => undefined,
  finish: () => Promise.resolve(),
};

/** Boots as ever, but so that the memory can be saved. */
export class SnapshotCreator implements BootPlan {
  readonly isRestored = false;
  readonly #recorder: LinkingRecorder | undefined;
  #untouched: Uint8Array | undefined;
  #state: RealmState | undefined;
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

  instantiated(exports: Readonly<Record<string, unknown>>): void {
    this.#mainExports = exports;
  }

  initialized(module: SavedModule): void {
    this.#state = new RealmState(module);
    this.#untouched = module.HEAPU8.slice();
    this.#recorder?.begin(module);
  }

  finish(): Promise<void> {
    return Promise.resolve();
  }

  /** Python is there, and no package yet. */
  noteFiles(): void {
    if (this.#recorder !== undefined && this.#state !== undefined) this.#filesBefore = this.#state.paths();
  }

  /**
   * What a snapshot with packages needs beside the memory; undefined for one without.
   *
   * @param placed files of packages
   * @throws Error when something can't be saved
   */
  extension(placed: ReadonlySet<string>): SnapshotExtension | undefined {
    return this.#recorder === undefined
      ? undefined
      : this.#state?.save(
          this.#recorder,
          this.#mainExports,
          (path) => this.#filesBefore.has(path) || placed.has(path),
        );
  }
}

const trampolineIndex = (module: SavedModule): number =>
  (module.__PyRuntime + (module.HEAP32[module.__PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET / 4] ?? 0)) / 4;

/** Packages that come with a snapshot. */
export interface RestoredPackages {
  readonly extension: SnapshotExtension;
  /** The compiled library of that path. */
  readonly moduleOf: (path: string) => object;
  /** Makes the packages' files. */
  readonly placeFiles: (files: SnapshotFileSystem) => void;
}

/** Boots without starting Python: its memory is put in the place of the new instance's, once it is there. */
export class SnapshotRestorer implements BootPlan {
  readonly isRestored = true;
  readonly #fillMemory: (memory: Uint8Array) => boolean;
  readonly #restored: Promise<RestoredPackages | undefined>;
  #restore: (restored: RestoredPackages | undefined) => void = () => undefined;
  #mainExports: Readonly<Record<string, unknown>> = {};
  #header = new Uint8Array();

  /** @param fillMemory false when it can't */
  constructor(fillMemory: (memory: Uint8Array) => boolean) {
    this.#fillMemory = fillMemory;
    this.#restored = new Promise((resolve) => {
      this.#restore = resolve;
    });
  }

  /** Address of Python's function that takes orders. @throws Error when the snapshot has none */
  get driver(): number {
    return addressIn(this.#header);
  }

  /**
   * The snapshot is there.
   *
   * @param header see `headerOf`
   * @param restored the packages that are in it, if there are any
   */
  restore(header: Uint8Array, restored: RestoredPackages | undefined): void {
    this.#header = header.slice();
    this.#restore(restored);
  }

  instantiated(exports: Readonly<Record<string, unknown>>): void {
    this.#mainExports = exports;
  }

  initialized(): void {
    // Its memory comes later.
  }

  async finish(module: SavedModule): Promise<void> {
    const restored = await this.#restored;
    const trampoline = module.HEAP32[trampolineIndex(module)] ?? 0;
    const state = new RealmState(module);
    if (restored !== undefined) {
      state.restoreLinking(restored.extension, this.#mainExports, restored.moduleOf);
    }
    if (!this.#fillMemory(module.HEAPU8)) throw new Error('the snapshot does not fit the memory');
    module.HEAP32[trampolineIndex(module)] = trampoline;
    if (restored !== undefined) {
      restored.placeFiles(module.FS);
      state.restoreFiles(restored.extension);
    }
  }
}

const HEADER_BYTES = Uint32Array.BYTES_PER_ELEMENT;

/** What a snapshot says beside the memory: where Python's function that takes orders lies in it. */
export const headerOf = (driver: number): Uint8Array => {
  const header = new Uint8Array(HEADER_BYTES);
  new DataView(header.buffer).setUint32(0, driver, true);
  return header;
};

const addressIn = (header: Uint8Array): number => {
  if (header.length !== HEADER_BYTES) throw new Error('the snapshot has another header');
  return new DataView(header.buffer, header.byteOffset).getUint32(0, true);
};
