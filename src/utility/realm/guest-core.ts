import type { BootMode, GuestCore, HostBridge } from '../../shared/protocol/guest-bridge.ts';
import type { GuestQuestion } from '../../shared/protocol/interpreter-methods.ts';
import { CALL_INTERRUPTED, FONTS_ANSWER_BYTES } from '../../shared/protocol/call-codes.ts';
import { describe } from './describe-error.ts';
import { FunctionCalls } from './function-calls.ts';
import { guestDevice } from './guest-device.ts';
import { GuestInterpreter, type PlacedPackage } from './guest-interpreter.ts';
import { Interrupts } from './interrupts.ts';
import type { DeferredBridge } from './platform/deferred-bridge.ts';
import { setPrototypeOf } from './platform/seal-realm.ts';
import { RealmTextDecoder } from './platform/text-codec.ts';
import { CrashReport } from './pyodide-314/crash-report.ts';
import { connectStandardStreams, DeviceError, type Device } from './pyodide-314/devices.ts';
import { describeFileError, ERRNO } from './pyodide-314/file-errors.ts';
import { FileChanges } from './pyodide-314/file-changes.ts';
import { isWritingFiles } from './pyodide-314/open-files.ts';
import {
  placeFiles,
  readPackageFile,
  readPackageFiles,
  type CopyFile,
  type ReadFiles,
} from './pyodide-314/package-files.ts';
import { loadPyodideModule, setInterruptBuffer, type PyodideModule } from './pyodide-314/pyodide-module.ts';
import type { SnapshotExtension } from './pyodide-314/realm-state.ts';
import {
  headerOf,
  plainBoot,
  SnapshotCreator,
  SnapshotRestorer,
  type BootPlan,
  type RestoredPackages,
} from './pyodide-314/snapshot.ts';
import { StandardInput } from './standard-input.ts';

const STDOUT = 1;
const STDERR = 2;

/** From one look at output that waits to be sent to the next, while Python waits, in seconds. */
const OUTPUT_WAIT_SECONDS = 0.02;

/** Emscripten tests `instanceof`, and the module comes from the host's realm. */
const adoptModule = (module: object): void => {
  setPrototypeOf(module, WebAssembly.Module.prototype);
};
/** The whole of what runs in the guest realm besides Emscripten's module. It uses no Node and no DOM. */
export class RealmGuestCore implements GuestCore {
  readonly #bridge: DeferredBridge;
  readonly #crashReport = new CrashReport();
  #module: PyodideModule | undefined;
  #interpreter: GuestInterpreter | undefined;
  /** Set in an interpreter that is there to be saved. */
  #creator: SnapshotCreator | undefined;
  /** Set in an interpreter that is restored. */
  #restorer: SnapshotRestorer | undefined;
  #dead = false;
  readonly #input = new StandardInput((request, target) =>
    this.#bridge.call('readInput', JSON.stringify(request), target),
  );
  readonly #functions = new FunctionCalls((request, target) =>
    this.#bridge.call('callFunction', JSON.stringify(request), target),
  );
  /** What comes with the snapshot that is to be restored. */
  readonly #libraries = new Map<string, object>();
  readonly #packages: PlacedPackage[] = [];

  /** Of packages. */
  readonly #copyFile: CopyFile = (id, target) => readPackageFile(this.#bridge, id, target);
  readonly #readFiles: ReadFiles = (id, sizes) => readPackageFiles(this.#bridge, id, sizes);

  constructor(bridge: DeferredBridge) {
    this.#bridge = bridge;
  }

  allocate(length: number): Uint8Array {
    return new Uint8Array(length);
  }

  boot(bridge: HostBridge, mode: BootMode, wasm: object, stdlib: Uint8Array, interrupts: object): void {
    this.#bridge.connect(bridge);
    adoptModule(wasm);
    this.#start(
      wasm,
      stdlib,
      this.#plan(mode),
      new Interrupts(interrupts, () => this.#bridge.measure()),
    ).then(
      () => this.#bridge.booted(''),
      (error: unknown) => this.#bridge.booted(this.#describe(error)),
    );
  }

  restore(header: Uint8Array, extension: string): void {
    try {
      this.#restorer?.restore(header, extension === '' ? undefined : this.#restoredPackages(extension));
    } catch (error) {
      this.#bridge.booted(describe(error));
    }
  }

  takeFile(path: string): Uint8Array | null {
    try {
      return this.#creator === undefined ? null : (this.#interpreter?.takeFile(path) ?? null);
    } catch {
      return null;
    }
  }

  takeSnapshot(): string {
    try {
      const [interpreter, module, creator] = [this.#interpreter, this.#module, this.#creator];
      if (creator === undefined || module === undefined || interpreter === undefined)
        return 'no snapshot can be taken';
      const extension = creator.extension(interpreter.park());
      this.#interpreter = undefined;
      return this.#bridge.snapshotTaken(
        headerOf(interpreter.driver),
        module.HEAPU8,
        creator.untouched,
        extension === undefined ? '' : JSON.stringify(extension),
      )
        ? ''
        : 'the snapshot is unusable';
    } catch (error) {
      return this.#describe(error);
    }
  }

  writeFile(name: string, bytes: Uint8Array, append: boolean): string {
    try {
      if (this.#interpreter === undefined) return 'the interpreter is not running';
      this.#interpreter.writeFile(name, bytes, append);
      return '';
    } catch (error) {
      return describeFileError(error);
    }
  }

  readFile(name: string, offset: number, length: number): Uint8Array | string {
    try {
      return this.#interpreter?.readFile(name, offset, length) ?? 'the interpreter is not running';
    } catch (error) {
      return describeFileError(error);
    }
  }

  removeFile(name: string): string {
    try {
      if (this.#interpreter === undefined) return 'the interpreter is not running';
      this.#interpreter.removeFile(name);
      return '';
    } catch (error) {
      return describeFileError(error);
    }
  }

  ask(question: string, params: Uint8Array): Uint8Array {
    try {
      return this.#interpreter?.answer(question as GuestQuestion, params) ?? new Uint8Array();
    } catch (error) {
      this.#die(error);
      return new Uint8Array();
    }
  }

  installPackage(paths: string, sizes: string, firstId: number): string {
    try {
      if (this.#interpreter === undefined) return 'the interpreter is not running';
      this.#interpreter.installPackage(
        { paths: JSON.parse(paths) as string[], sizes: JSON.parse(sizes) as number[], firstId },
        this.#copyFile,
        this.#readFiles,
      );
      return '';
    } catch (error) {
      return describeFileError(error);
    }
  }

  run(code: Uint8Array, facts: string, textLimit: number): Uint8Array {
    try {
      if (this.#interpreter === undefined) throw new Error('the interpreter is not running');
      this.#input.beginRun();
      this.#functions.beginRun();
      return this.#interpreter.run(code, facts, textLimit);
    } catch (error) {
      this.#die(error);
      return new Uint8Array();
    }
  }

  forgetRuns(): string {
    try {
      if (this.#interpreter === undefined) return 'the interpreter is not running';
      this.#interpreter.forgetRuns();
      return '';
    } catch (error) {
      return this.#describe(error);
    }
  }

  addLibrary(path: string, module: object): void {
    adoptModule(module);
    this.#libraries.set(path, module);
  }

  addPackage(paths: string, sizes: string, firstId: number): void {
    this.#packages.push({
      paths: JSON.parse(paths) as string[],
      sizes: JSON.parse(sizes) as number[],
      firstId,
    });
  }

  /** Asks for packages with fonts, and makes their files. Blocks meanwhile. @throws DeviceError */
  #fetchFonts(request: string): void {
    const answer = new Uint8Array(FONTS_ANSWER_BYTES);
    const length = this.#bridge.call('fetchFonts', request, answer);
    // Python looks for the interrupt, and asks again if it is of no concern.
    if (length === CALL_INTERRUPTED) throw new DeviceError(ERRNO.interrupted);
    if (length <= 0 || this.#interpreter === undefined) throw new DeviceError(ERRNO.io);
    const text = new RealmTextDecoder().decode(answer.subarray(0, length));
    for (const placed of JSON.parse(text) as readonly PlacedPackage[])
      this.#interpreter.placePackage(placed, this.#copyFile, this.#readFiles);
  }

  #restoredPackages(text: string): RestoredPackages {
    const extension = JSON.parse(text) as SnapshotExtension;
    return {
      extension,
      moduleOf: (path) => {
        const module = this.#libraries.get(path);
        if (module === undefined) throw new Error(`the library ${path} is missing`);
        return module;
      },
      placeFiles: (files) => {
        for (const { paths, sizes, firstId } of this.#packages) {
          placeFiles(files, paths, sizes, firstId, this.#copyFile, this.#readFiles);
        }
      },
    };
  }

  #plan(mode: BootMode): BootPlan {
    switch (mode) {
      case 'plain':
        return plainBoot;
      case 'for-snapshot':
      case 'for-package-snapshot':
        this.#creator = new SnapshotCreator(mode === 'for-package-snapshot');
        return this.#creator;
      case 'restore':
        this.#restorer = new SnapshotRestorer((memory) => this.#bridge.fillMemory(memory));
        return this.#restorer;
    }
  }

  async #start(wasm: object, stdlib: Uint8Array, plan: BootPlan, interrupts: Interrupts): Promise<void> {
    const module = await loadPyodideModule({
      wasm,
      stdlib,
      plan,
      onRefusal: (refusal) => this.#die(refusal),
    });
    this.#module = module;
    connectStandardStreams(module.FS, {
      stdin: this.#input,
      stdout: this.#output(STDOUT),
      stderr: this.#output(STDERR),
    });
    const changes = new FileChanges(module.FS);
    const device = guestDevice({
      sleep: (seconds) => {
        // What is left of a burst of output may be sent soon: Python asks again for the rest of its wait.
        const mayBeSentSoon = this.#bridge.pausing();
        interrupts.sleep(mayBeSentSoon ? Math.min(seconds, OUTPUT_WAIT_SECONDS) : seconds);
      },
      display: (json) => this.#bridge.display(json),
      announce: (prompt) => this.#input.announce(prompt),
      callFunction: (id, json) => this.#functions.call(id, json),
      awaitRest: (id) => this.#functions.awaitRest(id),
      fetchFonts: (json) => this.#fetchFonts(json),
      readAnswer: (target) => this.#functions.read(target),
      isWriting: () => isWritingFiles(module.FS),
      fileChanges: () => changes.count,
    });
    if (this.#restorer !== undefined) {
      this.#interpreter = GuestInterpreter.resume(module, device, changes, this.#restorer.driver);
    } else {
      this.#interpreter = GuestInterpreter.load(module, device, changes);
    }
    this.#creator?.noteFiles();
    setInterruptBuffer(module, interrupts.buffer);
  }

  #output(stream: number): Device {
    return {
      write: (bytes) => {
        if (this.#crashReport.isOpen) this.#crashReport.write(bytes);
        else this.#bridge.write(stream, bytes);
      },
    };
  }

  /** What WebAssembly throws beside errors are exceptions of C++. */
  #describe(error: unknown): string {
    try {
      return error instanceof WebAssembly.Exception && this.#module !== undefined
        ? `C++ exception ${this.#module.getExceptionMessage(error).join(': ')}`
        : describe(error);
    } catch {
      return describe(error);
    }
  }

  #die(error: unknown): void {
    if (this.#dead) return;
    const cause = this.#describe(error);
    // Throws when too little stack is left; then a caller further up comes here again.
    this.#bridge.died(cause, this.#pythonStack(error));
    this.#dead = true;
  }

  /** Python's stack, innermost call first, or ''. */
  #pythonStack(error: unknown): string {
    if (hasExited(error)) return '';
    try {
      this.#crashReport.begin();
      this.#module?._dump_traceback();
    } catch {
      // Nothing may be left that could tell.
    }
    return this.#crashReport.text();
  }
}

/** Emscripten's way to say that the program came to its own end. */
const hasExited = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'name' in error && error.name === 'ExitStatus';
