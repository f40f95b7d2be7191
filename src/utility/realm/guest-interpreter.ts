import { joinBytes } from '../../shared/bytes.ts';
import { WORKSPACE } from '../../shared/contract/workspace-path.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { GuestQuestion } from '../../shared/protocol/interpreter-methods.ts';
import { MODULES_SOURCE } from '../../shared/python/sources.ts';
import bootSource from '../python/boot.py?raw';
import { RealmTextDecoder, RealmTextEncoder } from './platform/text-codec.ts';
import { HiddenDevice, type Device } from './pyodide-314/devices.ts';
import type { FileChanges } from './pyodide-314/file-changes.ts';
import { placeFiles, type CopyFile, type ReadFiles } from './pyodide-314/package-files.ts';
import type { PyodideModule } from './pyodide-314/pyodide-module.ts';
import { setTimeZone } from './pyodide-314/time-zone.ts';
import { functionFrom, PythonFunction } from './pyodide-314/python-calls.ts';
import { WorkspaceFiles } from './pyodide-314/workspace-files.ts';
import { INTERPRETER_SOURCES, PROVIDED_SOURCES } from './python-sources.ts';

/** Of what Python says of the files, in UTF-16 units: leaves room for what is found. */
const MAX_SAID_LENGTH = LIMITS.fileListBytes / 4;

/** What Python keeps to when it shows something; see `LIMITS`. */
export interface DisplayLimits {
  readonly bytes: number;
  readonly totalBytes: number;
  readonly count: number;
  readonly types: number;
}

export const DISPLAY_LIMITS: DisplayLimits = {
  bytes: LIMITS.displayBytes,
  totalBytes: LIMITS.totalDisplayBytes,
  count: LIMITS.displayCount,
  types: LIMITS.displayMimeTypes,
};

/** What driver.py is given. */
interface Installation {
  readonly workspace: string;
  /** Modules for guest code: a JSON object of sources by name. */
  readonly provided: string;
  /** Of the guest's device. */
  readonly descriptor: number;
  readonly displayLimits: DisplayLimits;
  readonly orders: readonly string[];
}

/** What driver.py can be asked to do. It does not start when it knows other orders than these. */
type Order = 'run' | 'forgetRuns' | 'installed' | 'park' | 'resume' | GuestQuestion;
const ORDERS: Readonly<Record<Order, true>> = {
  run: true,
  forgetRuns: true,
  installed: true,
  park: true,
  resume: true,
  listFiles: true,
  findImports: true,
  tableRows: true,
  lookUpNames: true,
  tryPackages: true,
};

/** A package's files, as `GuestCore.installPackage` is told of them. */
export interface PlacedPackage {
  readonly paths: readonly string[];
  readonly sizes: readonly number[];
  readonly firstId: number;
}

const NEWLINE = 0x0a;
const OPENING_BRACE = 0x7b;

const encode = (text: string): Uint8Array => new RealmTextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new RealmTextDecoder().decode(bytes);

const enterWorkspace = ({ FS: files }: PyodideModule): void => {
  files.mkdirTree(WORKSPACE);
  files.chdir(WORKSPACE);
};

/** Python with the resident driver in it. All that passes between it and the realm is bytes. */
export class GuestInterpreter {
  readonly #module: PyodideModule;
  readonly #driver: PythonFunction;
  readonly #device: HiddenDevice;
  readonly #workspace: WorkspaceFiles;
  /** Files of packages. */
  readonly #placed = new Set<string>();

  private constructor(
    module: PyodideModule,
    driver: PythonFunction,
    device: HiddenDevice,
    changes: FileChanges,
  ) {
    this.#module = module;
    this.#driver = driver;
    this.#device = device;
    this.#workspace = new WorkspaceFiles(module.FS, WORKSPACE, changes);
  }

  /**
   * Into a new Python.
   *
   * @param device that Python writes its messages to
   * @param changes of the module's files
   */
  static load(
    module: PyodideModule,
    device: Device,
    changes: FileChanges,
    displayLimits = DISPLAY_LIMITS,
  ): GuestInterpreter {
    enterWorkspace(module);
    setTimeZone(module);
    const hidden = new HiddenDevice(module.FS, device);
    const installation: Installation = {
      workspace: WORKSPACE,
      provided: JSON.stringify(PROVIDED_SOURCES),
      descriptor: hidden.descriptor,
      displayLimits,
      orders: Object.keys(ORDERS),
    };
    const given = {
      sources: JSON.stringify(INTERPRETER_SOURCES),
      installation: JSON.stringify(installation),
    };
    const source = `${MODULES_SOURCE}\n${bootSource}`;
    const driver = functionFrom(module, encode(source), encode(JSON.stringify(given)), 'drive');
    return new GuestInterpreter(module, driver, hidden, changes);
  }

  /**
   * In a Python whose memory was saved after `park`.
   *
   * @param address of its driver
   * @throws what WebAssembly throws when the memory is of no use
   */
  static resume(
    module: PyodideModule,
    device: Device,
    changes: FileChanges,
    address: number,
  ): GuestInterpreter {
    enterWorkspace(module);
    setTimeZone(module);
    const driver = new PythonFunction(module, address);
    const interpreter = new GuestInterpreter(module, driver, new HiddenDevice(module.FS, device), changes);
    interpreter.#order('resume');
    return interpreter;
  }

  /** Where Python's driver lies. */
  get driver(): number {
    return this.#driver.address;
  }

  /** Runs code, and gives its outcome (`GuestReport`). @param facts JSON (`RunFacts`). @throws what ends the interpreter */
  run(code: Uint8Array, facts: string, textLimit: number): Uint8Array {
    this.#workspace.note();
    return this.#withChangedFiles(this.#order('run', code, `${String(textLimit)} ${facts}`));
  }

  /** See `GuestCore.forgetRuns`. @throws what ends the interpreter */
  forgetRuns(): void {
    this.#order('forgetRuns');
  }

  /** See `GuestCore.ask`. @throws what ends the interpreter */
  answer(question: GuestQuestion, params: Uint8Array): Uint8Array {
    return question === 'listFiles' ? this.#listFiles() : this.#order(question, params);
  }

  /**
   * Makes the memory fit to be saved; afterwards this interpreter is of no other use.
   *
   * @returns files of packages in it
   */
  park(): ReadonlySet<string> {
    this.#order('park');
    return this.#placed;
  }

  /** @param how it is to be done, in one line: JSON has no line ends of its own */
  #order(name: Order, body: Uint8Array = new Uint8Array(), how = ''): Uint8Array<ArrayBuffer> {
    this.#device.connect();
    return this.#driver.call(joinBytes([encode(`${name} ${how}`), Uint8Array.of(NEWLINE), body]));
  }

  /**
   * The outcome, which is the guest's word, with the files that are there as its first keys: none may come twice, so
   * the guest can't replace them.
   */
  #withChangedFiles(outcome: Uint8Array): Uint8Array {
    if (outcome[0] !== OPENING_BRACE) return outcome;
    const { cut, files } = this.#workspace.changed();
    const found = encode(`{"changed":${JSON.stringify(files)},"changedCut":${String(cut)},`);
    return joinBytes([found, outcome.subarray(1)]);
  }

  #listFiles(): Uint8Array {
    const said = this.#saidOf(decode(this.#order('listFiles')));
    return encode(JSON.stringify({ found: this.#workspace.list(), said }));
  }

  /** What Python says of the files. Undefined when it says nothing of use. */
  #saidOf(text: string): unknown {
    try {
      return text.length <= MAX_SAID_LENGTH ? (JSON.parse(text) as unknown) : undefined;
    } catch {
      return undefined;
    }
  }

  /** Takes a file away, and gives what was in it. @throws what Emscripten's file system throws, also when there is none */
  takeFile(path: string): Uint8Array {
    const bytes = this.#module.FS.readFile(path);
    this.#module.FS.unlink(path);
    return bytes;
  }

  /** At most `length` bytes from `offset` on. @throws what Emscripten's file system throws */
  readFile(name: string, offset: number, length: number): Uint8Array | string {
    const files = this.#module.FS;
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

  /** Not a folder. @throws what Emscripten's file system throws, also when there is none */
  removeFile(name: string): void {
    this.#module.FS.unlink(`${WORKSPACE}/${name}`);
  }

  /**
   * Makes a package's files, and tells Python of them.
   *
   * @throws what Emscripten's file system throws, and what ends the interpreter
   */
  installPackage(placed: PlacedPackage, copyFile: CopyFile, readFiles?: ReadFiles): void {
    this.placePackage(placed, copyFile, readFiles);
    this.#order('installed');
  }

  /** Makes a package's files while Python runs, which looks for them by itself. @throws what Emscripten's file system throws */
  placePackage({ paths, sizes, firstId }: PlacedPackage, copyFile: CopyFile, readFiles?: ReadFiles): void {
    placeFiles(this.#module.FS, paths, sizes, firstId, copyFile, readFiles);
    for (const path of paths) this.#placed.add(path);
  }

  /** @throws what Emscripten's file system throws */
  writeFile(name: string, bytes: Uint8Array, append: boolean): void {
    const files = this.#module.FS;
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
