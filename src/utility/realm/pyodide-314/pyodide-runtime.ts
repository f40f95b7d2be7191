import { loadPyodide } from 'pyodide';
import type { FolderNode, PackageFileSystem } from './package-files.ts';
import { giveEmptyTrace } from '../platform/seal-realm.ts';
import type { LoadingPlan } from './snapshot.ts';
import { BASE_URL } from '../platform/web-platform.ts';
import type { FileSystemNode, WalkedFileSystem } from './workspace-files.ts';

interface Emscripten extends PackageFileSystem, WalkedFileSystem {
  lookupPath(path: string): { readonly node: FolderNode & FileSystemNode };
  chdir(path: string): void;
  open(path: string, flags: string): unknown;
  write(stream: unknown, bytes: Uint8Array, offset: number, length: number): number;
  read(stream: unknown, bytes: Uint8Array, offset: number, length: number, position: number): number;
  close(stream: unknown): void;
  readFile(path: string): Uint8Array;
  unlink(path: string): void;
  lstat(path: string): { readonly mode: number };
  readonly ErrnoError: new (errno: number) => Error;
}

interface StreamHandler {
  write(bytes: Uint8Array): number;
  isatty: boolean;
}

/** The part of Pyodide 314's interface, private parts included, that the guest core builds on. */
export interface Pyodide {
  readonly FS: Emscripten;
  readonly _api: {
    on_fatal?: (error: unknown) => void;
    fatal_error: (error: unknown) => void;
    readonly runtimeEnv: object;
    /** What `loadPyodide` was given. */
    readonly config: object;
  };
  readonly _module: {
    handle_js_error: (error: unknown) => void;
    readonly HEAPU8: Uint8Array;
    /** Puts a JavaScript object into the table through which Python holds them. */
    __hiwire_set(index: number, value: unknown): number;
  };
  /** Where each package came from, by its name. */
  readonly loadedPackages: Record<string, string>;
  makeMemorySnapshot(): Uint8Array;
  setInterruptBuffer(buffer: object): void;
  setStdout(handler: StreamHandler): void;
  setStderr(handler: StreamHandler): void;
  setStdin(handler: { read: (buffer: Uint8Array) => number; isatty: boolean }): void;
  pyimport(name: string): unknown;
}

/** What loading takes from memory instead of from a server. */
export interface RuntimeParts {
  readonly wasm: object;
  readonly stdlib: Uint8Array;
  readonly lock: string;
  readonly plan: LoadingPlan;
}

/**
 * Loads Pyodide from memory: it fetches its files and compiles while streaming, so for the time of loading
 * both lead to `parts`. Neither exists afterwards.
 */
export const loadRuntime = async (realm: Record<string, unknown>, parts: RuntimeParts): Promise<Pyodide> => {
  let instantiationFailed: (error: unknown) => void = () => undefined;
  // Pyodide only logs it when the module can't be instantiated, and then waits for ever.
  const failed = new Promise<never>((_resolve, reject) => {
    instantiationFailed = reject;
  });
  realm['fetch'] = (url: unknown): Promise<object> =>
    Promise.resolve({
      ok: String(url).endsWith('.zip') || String(url).endsWith('.wasm'),
      status: 200,
      arrayBuffer: () => Promise.resolve(parts.stdlib.buffer),
    });
  WebAssembly.instantiateStreaming = async (_response, imports) => {
    try {
      const instance = await WebAssembly.instantiate(parts.wasm, imports);
      parts.plan.instantiated(instance.exports);
      return { instance, module: parts.wasm };
    } catch (error) {
      instantiationFailed(error);
      throw error;
    }
  };
  const options: object = {
    indexURL: BASE_URL,
    packageBaseUrl: BASE_URL,
    lockFileContents: parts.lock,
    jsglobals: Object.create(null) as object,
    createPyodideModule: (settings: object) => parts.plan.createModule(settings),
    stdin: () => null,
    // Plots are drawn, and taken by figures.py.
    env: { HOME: '/home/pyodide', PYTHONDONTWRITEBYTECODE: '1', MPLBACKEND: 'Agg' },
    ...parts.plan.options,
  };
  try {
    const loaded: Promise<unknown> = loadPyodide(options);
    return (await Promise.race([loaded, failed])) as Pyodide;
  } finally {
    delete realm['fetch'];
    delete WebAssembly.instantiateStreaming;
  }
};

/** Python is dead then, and what is called of it afterwards does not work. */
export const watchFatalErrors = ({ _api: api }: Pyodide, onFatal: (error: unknown) => void): void => {
  api.on_fatal = onFatal;
  // A guest that flips these would break its own later runs.
  Object.freeze(api.runtimeEnv);
};

/** Our way to load it is of no use to a guest, and would tell it whether its memory was restored. */
export const forgetLoading = ({ _api: api }: Pyodide): void => {
  for (const option of ['createPyodideModule', '_loadSnapshot']) Reflect.deleteProperty(api.config, option);
};

/** The place in Pyodide's table of JavaScript objects for the packages loaded, which it does not restore. */
const LOADED_PACKAGES_INDEX = 6;

/** What `loadedPackages` says of where a package came from. */
const CHANNEL = 'vivarium';

/** Lets Pyodide know of packages that are in its memory: without that it would load them again. */
export const notePackage = ({ loadedPackages }: Pyodide, name: string): void => {
  loadedPackages[name] = CHANNEL;
};

/** The same for those of a memory that was restored. */
export const restorePackages = (pyodide: Pyodide, names: readonly string[]): void => {
  pyodide._module.__hiwire_set(LOADED_PACKAGES_INDEX, pyodide.loadedPackages);
  for (const name of names) notePackage(pyodide, name);
};

/** Takes the packages from a Pyodide that is saved: the table of them is JavaScript's, and is made anew. */
export const takePackages = ({ loadedPackages }: Pyodide): string[] => {
  const names = Object.keys(loadedPackages);
  for (const name of names) Reflect.deleteProperty(loadedPackages, name);
  return names;
};

/** For a realm whose errors have no `stack`, see seal-realm.ts. */
export const acceptErrorsWithoutTrace = ({ _api: api, _module: module }: Pyodide): void => {
  const handleError = module.handle_js_error;
  module.handle_js_error = (error) => {
    giveEmptyTrace(error);
    handleError(error);
  };
  const fatalError = api.fatal_error;
  api.fatal_error = (error) => {
    giveEmptyTrace(error);
    fatalError(error);
  };
};
