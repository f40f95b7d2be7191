/**
 * CPython as Pyodide 314 builds it, without Pyodide: its JavaScript, which lets Python hold objects of JavaScript, needs a
 * module of Python's, `_pyodide_core`, that is never imported here. What is left is Emscripten's.
 */
import createPyodideModule from 'pyodide/pyodide.asm.mjs';
import { filterImports, sealLinker } from './bridge-imports.ts';
import type { CPython } from './python-calls.ts';
import type { DeviceFileSystem } from './devices.ts';
import type { ChangingFileSystem } from './file-changes.ts';
import type { FolderNode, PackageFileSystem } from './package-files.ts';
import { keepMappedFiles } from './mapped-files.ts';
import type { BootPlan, SavedModule } from './snapshot.ts';
import type { ZoneVariables } from './time-zone.ts';
import type { FileSystemNode, WalkedFileSystem } from './workspace-files.ts';

interface FileSystem extends PackageFileSystem, WalkedFileSystem, DeviceFileSystem {
  lookupPath(path: string): { readonly node: FolderNode & FileSystemNode };
  chdir(path: string): void;
  open(path: string, flags: string | number): { fd: number | null };
  write(stream: unknown, bytes: Uint8Array, offset: number, length: number): number;
  read(stream: unknown, bytes: Uint8Array, offset: number, length: number, position: number): number;
  close(stream: unknown): void;
  readFile(path: string): Uint8Array;
  /** @param options with `canOwn`, the file is these bytes, and not a copy of them */
  writeFile(path: string, bytes: Uint8Array | string, options?: { readonly canOwn: boolean }): void;
  unlink(path: string): void;
  lstat(path: string): { readonly mode: number };
}

/** The part of Emscripten's module that the guest core builds on. */
export interface PyodideModule extends CPython, SavedModule, ZoneVariables {
  readonly FS: FileSystem & ChangingFileSystem & SavedModule['FS'];
  readonly ENV: Record<string, string>;
  readonly HEAP8: Int8Array;
  /** Of libraries that were compiled ahead, of which there are none. */
  readonly preloadedWasm: object;
  /** Address of the byte that says whether Python is to look for signals. */
  readonly _Py_EMSCRIPTEN_SIGNAL_HANDLING: number;
  /** Where it looks for them. */
  Py_EmscriptenSignalBuffer?: { 0: number };
  /** Text of an exception of C++ and its type. */
  getExceptionMessage(exception: unknown): readonly [type: string, message: string];
  /** Writes Python's stack to standard output. */
  _dump_traceback(): void;
}

/** What the module is made of. */
export interface PyodideModuleOptions {
  /** The compiled main module. */
  readonly wasm: object;
  /** Zip of the standard library. */
  readonly stdlib: Uint8Array;
  readonly plan: BootPlan;
  /** Told of a call of what is cut off from the guest. */
  readonly onRefusal: (refusal: Error) => void;
}

const STANDARD_LIBRARY = '/lib/python314.zip';
const SITE_PACKAGES = '/lib/python3.14/site-packages';
const HOME = '/home/pyodide';

const ENVIRONMENT = {
  HOME,
  PYTHONINSPECT: '1',
  PYTHONDONTWRITEBYTECODE: '1',
  // Plots are drawn, and taken by figures.py.
  MPLBACKEND: 'Agg',
  LD_LIBRARY_PATH: `/usr/lib:${SITE_PACKAGES}`,
} as const;

/** What Pyodide's own functions look at while they are made; none of them is called. */
const unusedInterface = (): object => ({
  config: { jsglobals: Object.create(null) as object },
  runtimeEnv: Object.freeze({}),
});

const placeStandardLibrary = ({ ENV: environment, FS: files }: PyodideModule, stdlib: Uint8Array): void => {
  for (const folder of [SITE_PACKAGES, HOME]) files.mkdirTree(folder);
  files.writeFile(STANDARD_LIBRARY, stdlib, { canOwn: true });
  files.chdir(HOME);
  Object.assign(environment, ENVIRONMENT);
};

/**
 * Python, started or restored as the plan says, and without JavaScript from its beginning.
 *
 * @throws Error when it does not come to life
 */
export const loadPyodideModule = async ({
  onRefusal,
  plan,
  stdlib,
  wasm,
}: PyodideModuleOptions): Promise<PyodideModule> => {
  let fail: (error: unknown) => void = () => undefined;
  // Emscripten waits for ever when its module can't be instantiated.
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  const exit: { code?: number } = {};
  const settings = {
    API: unusedInterface(),
    noImageDecoding: true,
    noAudioDecoding: true,
    noWasmDecoding: false,
    noInitialRun: plan.isRestored,
    preRun: [(module: PyodideModule) => placeStandardLibrary(module, stdlib)],
    onRuntimeInitialized: () => {
      // Emscripten adds everything to the settings: they are the module.
      const module = settings as unknown as PyodideModule;
      sealLinker(module);
      plan.initialized(module);
    },
    onExit: (code: number) => {
      exit.code = code;
    },
    locateFile: (name: string) => name,
    print: () => undefined,
    printErr: () => undefined,
    arguments: [],
    instantiateWasm: (
      imports: Parameters<typeof filterImports>[0],
      receive: (instance: object, module: object) => void,
    ) => {
      // Emscripten adds everything to the settings: they are the module.
      const moduleOf = (): PyodideModule => settings as unknown as PyodideModule;
      filterImports(imports, onRefusal, () => moduleOf().HEAPU8);
      keepMappedFiles(imports.env, moduleOf);
      WebAssembly.instantiate(wasm, imports)
        .then((instance) => {
          plan.instantiated(instance.exports);
          receive(instance, wasm);
        })
        .catch(fail);
      return {};
    },
  };
  const module = (await Promise.race([createPyodideModule(settings), failed])) as PyodideModule;
  if (exit.code !== undefined) throw new Error(`Python ended with ${String(exit.code)} as it started`);
  await plan.finish(module);
  return module;
};

/** From now on Python looks for interrupts there. */
export const setInterruptBuffer = (module: PyodideModule, buffer: { 0: number }): void => {
  module.HEAP8[module._Py_EMSCRIPTEN_SIGNAL_HANDLING] = 1;
  module.Py_EmscriptenSignalBuffer = buffer;
};
