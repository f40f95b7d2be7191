import type { BootMode, GuestCore, HostBridge } from '../../shared/protocol/guest-bridge.ts';
import type { CrashReport } from './pyodide-314/crash-report.ts';
import { describe } from './describe-error.ts';
import { Interpreter, type PlacedPackage } from './interpreter.ts';
import { Interrupts } from './interrupts.ts';
import type { DeferredBridge } from './platform/deferred-bridge.ts';
import { describeFileError } from './pyodide-314/file-errors.ts';
import { placeFiles, readPackageFile } from './pyodide-314/package-files.ts';
import {
  acceptErrorsWithoutTrace,
  forgetLoading,
  loadRuntime,
  watchFatalErrors,
  type Pyodide,
  type RuntimeParts,
} from './pyodide-314/pyodide-runtime.ts';
import {
  headerOf,
  plainLoading,
  RestoringLoading,
  SavableLoading,
  type LoadingPlan,
  type RestoredPackages,
  type SnapshotExtension,
} from './pyodide-314/snapshot.ts';
import { setPrototypeOf } from './platform/seal-realm.ts';
import { StandardInput } from './standard-input.ts';
import type { Timers } from './platform/timers.ts';

const STDOUT = 1;
const STDERR = 2;

/** Emscripten tests `instanceof`, and the module comes from the host's realm. */
const adoptModule = (module: object): void => {
  setPrototypeOf(module, WebAssembly.Module.prototype);
};
/** The whole of what runs in the guest realm besides Pyodide itself. It uses no Node and no DOM. */
export class RealmGuestCore implements GuestCore {
  readonly #realm: Record<string, unknown>;
  readonly #bridge: DeferredBridge;
  readonly #timers: Timers;
  readonly #crashReport: CrashReport;
  #interpreter: Interpreter | undefined;
  /** Set in an interpreter that is there to be saved. */
  #savable: { readonly pyodide: Pyodide; readonly loading: SavableLoading } | undefined;
  /** Set in an interpreter that is restored. */
  #restoring: RestoringLoading | undefined;
  #interrupts: Interrupts | undefined;
  #input: StandardInput | undefined;
  #dead = false;
  /** What comes with the snapshot that is to be restored. */
  readonly #libraries = new Map<string, object>();
  readonly #packages: Pick<PlacedPackage, 'paths' | 'sizes' | 'firstId'>[] = [];

  constructor(
    realm: Record<string, unknown>,
    bridge: DeferredBridge,
    timers: Timers,
    crashReport: CrashReport,
  ) {
    this.#crashReport = crashReport;
    this.#realm = realm;
    this.#bridge = bridge;
    this.#timers = timers;
  }

  allocate(length: number): Uint8Array {
    return new Uint8Array(length);
  }

  boot(
    bridge: HostBridge,
    mode: BootMode,
    wasm: object,
    stdlib: Uint8Array,
    lock: string,
    interrupts: object,
  ): void {
    this.#bridge.connect(bridge);
    adoptModule(wasm);
    const parts = { wasm, stdlib, lock, plan: this.#plan(mode) };
    this.#start(parts, new Interrupts(interrupts, () => this.#bridge.measure())).then(
      () => this.#bridge.booted(''),
      (error: unknown) => this.#bridge.booted(describe(error)),
    );
  }

  restore(header: Uint8Array, extension: string): void {
    try {
      this.#restoring?.restore(header, extension === '' ? undefined : this.#restoredPackages(extension));
    } catch (error) {
      this.#bridge.booted(describe(error));
    }
  }

  takeFile(path: string): Uint8Array | null {
    try {
      return this.#savable === undefined ? null : (this.#interpreter?.takeFile(path) ?? null);
    } catch {
      return null;
    }
  }

  takeSnapshot(): string {
    try {
      if (this.#savable === undefined || this.#interpreter === undefined) return 'no snapshot can be taken';
      const { pyodide, loading } = this.#savable;
      const { packages, paths } = this.#interpreter.park();
      this.#interpreter = undefined;
      const extension = loading.extension(packages, paths);
      const header = headerOf(pyodide.makeMemorySnapshot());
      const { HEAPU8: memory } = pyodide._module;
      return this.#bridge.snapshotTaken(
        header,
        memory,
        loading.untouched,
        extension === undefined ? '' : JSON.stringify(extension),
      )
        ? ''
        : 'the snapshot is unusable';
    } catch (error) {
      return describe(error);
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

  ask(question: string, params: string): string {
    try {
      return this.#interpreter?.answer(question, params) ?? '';
    } catch {
      // Whatever the guest has done to its Python.
      return '';
    }
  }

  installPackage(name: string, paths: string, sizes: string, firstId: number): string {
    try {
      if (this.#interpreter === undefined) return 'the interpreter is not running';
      this.#interpreter.installPackage(
        { name, paths: JSON.parse(paths) as string[], sizes: JSON.parse(sizes) as number[], firstId },
        (id, target) => readPackageFile(this.#bridge, id, target),
      );
      return '';
    } catch (error) {
      return describeFileError(error);
    }
  }

  run(runId: number, code: string, textLimit: number): void {
    try {
      if (this.#interpreter === undefined) throw new Error('the interpreter is not running');
      this.#interrupts?.beginRun();
      this.#input?.beginRun();
      const outcome = this.#interpreter.run(code, textLimit);
      if (typeof outcome === 'string') {
        this.#finish(runId, outcome);
      } else {
        outcome.then(
          (text) => this.#finish(runId, text),
          (error: unknown) => this.#die(error),
        );
      }
    } catch (error) {
      this.#die(error);
    }
  }

  fireTimer(id: number): void {
    try {
      this.#interrupts?.beginCallback();
      this.#timers.fire(id);
    } catch (error) {
      this.#die(error);
    }
  }

  interrupt(): boolean {
    return this.#interpreter?.interrupt() ?? false;
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
          placeFiles(files, paths, sizes, firstId, (id, target) => readPackageFile(this.#bridge, id, target));
        }
      },
    };
  }

  #plan(mode: BootMode): LoadingPlan {
    switch (mode) {
      case 'plain':
        return plainLoading;
      case 'for-snapshot':
        return new SavableLoading(false);
      case 'for-package-snapshot':
        return new SavableLoading(true);
      case 'restore':
        this.#restoring = new RestoringLoading((memory) => this.#bridge.fillMemory(memory));
        return this.#restoring;
    }
  }

  async #start(parts: RuntimeParts, interrupts: Interrupts): Promise<void> {
    const pyodide = await loadRuntime(this.#realm, parts);
    watchFatalErrors(pyodide, (error) => this.#die(error));
    acceptErrorsWithoutTrace(pyodide);
    this.#connectStreams(pyodide);
    const input = this.#connectInput(pyodide, interrupts);
    const { plan } = parts;
    const interpreter =
      plan instanceof RestoringLoading
        ? Interpreter.resume(pyodide, plan.packages)
        : Interpreter.load(pyodide);
    if (plan instanceof SavableLoading) {
      this.#savable = { pyodide, loading: plan };
      plan.noteFiles();
    } else {
      forgetLoading(pyodide);
      // Functions of this realm, which no snapshot could hold.
      pyodide.setInterruptBuffer(interrupts.buffer);
      this.#interrupts = interrupts;
      interpreter.connect({
        sleep: (seconds) => interrupts.sleep(seconds),
        show: (json) => this.#bridge.display(json),
        announce: (prompt, secret) => input.announce(prompt, secret),
      });
    }
    this.#interpreter = interpreter;
  }

  #connectStreams(pyodide: Pyodide): void {
    const handler = (stream: number): { write: (bytes: Uint8Array) => number; isatty: boolean } => ({
      write: (bytes) => {
        const length = bytes.length;
        if (this.#crashReport.announced) {
          this.#crashReport.write(bytes);
          return length;
        }
        this.#bridge.write(stream, bytes);
        return length;
      },
      isatty: false,
    });
    pyodide.setStdout(handler(STDOUT));
    pyodide.setStderr(handler(STDERR));
  }

  #connectInput(pyodide: Pyodide, interrupts: Interrupts): StandardInput {
    const { FS: files } = pyodide;
    const input = new StandardInput(
      (request, target) => {
        // Whoever reads is the guest: an interrupt that has come is for it.
        interrupts.beginRun();
        return this.#bridge.call('readInput', JSON.stringify(request), target);
      },
      (errno) => {
        throw new files.ErrnoError(errno);
      },
    );
    this.#input = input;
    pyodide.setStdin({ read: (buffer) => input.read(buffer), isatty: false });
    return input;
  }

  #finish(runId: number, outcome: string): void {
    if (this.#dead) return;
    this.#timers.clearAll();
    this.#bridge.finished(runId, this.#interpreter?.withChangedFiles(outcome) ?? outcome);
  }

  #die(error: unknown): void {
    if (this.#dead) return;
    // Throws when too little stack is left; then a caller further up comes here again.
    this.#bridge.died(describe(error), this.#crashReport.text());
    this.#dead = true;
  }
}
