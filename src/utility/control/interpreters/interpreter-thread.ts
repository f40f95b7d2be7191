import type { BootMode } from '../../../shared/protocol/guest-bridge.ts';
import {
  MAX_DEATH_DETAIL,
  runWindowBytes,
  type RunEnd,
  type RunOrder,
  type SidecarPiece,
  type SelfCheck,
} from '../../../shared/protocol/interpreter.ts';
import type { PlacedPackage } from '../../../shared/protocol/package-parts.ts';
import type { FunctionAnswer, InputAnswer } from '../../../shared/protocol/blocking-calls.ts';
import { FONTS_ANSWER_BYTES } from '../../../shared/protocol/call-codes.ts';
import { wholeAnswer } from '../../../shared/protocol/answers.ts';
import { RpcPeer } from '../../../shared/rpc/peer.ts';
import { RpcError } from '../../../shared/rpc/errors.ts';
import { joinBytes } from '../../../shared/bytes.ts';
import { decodeImage, MAX_SNAPSHOT_BYTES } from '../../../shared/protocol/snapshot-image.ts';
import {
  TO_WORKER_LIMITS,
  workerContract,
  workerHostContract,
  type WorkerContract,
  type WorkerImage,
  type WorkerStart,
} from '../../../shared/protocol/worker-protocol.ts';
import { AnswerSlots } from './answer-slots.ts';
import { ThreadControl } from './thread-control.ts';
import { causeOf, fatalCause, type ThreadDeath } from './thread-death.ts';
import { ThreadMemory } from './thread-memory.ts';
import { PackageFileServer } from '../packages/package-file-server.ts';
import type { PackageSnapshot } from '../snapshots/package-snapshots.ts';
import { PlacedFiles, type FileConflict } from '../packages/placed-files.ts';
import { PackageReadTracker } from '../packages/package-read-tracker.ts';
import type { HostThread, ThreadHost } from '../host/thread-host.ts';
import type { PackageContent } from '../packages/cached-wheel.ts';
import { MIB } from '../../../shared/units.ts';

/** How long a guest may take to clean up after an interrupt before it receives the next one, in ms. */
const INTERRUPT_AGAIN_MS = 150;

type WorkerPeer = RpcPeer<typeof workerHostContract, WorkerContract>;

/** A snapshot that an interpreter is started from, with its packages. */
export type Image = Pick<PackageSnapshot, 'bytes'> & Partial<Pick<PackageSnapshot, 'packages' | 'libraries'>>;

/** What is needed to start a thread and its interpreter. */
export interface ThreadParts {
  readonly threadHost: ThreadHost;
  readonly workerScript: string;
  /** Data that all workers receive. */
  readonly start: Pick<WorkerStart, 'wasm' | 'stdlib' | 'guestScript'>;
  /** Of an interpreter that is restored; undefined when there is none. */
  readonly snapshot: { readonly image: Uint8Array | undefined };
  /** Memory limit of one interpreter in total, in MiB. */
  readonly interpreterLimitMiB: number;
}

/** A worker thread and the interpreter in it, seen from the control thread. The worker may be hostile. */
export class InterpreterThread {
  /** Resolves when the thread is gone, with the reason. */
  readonly died: Promise<ThreadDeath>;
  /** Resolves when the first run has ended. */
  readonly firstRun: Promise<void>;

  readonly #thread: HostThread;
  readonly #peer: WorkerPeer;
  readonly #control = new ThreadControl();
  readonly #memory: ThreadMemory;
  readonly #answers = new AnswerSlots();
  readonly #files: PackageFileServer;
  readonly #placed = new PlacedFiles();
  #death: ThreadDeath | undefined;
  /** Of the current run. */
  #readings: PackageReadTracker | undefined;
  #endFirstRun: () => void = () => undefined;
  /** The current run; settles when it has ended. */
  #running: Promise<unknown> = Promise.resolve();

  /** @param mode how its interpreter is started; with 'restore' it starts at once and receives the snapshot by `boot` */
  constructor(parts: ThreadParts, mode: BootMode) {
    this.#memory = new ThreadMemory({
      limitMiB: parts.interpreterLimitMiB,
      request: () => this.#control.measure(),
      onTooMuch: (detail) => {
        this.#note({ cause: 'out-of-memory', detail });
        void this.#thread.terminate();
      },
    });
    this.#files = new PackageFileServer({
      slot: this.#answers.readPackageFile,
      nextTurn: () => parts.threadHost.nextTurn(),
      onFlood: () => this.#peer.close('it asked for files without waiting for them'),
      onRead: (packageName) => this.#readings?.saw(packageName),
    });
    const snapshot = mode === 'restore' ? parts.snapshot.image : undefined;
    const start: Omit<WorkerStart, 'images'> = {
      ...parts.start,
      mode,
      // In a buffer of its own, like all data that a worker receives.
      codeCache: snapshot === undefined ? new Uint8Array(0) : decodeImage(snapshot).codeCache.slice(),
      interrupts: this.#control.memory,
      used: this.#memory.shared,
      answers: this.#answers.memory,
    };
    this.firstRun = new Promise((resolve) => {
      this.#endFirstRun = resolve;
    });
    let resolveDied: (death: ThreadDeath) => void = () => undefined;
    this.died = new Promise((resolve) => {
      resolveDied = resolve;
    });
    this.#thread = parts.threadHost.start(parts.workerScript, {
      onError: (error) => this.#note(causeOf(error)),
      onExit: (code) => {
        this.#note({ cause: 'exited', detail: `the interpreter's thread ended with code ${code}` });
        resolveDied(this.#death ?? { cause: 'exited', detail: '' });
      },
    });
    this.#thread.begin(start);
    this.#peer = new RpcPeer({
      port: this.#thread.port,
      local: workerHostContract,
      remote: workerContract,
      handlers: {},
      onEvent: { readPackageFile: (question) => this.#files.give(question) },
      limits: {
        maxMessageBytes: 2 * MIB,
        maxSendBytes: TO_WORKER_LIMITS.maxBytes,
        maxNodes: TO_WORKER_LIMITS.maxNodes,
      },
    });
    void this.#peer.closed.then((reason) => {
      // A worker that violates the protocol receives no further messages.
      this.#note({ cause: 'misbehaved', detail: reason });
      void this.#thread.terminate();
    });
  }

  /** What the interpreter uses for its data, files and objects, as it was measured last, in MiB. */
  get usedMiB(): number {
    return this.#memory.usedMiB;
  }

  /** Whether the thread was terminated on request. */
  get closed(): boolean {
    return this.#death?.cause === 'closed';
  }

  /**
   * @param image for one that is restored
   * @throws RpcError when the interpreter can't be started
   */
  async boot(image?: Image): Promise<SelfCheck[]> {
    this.#thread.giveImage(image === undefined ? null : this.#copyOf(image));
    return (await this.#peer.call('boot', {})).checks;
  }

  /** For this thread alone: workers share no memory. */
  #copyOf({ bytes, libraries, packages = [] }: Image): WorkerImage {
    return { snapshot: bytes.slice(), packages: this.#place(packages), libraries: libraries ?? new Map() };
  }

  /**
   * The image of an interpreter started for it.
   *
   * @throws RpcError when it can not be made
   */
  async takeSnapshot(maxBytes = MAX_SNAPSHOT_BYTES): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let received = 0;
    const { bytes } = await this.#peer.call(
      'takeSnapshot',
      {},
      {
        onItem: (piece) => {
          received += piece.bytes.length;
          if (received > maxBytes) throw new RpcError('failed', 'the snapshot is too large');
          pieces.push(piece.bytes);
        },
      },
    );
    if (bytes !== received) throw new RpcError('failed', 'the snapshot is not whole');
    return joinBytes(pieces);
  }

  /** Removes files from an interpreter without guest code. @returns the contents of those that existed */
  async takeFiles(paths: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
    const taken = new Map<string, Uint8Array>();
    await this.#peer.call(
      'takeFiles',
      { paths: [...paths] },
      { onItem: ({ index, bytes }) => void taken.set(paths[index] ?? '', bytes) },
    );
    return taken;
  }

  /**
   * Calls the thread with what the control thread only passes on. Its memory is watched as in a run: a guest may have a hand
   * in the answer.
   *
   * @throws RpcError as the peer does
   */
  get call(): WorkerPeer['call'] {
    return async (method, params, options) => {
      this.#memory.begin();
      try {
        const calling = this.#peer.call(method, params, options);
        this.#memory.watch();
        return await calling;
      } finally {
        this.#memory.end();
      }
    };
  }

  /** @throws RpcError when the packages do not work */
  async tryPackages(modules: readonly string[]): Promise<string> {
    const answer = await wholeAnswer('tryPackages', (onItem) =>
      this.#peer.call('tryPackages', { modules: [...modules] }, { onItem }),
    );
    const said = new TextDecoder().decode(answer);
    if (said.startsWith('{')) return said;
    throw new RpcError('failed', `the packages do not work: ${said.slice(0, MAX_DEATH_DETAIL)}`);
  }

  /** Answers a guest that waits for input. */
  answerInput(call: number, answer: InputAnswer): void {
    this.#answers.readInput.answer(call, answer);
  }

  /** Answers a guest that has called a function of the app. */
  answerFunction(call: number, answer: FunctionAnswer): void {
    this.#answers.callFunction.answer(call, answer);
  }

  /**
   * Installs the packages' files. If two packages conflict, nothing is installed, and both are returned.
   *
   * @throws RpcError when their files can't be made
   */
  async installPackages(wheels: readonly PackageContent[]): Promise<FileConflict | null> {
    const placement = this.#placed.place(wheels);
    if ('conflict' in placement) return placement.conflict;
    for (const [index, wheel] of wheels.entries())
      await this.#peer.call('installPackage', this.#files.place(wheel, placement.files[index], true));
    return null;
  }

  /**
   * Answers a guest that waits for fonts with the packages' files, which it makes by itself: its thread hears nothing else.
   * If two packages conflict, nothing is answered, and both are returned.
   */
  answerFonts(call: number, wheels: readonly PackageContent[]): FileConflict | null {
    const placement = this.#placed.place(wheels);
    if ('conflict' in placement) return placement.conflict;
    const placed = wheels.map((wheel, index) => this.#files.place(wheel, placement.files[index]));
    const bytes = new TextEncoder().encode(JSON.stringify(placed));
    if (wheels.length === 0) this.#answers.fetchFonts.answer(call, { kind: 'end' });
    else if (bytes.length > FONTS_ANSWER_BYTES) this.#answers.fetchFonts.answer(call, { kind: 'failed' });
    else this.#answers.fetchFonts.answer(call, { kind: 'bytes', bytes });
    return null;
  }

  /** The same for a snapshot, which has the files of its packages already. */
  #place(wheels: readonly PackageContent[]): PlacedPackage[] {
    this.#placed.place(wheels);
    return wheels.map((wheel) => this.#files.place(wheel));
  }

  /** Never rejects. `onPiece` may be slow: the thread's output is bounded. */
  run(order: RunOrder, onPiece: (piece: SidecarPiece) => Promise<void>): Promise<RunEnd> {
    const running = this.#run(order, onPiece);
    this.#running = running;
    return running;
  }

  /**
   * Raises KeyboardInterrupt in the current run repeatedly, until it ends or `limitMs` have passed. Resolves with true when the
   * run has ended and the thread answers, so that no guest code is left running. Never rejects.
   */
  async interrupt(limitMs: number): Promise<boolean> {
    let raised = 0;
    const raise = (): void => {
      raised += 1;
      // The run did not end at once, so its thread may be terminated soon: flush the buffered output, which would be lost.
      if (raised > 1) this.#control.flush();
      this.#control.interrupt();
      this.#answers.ringAll();
    };
    let tooLate: NodeJS.Timeout | undefined;
    const again = setInterval(raise, INTERRUPT_AGAIN_MS);
    raise();
    try {
      return await Promise.race([
        this.#running.then(() => this.#peer.call('whenIdle', {})).then(() => true),
        new Promise<false>((resolve) => {
          tooLate = setTimeout(() => resolve(false), limitMs);
        }),
      ]);
    } catch {
      return false;
    } finally {
      clearInterval(again);
      clearTimeout(tooLate);
    }
  }

  async #run(order: RunOrder, onPiece: (piece: SidecarPiece) => Promise<void>): Promise<RunEnd> {
    this.#memory.begin();
    this.#control.beginRun();
    this.#readings = new PackageReadTracker((packageName) => {
      // Whoever does not listen any more misses nothing.
      onPiece({ channel: 'reading', packageName }).catch(() => undefined);
    });
    try {
      const ending = this.#peer.call('run', order, {
        onItem: onPiece,
        window: runWindowBytes(order.outputBytes, order.facts?.functions !== undefined),
      });
      this.#memory.watch();
      const end = await ending;
      return end.kind === 'finished' ? end : { ...end, cause: fatalCause(end.detail) };
    } catch (error) {
      void this.terminate();
      const death = await this.died;
      if (death.cause !== 'closed') return { kind: 'died', ...death, stack: '' };
      const detail = error instanceof Error ? error.message : 'no reason given';
      return { kind: 'died', cause: 'misbehaved', detail: detail.slice(0, MAX_DEATH_DETAIL), stack: '' };
    } finally {
      this.#memory.end();
      this.#readings = undefined;
      this.#endFirstRun();
    }
  }

  /** Ends the thread, also while it runs code. Resolves once it is gone. */
  async terminate(): Promise<void> {
    this.#note({ cause: 'closed', detail: 'the interpreter was closed' });
    await this.#thread.terminate();
  }

  /** Only the first reason counts; later ones are consequences. */
  #note(death: ThreadDeath): void {
    this.#death ??= { cause: death.cause, detail: death.detail.slice(0, MAX_DEATH_DETAIL) };
  }
}
