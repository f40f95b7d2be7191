import { LIMITS } from '../../shared/limits.ts';
import type { GuestQuestion, QuestionParams } from '../../shared/protocol/interpreter-methods.ts';
import { MODULES_SOURCE } from '../../shared/python/sources.ts';
import checksSource from '../python/package_checks.py?raw';
import snapshotSource from '../python/snapshot.py?raw';
import { describe } from './describe-error.ts';
import { placeFiles } from './pyodide-314/package-files.ts';
import { notePackage, restorePackages, takePackages, type Pyodide } from './pyodide-314/pyodide-runtime.ts';
import { INTERPRETER_SOURCES, PROVIDED_SOURCES } from './python-sources.ts';
import { WorkspaceFiles } from './pyodide-314/workspace-files.ts';

/** What `Session.run` of session.py gives: the outcome as JSON, later when the code awaits at top level. */
type Outcome = string | PromiseLike<string>;

interface PythonObject {
  destroy(): void;
}

interface PythonSession extends PythonObject {
  run(code: string, textLimit: number): Outcome;
  interrupt(): boolean;
  sleep_with(sleep: (seconds: number) => void): void;
  show_with(
    show: (json: string) => void,
    maxBytes: number,
    maxTotalBytes: number,
    maxCount: number,
    maxTypes: number,
  ): void;
  ask_with(announce: (prompt: unknown, secret: unknown) => void): void;
  list_files(): string;
  readonly packages: PythonPackages;
}

/** packages.py. */
interface PythonPackages {
  find_imports(code: string): string;
  installed(): void;
}

interface PythonNamespace extends PythonObject {
  get(name: string): unknown;
}

interface PythonModules {
  readonly modules: { pop(name: string): unknown };
}

interface PythonBuiltins {
  compile(source: string, fileName: string, mode: string): unknown;
  exec(code: unknown, namespace: PythonNamespace): void;
  dict(): PythonNamespace;
}

/** Functions of the realm that Python calls; no snapshot holds them. */
export interface PythonConnections {
  /** Blocks for a time in seconds, or until an interrupt comes. */
  readonly sleep: (seconds: number) => void;
  /** Takes something to show: JSON, see `GuestDisplay`. */
  readonly show: (json: string) => void;
  /** Takes the prompt of `input()`, before that reads, and whether the answer must not be seen. */
  readonly announce: (prompt: unknown, secret: unknown) => void;
}

/** modules.py. */
type LoadFrom = (sources: string, module: string, name: string) => unknown;
/** interpreter.py. */
type Install = (workspace: string, provided: string) => () => PythonSession;
type TryPackages = (modules: string) => string;
type Park = (session: PythonSession) => void;
type Resume = (() => PythonSession) & PythonObject;

/** Tracebacks leave out frames of this name. */
const OWN_FILE_NAME = '<vivarium>';

const WORKSPACE = '/workspace';

/** Of the files, in UTF-16 units: leaves room for what is found. */
const MAX_SAID_LENGTH = LIMITS.fileListBytes / 4;

/** Where snapshot.py leaves the session. */
const PARKED = '_vivarium_snapshot';

/** What is run before the memory is saved, so that what the first run needs is in it. */
const WARM_UP = '1+1';

/** A package's files, as `GuestCore.installPackage` is told of them. */
export interface PlacedPackage {
  readonly name: string;
  readonly paths: readonly string[];
  readonly sizes: readonly number[];
  readonly firstId: number;
}

/** Loads one of our Python modules into a namespace of its own, out of reach of the guest's globals. */
const loadModule = (builtins: PythonBuiltins, source: string): PythonNamespace => {
  const namespace = builtins.dict();
  builtins.exec(builtins.compile(source, OWN_FILE_NAME, 'exec'), namespace);
  return namespace;
};

const enterWorkspace = (pyodide: Pyodide): void => {
  pyodide.FS.mkdirTree(WORKSPACE);
  pyodide.FS.chdir(WORKSPACE);
};

/** Pyodide with the resident runner loaded. */
export class Interpreter {
  readonly #pyodide: Pyodide;
  readonly #session: PythonSession;
  readonly #workspace: WorkspaceFiles;
  /** Files of packages. */
  readonly #placed = new Set<string>();
  readonly #answers: { readonly [Q in GuestQuestion]: (params: QuestionParams<Q>) => string } = {
    listFiles: () => this.#listFiles(),
    findImports: ({ code }) => this.#session.packages.find_imports(code),
    tryPackages: ({ modules }) => this.#tryPackages(modules),
  };

  private constructor(pyodide: Pyodide, session: PythonSession) {
    this.#pyodide = pyodide;
    this.#session = session;
    this.#workspace = new WorkspaceFiles(pyodide.FS, WORKSPACE);
  }

  /** Into a new Python. */
  static load(pyodide: Pyodide): Interpreter {
    enterWorkspace(pyodide);
    const builtins = pyodide.pyimport('builtins') as PythonBuiltins;
    const loadFrom = loadModule(builtins, MODULES_SOURCE).get('load_from') as LoadFrom;
    const install = loadFrom(JSON.stringify(INTERPRETER_SOURCES), 'interpreter', 'install') as Install;
    const session = install(WORKSPACE, JSON.stringify(PROVIDED_SOURCES))();
    return new Interpreter(pyodide, session);
  }

  /** In a Python whose memory was saved by `park`, with these packages in it. @throws Error when the memory is of no use */
  static resume(pyodide: Pyodide, packages: readonly string[]): Interpreter {
    enterWorkspace(pyodide);
    restorePackages(pyodide, packages);
    const { modules } = pyodide.pyimport('sys') as PythonModules;
    const resume = modules.pop(PARKED) as Resume;
    const session = resume();
    resume.destroy();
    return new Interpreter(pyodide, session);
  }

  /** See `GuestCore.ask`. @throws what the guest's Python throws */
  answer(question: string, params: string): string {
    // Names come from our own host; an own property, as for any name that is looked up.
    if (!Object.hasOwn(this.#answers, question)) return '';
    const answer = this.#answers[question as GuestQuestion] as (params: unknown) => string;
    return answer(JSON.parse(params));
  }

  #tryPackages(modules: readonly string[]): string {
    try {
      const builtins = this.#pyodide.pyimport('builtins') as PythonBuiltins;
      const checks = loadModule(builtins, checksSource);
      const tryPackages = checks.get('try_packages') as TryPackages & PythonObject;
      const said = tryPackages(JSON.stringify(modules));
      for (const held of [tryPackages, checks]) held.destroy();
      return said;
    } catch (error) {
      // No guest is in here: what is wrong may be told.
      return `failed: ${describe(error)}`;
    }
  }

  /**
   * Makes the memory fit to be saved; afterwards this interpreter is of no other use.
   *
   * @returns the packages in it, and their files
   */
  park(): { readonly packages: readonly string[]; readonly paths: ReadonlySet<string> } {
    const outcome = this.run(WARM_UP, 100);
    if (typeof outcome !== 'string' || !outcome.includes('"text":"2"'))
      throw new Error('Python does not work');
    const builtins = this.#pyodide.pyimport('builtins') as PythonBuiltins;
    const module = loadModule(builtins, snapshotSource);
    const park = module.get('park') as Park & PythonObject;
    park(this.#session);
    for (const held of [park, module, this.#session]) held.destroy();
    return { packages: takePackages(this.#pyodide), paths: this.#placed };
  }

  run(code: string, textLimit: number): Outcome {
    this.#workspace.note();
    return this.#session.run(code, textLimit);
  }

  /**
   * The outcome, which is the guest's word, with the files that are there as its first keys: none may come twice, so
   * the guest can't replace them.
   */
  withChangedFiles(outcome: string): string {
    if (!outcome.startsWith('{')) return outcome;
    const { cut, files } = this.#workspace.changed();
    return `{"changed":${JSON.stringify(files)},"changedCut":${String(cut)},${outcome.slice(1)}`;
  }

  /** Interrupts a run that waits in a top-level await. False when none does. */
  interrupt(): boolean {
    try {
      return this.#session.interrupt();
    } catch {
      // The signal that the run was to see has come out here, before anything was done; now it is gone.
      return this.#session.interrupt();
    }
  }

  connect({ sleep, show, announce }: PythonConnections): void {
    this.#session.sleep_with(sleep);
    this.#session.show_with(
      show,
      LIMITS.displayBytes,
      LIMITS.totalDisplayBytes,
      LIMITS.displayCount,
      LIMITS.displayMimeTypes,
    );
    this.#session.ask_with(announce);
  }

  #listFiles(): string {
    return JSON.stringify({ found: this.#workspace.list(), said: this.#saidOfFiles() });
  }

  /** What Python says of the files. Undefined when it says nothing of use. */
  #saidOfFiles(): unknown {
    try {
      const said = this.#session.list_files();
      return said.length <= MAX_SAID_LENGTH ? (JSON.parse(said) as unknown) : undefined;
    } catch {
      return undefined;
    }
  }

  /** Takes a file away. @throws what Emscripten's file system throws, also when there is none */
  takeFile(path: string): Uint8Array {
    const bytes = this.#pyodide.FS.readFile(path);
    this.#pyodide.FS.unlink(path);
    return bytes;
  }

  /** At most `length` bytes from `offset` on. @throws what Emscripten's file system throws */
  readFile(name: string, offset: number, length: number): Uint8Array | string {
    const files = this.#pyodide.FS;
    const path = `${WORKSPACE}/${name}`;
    if (!files.isFile(files.lstat(path).mode)) return 'it is not a regular file';
    const stream = files.open(path, 'r');
    try {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, files.read(stream, bytes, 0, length, offset));
    } finally {
      files.close(stream);
    }
  }

  /**
   * Makes a package's files.
   *
   * @param copyFile copies the file of that number into `target`; false when it can't
   * @throws what Emscripten's file system throws
   */
  installPackage(
    { name, paths, sizes, firstId }: PlacedPackage,
    copyFile: (id: number, target: Uint8Array) => boolean,
  ): void {
    placeFiles(this.#pyodide.FS, paths, sizes, firstId, copyFile);
    for (const path of paths) this.#placed.add(path);
    notePackage(this.#pyodide, name);
    this.#session.packages.installed();
  }

  /** @throws what Emscripten's file system throws */
  writeFile(name: string, bytes: Uint8Array, append: boolean): void {
    const files = this.#pyodide.FS;
    const path = `${WORKSPACE}/${name}`;
    files.mkdirTree(path.slice(0, path.lastIndexOf('/')));
    const stream = files.open(path, append ? 'a' : 'w');
    try {
      files.write(stream, bytes, 0, bytes.length);
    } finally {
      files.close(stream);
    }
  }
}
