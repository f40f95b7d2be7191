import {
  MAX_DEATH_DETAIL,
  MAX_DEATH_STACK,
  PIECE_BYTES,
  type RunOrder,
  type RunPiece,
  type SelfCheck,
} from '../../shared/protocol/interpreter.ts';
import type { BootMode, HostBridge } from '../../shared/protocol/guest-bridge.ts';
import {
  guestQuestions,
  type GuestQuestion,
  type QuestionParams,
} from '../../shared/protocol/interpreter-methods.ts';
import type { PlacedPackage } from '../../shared/protocol/package-parts.ts';
import { decodeImage, encodeImage, type SnapshotImage } from '../../shared/protocol/snapshot-image.ts';
import type { WorkerImage, WorkerStart } from '../../shared/protocol/worker-protocol.ts';
import { isBlockingCall, type BlockingCall } from '../../shared/protocol/blocking-calls.ts';
import { CALL_FAILED } from '../../shared/protocol/call-codes.ts';
import { bytesOfCode } from './code-bytes.ts';
import { CurrentRun, type WorkerRunEnd } from './current-run.ts';
import { GuestRealm } from './guest-realm.ts';
import type { RealmHost, WorkerEnvironment } from './host-ports.ts';
import { guarded } from './guarded.ts';
import { copyFromGuest, guestByteLength } from './host-intrinsics.ts';
import { BlockingCallDispatcher } from './blocking-call-dispatcher.ts';
import { collectImage, fillGuestMemory } from './snapshot-memory.ts';
import { warmUp } from './warm-up.ts';

const MAX_RANDOM = 65_536;

const FOR_SNAPSHOTS: ReadonlySet<BootMode> = new Set(['for-snapshot', 'for-package-snapshot']);

/** An interpreter that is being started. */
interface Begun {
  readonly realm: GuestRealm;
  readonly checks: SelfCheck[];
  /** Resolves when it has started, with '', or with the error message. */
  readonly booted: Promise<string>;
}

/** Cuts text whose length the guest chose. */
const detailOf = (text: unknown): string =>
  typeof text === 'string' ? text.slice(0, MAX_DEATH_DETAIL) : 'the interpreter gave no reason';

/** One interpreter: the realm, and the bridge between it and the control thread. */
export class InterpreterHost {
  readonly #start: WorkerStart;
  readonly #environment: WorkerEnvironment;
  readonly #realms: RealmHost;
  #realm: GuestRealm | undefined;
  #run: CurrentRun | undefined;
  #death: { detail: string; stack: string } | undefined;
  readonly #calls: BlockingCallDispatcher;
  /** The snapshot that is being restored; cleared afterwards. */
  #image: SnapshotImage | undefined;
  /** Set while a snapshot is taken. */
  #onImage: ((image: SnapshotImage) => void) | undefined;
  #booted: (problem: string) => void = () => undefined;
  #begun: Begun | undefined;
  /** Why the start failed. */
  #problem: unknown = new Error('the interpreter was not begun');

  constructor(start: WorkerStart, environment: WorkerEnvironment, realms: RealmHost) {
    this.#start = start;
    this.#environment = environment;
    this.#realms = realms;
    const { askForPackageFile, isInterrupted, wait } = environment;
    this.#calls = new BlockingCallDispatcher({
      answers: start.answers,
      wait,
      isInterrupted,
      ask: {
        readInput: (call, request) => this.#run?.input?.ask(call, request) ?? false,
        readPackageFile: (call, request) => {
          askForPackageFile(call, request);
          return true;
        },
        callFunction: (call, request) => this.#run?.functions?.ask(call, request) ?? false,
        fetchFonts: (call, request) => this.#run?.fonts.ask(call, request) ?? false,
      },
    });
  }

  /**
   * Hardens the thread, checks it, and starts Python; with the mode 'restore' only as far as it goes without an
   * image. To be called once. What goes wrong is told by `boot`.
   */
  begin(): void {
    try {
      this.#begun = this.#begin();
    } catch (error) {
      this.#problem = error;
    }
  }

  /** @param image for an interpreter that is restored. @throws Error when the interpreter can't be started */
  async boot(image?: WorkerImage): Promise<SelfCheck[]> {
    if (this.#begun === undefined) throw this.#problem;
    const { booted, checks, realm } = this.#begun;
    if (!checks.every((check) => check.holds)) return checks;
    if (image !== undefined) this.#restore(realm, image);
    const problem = await booted;
    this.#image = undefined;
    if (problem !== '') throw new Error(problem);
    this.#realm = realm;
    await warmUp({
      run: (order) => this.run(order, () => undefined),
      forgetRuns: () => detailOf(realm.forgetRuns()),
      decode: this.#environment.decode,
    });
    return checks;
  }

  #begin(): Begun {
    const { guestScript, codeCache } = this.#start;
    const { checks, realm: opened } = this.#realms.open(guestScript, codeCache);
    const realm = new GuestRealm(opened);
    if (!checks.every((check) => check.holds)) return { booted: Promise.resolve(''), checks, realm };
    const booted = new Promise<string>((resolve) => {
      this.#booted = resolve;
    });
    realm.boot(this.#bridge(), this.#start);
    return { booted, checks, realm };
  }

  #restore(realm: GuestRealm, { libraries, packages, snapshot }: WorkerImage): void {
    const image = decodeImage(snapshot);
    this.#image = image;
    realm.restore({ libraries, packages }, image.header, this.#environment.decode(image.extension));
  }

  /** Removes a file of an interpreter without guest code and returns its content; null when there is none. */
  takeFile(path: string): Uint8Array | null {
    return this.#realm?.takeFile(path) ?? null;
  }

  /** The snapshot of this interpreter, which can't be used afterwards. @throws Error when it can't be saved */
  takeSnapshot(): Uint8Array {
    const realm = this.#realm;
    if (realm === undefined || !FOR_SNAPSHOTS.has(this.#start.mode))
      throw new Error('this interpreter can not be saved');
    let taken: SnapshotImage | undefined;
    this.#onImage = (image) => {
      taken = image;
    };
    const problem = detailOf(realm.takeSnapshot());
    this.#onImage = undefined;
    if (problem !== '' || taken === undefined) throw new Error(`no snapshot: ${problem}`);
    return encodeImage({ ...taken, codeCache: realm.codeCache() });
  }

  /** An uncaught exception in this thread. */
  fail(): void {
    this.#booted('the interpreter failed: an uncaught error in its thread');
    this.#die('the interpreter failed: an uncaught error in its thread');
  }

  /** Returns '' or what went wrong. */
  writeFile(name: string, bytes: Uint8Array, append: boolean): string {
    if (this.#realm === undefined) return 'the interpreter is not running';
    try {
      return detailOf(this.#realm.writeFile(name, bytes, append));
    } catch {
      return 'the interpreter failed';
    }
  }

  /** Returns '' or what went wrong. */
  removeFile(name: string): string {
    if (this.#realm === undefined) return 'the interpreter is not running';
    try {
      return detailOf(this.#realm.removeFile(name));
    } catch {
      return 'the interpreter failed';
    }
  }

  /** What the guest core answers, as UTF-8; empty when the answer is too long or no bytes. */
  ask<Q extends GuestQuestion>(question: Q, params: QuestionParams<Q>): Uint8Array {
    try {
      const answer = this.#realm?.ask(question, this.#environment.encode(JSON.stringify(params)));
      const length = guestByteLength(answer);
      if (length >= 0 && length <= guestQuestions[question].maxBytes) return copyFromGuest(answer, length);
    } catch {
      // What the guest threw is not looked at.
    }
    return new Uint8Array();
  }

  /** Returns '' or what went wrong. */
  installPackage(placed: PlacedPackage): string {
    if (this.#realm === undefined) return 'the interpreter is not running';
    try {
      const { firstId, paths, sizes } = placed;
      return detailOf(this.#realm.installPackage(JSON.stringify(paths), JSON.stringify(sizes), firstId));
    } catch {
      return 'the interpreter failed';
    }
  }

  /** Resolves when the run has ended or the guest has died; all pieces were sent before. */
  run(order: RunOrder, send: (piece: RunPiece) => void): Promise<WorkerRunEnd> {
    const realm = this.#realm;
    if (realm === undefined || this.#run !== undefined) {
      return Promise.resolve({ kind: 'died', detail: 'the interpreter is not free', stack: '' });
    }
    if (this.#death !== undefined) return Promise.resolve({ kind: 'died', ...this.#death });
    return new Promise((resolve) => {
      this.#run = new CurrentRun(order, this.#environment, send, resolve);
      this.#calls.forget();
      // A late interrupt of the last run must not reach this one.
      this.#environment.forgetInterrupt();
      try {
        const code = bytesOfCode(order.code, this.#environment.encode);
        this.#finish(realm.run(code, JSON.stringify(order.facts ?? {}), order.outputBytes));
      } catch {
        // What the guest threw is not looked at.
        this.#die('the interpreter failed');
      }
    });
  }

  /** Some bytes of a file, none at its end, or what went wrong. */
  readFile(name: string, offset: number): Uint8Array | string {
    if (this.#realm === undefined) return 'the interpreter is not running';
    try {
      return this.#realm.readFile(name, offset, PIECE_BYTES);
    } catch {
      return 'the interpreter failed';
    }
  }

  #bridge(): HostBridge {
    const environment = this.#environment;
    const bridge = {
      __proto__: null,
      now: guarded(() => environment.now(), 0),
      random: guarded(
        (length: unknown) =>
          typeof length === 'number' && length >= 0 && length <= MAX_RANDOM ? environment.random(length) : '',
        '',
      ),
      write: guarded((stream: unknown, bytes: unknown) => {
        this.#run?.write(stream, bytes);
        this.#saveOutput();
        return undefined;
      }, undefined),
      pausing: guarded(() => this.#run?.sendIfDue() === false, false),
      measure: guarded(() => {
        environment.measure();
        // Flush buffered output also for a loop that writes nothing, before its thread is terminated.
        this.#saveOutput();
        return undefined;
      }, undefined),
      display: guarded((json: unknown) => {
        this.#run?.show(json);
        return undefined;
      }, undefined),
      call: guarded(
        (name: unknown, request: unknown, target: unknown) => this.#call(name, request, target),
        CALL_FAILED,
      ),
      fillMemory: guarded((memory: unknown) => {
        if (this.#image === undefined) return false;
        fillGuestMemory(memory, this.#image);
        this.#image = undefined;
        return true;
      }, false),
      snapshotTaken: guarded((header: unknown, memory: unknown, untouched: unknown, extension: unknown) => {
        if (this.#onImage === undefined) return false;
        this.#onImage(collectImage({ header, memory, untouched, extension }, environment.encode));
        return true;
      }, false),
      booted: guarded((problem: unknown) => {
        this.#booted(detailOf(problem));
        return undefined;
      }, undefined),
      died: guarded((cause: unknown, stack: unknown) => {
        this.#die(detailOf(cause), typeof stack === 'string' ? stack.slice(0, MAX_DEATH_STACK) : '');
        return undefined;
      }, undefined),
    };
    return bridge;
  }

  #call(name: unknown, request: unknown, target: unknown): number {
    if (!isBlockingCall(name)) return CALL_FAILED;
    return this.#answerOfNobody(name) ?? this.#calls.call(name, request, target);
  }

  /** What is answered at once, since nobody could be asked; null where somebody can. */
  #answerOfNobody(name: BlockingCall): number | null {
    const run = this.#run;
    switch (name) {
      case 'readInput':
        // The run takes no input: as if standard input were a closed file.
        if ((run?.input ?? null) === null) return 0;
        break;
      case 'callFunction':
        if ((run?.functions ?? null) === null) return CALL_FAILED;
        break;
      case 'readPackageFile':
      case 'fetchFonts':
        return null;
    }
    // Flushed first, so that earlier output arrives first.
    run?.flush();
    return null;
  }

  /** Flushes the kept end of long output, which would be lost with the thread. */
  #saveOutput(): void {
    if (this.#environment.isStopping()) this.#run?.endOutput();
  }

  /** @param outcome the guest's; null when it is invalid */
  #finish(outcome: unknown): void {
    // It may have died.
    if (this.#run === undefined) return;
    const problem = this.#run.finish(outcome);
    if (problem === '') this.#run = undefined;
    else this.#die(problem);
  }

  #die(detail: string, stack = ''): void {
    this.#death ??= { detail, stack };
    const run = this.#run;
    this.#run = undefined;
    run?.die(detail, stack);
  }
}
