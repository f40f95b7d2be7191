/**
 * The interface between the guest realm, which has Pyodide and the guest's Python, and its host (a worker thread; in
 * tests also a Web Worker). Only primitives and copied bytes pass.
 */

/**
 * How an interpreter is started. 'plain': Pyodide boots. 'for-snapshot', 'for-package-snapshot': it boots in a form whose
 * memory can be saved, without and with packages; guest code never runs in such a one. 'restore': its memory is
 * overwritten with that of a snapshot.
 */
export type BootMode = 'plain' | 'for-snapshot' | 'for-package-snapshot' | 'restore';

/** What the guest core may call. Implementations never throw and never keep what they are given. */
export interface HostBridge {
  /** Milliseconds from a monotonic clock. */
  now(): number;
  /** Random bytes, one per UTF-16 unit (0–255). At most 65,536 a call. */
  random(length: number): string;
  /** Measures the thread's memory, when the control thread has requested it. */
  measure(): void;
  /** Takes a copy of the bytes. 1 is stdout, 2 is stderr. */
  write(stream: number, bytes: Uint8Array): void;
  /** Called when Python is about to wait: sends its output. @returns whether some has to wait a little for its turn */
  pausing(): boolean;
  /** Takes a copy of something to show: JSON in UTF-8, see `GuestDisplay`. */
  display(json: Uint8Array): void;
  /**
   * Makes one of the `blockingCalls`: blocks until there is an answer to the request, which is JSON, and puts its bytes
   * into `target`. Returns how many those are, 0 at the end of what is read, or `CALL_FAILED` or `CALL_INTERRUPTED`.
   * After an interrupt the question stays open: calling again waits for its answer.
   */
  call(name: string, request: string, target: Uint8Array): number;
  /**
   * Turns `memory`, the whole memory of a new instance, into the snapshot's; false when it can't. Only while
   * a snapshot is restored.
   */
  fillMemory(memory: Uint8Array): boolean;
  /**
   * Takes a snapshot's parts: a header, the whole memory, that of an instance in which Python was not
   * started yet, and what packages need beside them, if there are any, as text; false when they are unusable. Only when one was asked for.
   */
  snapshotTaken(header: Uint8Array, memory: Uint8Array, untouched: Uint8Array, extension: string): boolean;
  /** The interpreter is ready, or could not be made: then `problem` says why. */
  booted(problem: string): void;
  /** The interpreter is dead and can't be used any more. `stack` is Python's, innermost call first, or ''. */
  died(cause: string, stack: string): void;
}

/** What the host may call. All are functions of the guest realm that take and return primitives. */
export interface GuestCore {
  /** Guest-realm bytes for the host to fill. */
  allocate(length: number): Uint8Array;
  /**
   * `wasm` is the compiled main module, `stdlib` a zip, `interrupts` the memory described at `WorkerStart`. Answers
   * through `HostBridge.booted`; with 'restore' not before `restore`.
   */
  boot(bridge: HostBridge, mode: BootMode, wasm: object, stdlib: Uint8Array, interrupts: object): void;
  /** After `boot` for it: `header` and `extension` are the snapshot's. */
  restore(header: Uint8Array, extension: string): void;
  /** Before `restore`: a compiled library of the snapshot's packages. */
  addLibrary(path: string, module: object): void;
  /** Before `restore`: as `installPackage`. */
  addPackage(paths: string, sizes: string, firstId: number): void;
  /** Answers one of the `guestQuestions`. Params and answer are JSON in UTF-8; no bytes when there is no answer. */
  ask(question: string, params: Uint8Array): Uint8Array;
  /** Takes a file away, which is null when there is none. Only in an interpreter that is there to be saved. */
  takeFile(path: string): Uint8Array | null;
  /** Of an interpreter booted for it, in which no guest code has run. Returns '' or what went wrong. */
  takeSnapshot(): string;
  /** Writes below /workspace, making folders as needed. Returns '' or what went wrong. */
  writeFile(name: string, bytes: Uint8Array, append: boolean): string;
  /**
   * At most `length` bytes from `offset` on of a file below /workspace; none at its end. Text says what went
   * wrong.
   */
  readFile(name: string, offset: number, length: number): Uint8Array | string;
  /** Removes a file below /workspace. Returns '' or what went wrong. */
  removeFile(name: string): string;
  /**
   * Makes a package's files. `paths` and `sizes` are JSON lists; the files' numbers begin at `firstId` (see
   * `blockingCalls.readPackageFile`). Returns '' or what went wrong.
   */
  installPackage(paths: string, sizes: string, firstId: number): string;
  /**
   * Runs code, UTF-8 in which lone surrogates have three bytes each: its outcome, JSON in UTF-8 (see `GuestReport`).
   * `facts` is JSON (`RunFacts`). No bytes when the interpreter has died, which `HostBridge.died` was told before.
   */
  run(code: Uint8Array, facts: string, textLimit: number): Uint8Array;
  /**
   * After runs of ours, which leave nothing in Python's globals: as if nothing had been run yet. Returns '' or what
   * went wrong.
   */
  forgetRuns(): string;
}
