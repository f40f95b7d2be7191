/**
 * The seam between the guest realm (where Pyodide and the guest's Python live) and its host (a worker thread
 * today; a Web Worker could host the same core). Only primitives and copied bytes pass.
 */

/**
 * How an interpreter comes to life: from its beginnings; so, but able to be made a snapshot of, without or with
 * packages (never for guest code); or from a snapshot's memory.
 */
export type BootMode = 'plain' | 'for-snapshot' | 'for-package-snapshot' | 'restore';

/** What the guest core may call. Implementations never throw and never keep what they are given. */
export interface HostBridge {
  /** Milliseconds from a monotonic clock. */
  now(): number;
  /** Random bytes, one per UTF-16 unit (0–255). At most 65,536 a call. */
  random(length: number): string;
  /** Asks for `GuestCore.fireTimer(id)` after a delay in ms. */
  setTimer(id: number, delayMs: number): void;
  /** Has the thread's memory measured, as the control thread wishes. */
  measure(): void;
  /** Takes a copy of the bytes. 1 is stdout, 2 is stderr. */
  write(stream: number, bytes: Uint8Array): void;
  /** Takes something to show: JSON, see `GuestDisplay`. */
  display(json: string): void;
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
   * Takes a snapshot's parts: Pyodide's header, the whole memory, that of an instance in which Python was not
   * started yet, and what packages need beside them, if there are any, as text; false when they are unusable. Only when one was asked for.
   */
  snapshotTaken(header: Uint8Array, memory: Uint8Array, untouched: Uint8Array, extension: string): boolean;
  /** The interpreter is ready, or could not be made: then `problem` says why. */
  booted(problem: string): void;
  /** The run is over; the outcome is JSON (see `GuestOutcome`). */
  finished(runId: number, outcome: string): void;
  /** The interpreter is dead and can't be used any more. `stack` is Python's, innermost call first, or ''. */
  died(cause: string, stack: string): void;
}

/** What the host may call. All are functions of the guest realm that take and return primitives. */
export interface GuestCore {
  /** Guest-realm bytes for the host to fill. */
  allocate(length: number): Uint8Array;
  /**
   * `wasm` is the compiled main module, `stdlib` a zip, `lock` the text of pyodide-lock.json, `interrupts` the
   * memory described at `WorkerStart`. Answers through `HostBridge.booted`; with 'restore' not before `restore`.
   */
  boot(
    bridge: HostBridge,
    mode: BootMode,
    wasm: object,
    stdlib: Uint8Array,
    lock: string,
    interrupts: object,
  ): void;
  /** After `boot` for it: `header` and `extension` are the snapshot's. */
  restore(header: Uint8Array, extension: string): void;
  /** Before `restore`: a compiled library of the snapshot's packages. */
  addLibrary(path: string, module: object): void;
  /** Before `restore`: as `installPackage`. */
  addPackage(paths: string, sizes: string, firstId: number): void;
  /** Answers one of the `guestQuestions`, whose params are JSON; '' when there is no answer. */
  ask(question: string, params: string): string;
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
  /**
   * Makes a package's files. `paths` and `sizes` are JSON lists; the files' numbers begin at `firstId` (see
   * `blockingCalls.readPackageFile`). Returns '' or what went wrong.
   */
  installPackage(name: string, paths: string, sizes: string, firstId: number): string;
  /** Answers through `HostBridge.finished` or `died`, possibly before it returns. */
  run(runId: number, code: string, textLimit: number): void;
  fireTimer(id: number): void;
  /** Interrupts a run that waits in a top-level await. False when none does. */
  interrupt(): boolean;
}
