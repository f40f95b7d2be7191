import {
  failuresOf,
  type RunEnd,
  type RunOrder,
  type SidecarPiece,
  type SelfCheck,
} from '../../../shared/protocol/interpreter.ts';
import type { FunctionAnswer, InputAnswer } from '../../../shared/protocol/blocking-calls.ts';
import type { IsolationLayer, LockdownOrder } from '../../../shared/contract/isolation.ts';
import type { AbortSignalLike } from '../../../shared/rpc/abort.ts';
import { RpcError } from '../../../shared/rpc/errors.ts';
import type { SnapshotUse } from '../../../shared/protocol/sidecar-protocol.ts';
import { joinBytes } from '../../../shared/bytes.ts';
import { MAX_SNAPSHOT_BYTES } from '../../../shared/protocol/snapshot-image.ts';
import type { ProcessExit, SidecarProcess } from './sidecar-process.ts';
import type { Asset } from '../../runtime/runtime-assets.ts';
import { SetupError } from '../setup-error.ts';
import { SidecarFiles } from './sidecar-files.ts';
import { SidecarSnapshots } from './sidecar-snapshots.ts';
import { SidecarQuestions } from './sidecar-questions.ts';
import { SidecarPackages } from './sidecar-packages.ts';
import { openSidecarPeer, type SidecarPeer } from './sidecar-peer.ts';
import type { Snapshots } from '../snapshots/snapshots.ts';
import { MIB } from '../../../shared/units.ts';

/** Window of an output stream: unacknowledged bytes from the sidecar. */
const RUN_WINDOW_BYTES = 8 * MIB;
/** The same for the bytes of a snapshot. */
const SNAPSHOT_WINDOW_BYTES = 4 * MIB;

const requireAll = (checks: readonly SelfCheck[]): void => {
  // A sidecar without any self-check has not passed.
  if (checks.length === 0) throw new SetupError('the sandbox refused to start: it made no self-check');
  const failed = failuresOf(checks);
  if (failed.length > 0) {
    throw new SetupError(`the sandbox refused to start because its self-check failed: ${failed.join(', ')}`);
  }
};

/** One sidecar process, from its start to its end. Its messages are validated, since it may be hostile. */
export class SidecarClient {
  /** Resolves when the process is gone. */
  readonly gone: Promise<ProcessExit>;
  /** Resolves when the connection is closed, with the process or before it. */
  readonly lost: Promise<string>;
  readonly pid: number;
  readonly files: SidecarFiles;
  readonly packageSnapshots: SidecarSnapshots;
  readonly packages: SidecarPackages;
  readonly questions: SidecarQuestions;

  readonly #process: SidecarProcess;
  #spares = 0;
  readonly #peer: SidecarPeer;
  #layers: readonly IsolationLayer[] = [];
  #isKilled = false;
  /** Set from `prepare` until the first interpreter was opened. */
  #discardSnapshot: (() => Promise<void>) | undefined;
  #runtimeKey: string | undefined;
  #isPristine = true;

  constructor(process: SidecarProcess) {
    this.#process = process;
    this.pid = process.pid;
    this.gone = process.exited;
    this.#peer = openSidecarPeer(process.port);
    this.files = new SidecarFiles(this.#peer);
    this.packageSnapshots = new SidecarSnapshots(this.#peer);
    this.packages = new SidecarPackages(this.#peer);
    this.questions = new SidecarQuestions(this.#peer);
    // A process that closed its connection can not be used, and a guest may control it.
    this.lost = this.#peer.closed;
    void this.lost.then(() => process.kill());
    void process.exited.then(() => this.disconnect('the sandbox process ended'));
  }

  /** Isolation layers that the process reports as active; known once it is prepared. */
  get layers(): readonly IsolationLayer[] {
    return this.#layers;
  }

  /**
   * Sends the runtime, and lets the process run its self-checks and lock itself down. With `snapshots` it receives the
   * matching one, or makes it before anything else; failures of that only cost time.
   *
   * @throws SetupError when a self-check fails
   * @throws RpcError when the process dies or refuses
   */
  async prepare(
    assets: readonly Asset[],
    memoryMiB: number,
    lockdown: LockdownOrder,
    snapshots?: Snapshots,
  ): Promise<void> {
    this.#runtimeKey = snapshots?.keyOf(assets, memoryMiB);
    const found = snapshots?.find(assets);
    for (const { name, bytes } of assets) await this.#peer.call('loadAsset', { name, bytes });
    const snapshot = await found;
    if (snapshot !== undefined) await this.#peer.call('loadAsset', { name: 'snapshot', bytes: snapshot });
    const { checks, layers } = await this.#peer.call('prepare', { memoryMiB, lockdown });
    requireAll(checks);
    this.#layers = layers;
    if (snapshots === undefined) return;
    if (snapshot === undefined) await this.makeSnapshot(assets, snapshots);
    this.#discardSnapshot = () => snapshots.discard(assets);
  }

  /**
   * Identifies runtime, engine and memory cap. Known once the process is being prepared; undefined where no snapshots are
   * kept.
   */
  get runtimeKey(): string | undefined {
    return this.#runtimeKey;
  }

  /** Whether no guest code can have run in this process. */
  get isPristine(): boolean {
    return this.#isPristine;
  }

  /**
   * Like `openInterpreter`, from a package snapshot that was sent to the process or made in it.
   *
   * @returns whether the snapshot was used; 'absent' when the process does not have it
   * @throws SetupError, RpcError as `prepare` does
   */
  async openFromPackageSnapshot(id: string, image: string): Promise<SnapshotUse> {
    this.#isPristine = false;
    const { checks, image: use, snapshot } = await this.#peer.call('openInterpreter', { id, image });
    if (use !== 'used') await this.#judgeSnapshot(snapshot === 'used');
    requireAll(checks);
    return use;
  }

  /** @throws SetupError, RpcError as `prepare` does */
  async openInterpreter(id: string): Promise<SnapshotUse> {
    this.#isPristine = false;
    try {
      const { checks, snapshot } = await this.#peer.call('openInterpreter', { id });
      await this.#judgeSnapshot(snapshot === 'used');
      requireAll(checks);
      return snapshot;
    } catch (error) {
      // A process that dies while it opens its first interpreter may have died of the snapshot.
      if (RpcError.is(error) && error.code === 'closed' && !this.#isKilled) await this.#judgeSnapshot(false);
      throw error;
    }
  }

  /** Only the first interpreter tells: later failures may be caused by a guest. */
  async #judgeSnapshot(works: boolean): Promise<void> {
    const discard = this.#discardSnapshot;
    this.#discardSnapshot = undefined;
    if (!works) await discard?.();
  }

  /** Answers a guest that waits for input. */
  async answerInput(interpreter: string, call: number, answer: InputAnswer): Promise<void> {
    await this.#peer.call('answerInput', { interpreter, call, answer });
  }

  /** Answers a guest that has called a function of the app. */
  async answerFunction(interpreter: string, call: number, answer: FunctionAnswer): Promise<void> {
    await this.#peer.call('answerFunction', { interpreter, call, answer });
  }

  /**
   * Rejects with RpcError, or with what `onPiece` threw. Once `signal` aborts nothing more is listened to;
   * the run itself is not ended by that.
   */
  run(
    interpreter: string,
    order: RunOrder,
    onPiece: (piece: SidecarPiece) => void,
    signal: AbortSignalLike,
  ): Promise<RunEnd> {
    return this.#peer.call(
      'run',
      { interpreter, ...order },
      { window: RUN_WINDOW_BYTES, onItem: (piece) => onPiece(piece), signal },
    );
  }

  /**
   * Raises KeyboardInterrupt in a run until it ends, for at most `limitMs`. True when it has ended and its
   * interpreter answers.
   */
  async interruptRun(interpreter: string, limitMs: number): Promise<boolean> {
    return (await this.#peer.call('interruptRun', { interpreter, limitMs })).stopped;
  }

  /** Whether started interpreters are kept ready. */
  get hasSpares(): boolean {
    return this.#spares > 0;
  }

  /** Sets how many started interpreters are kept ready. Resolves at once when the number is unchanged. */
  async keepSpares(count: number): Promise<void> {
    if (count === this.#spares) return;
    this.#spares = count;
    await this.#peer.call('keepSpares', { count });
  }

  /** Resolves when the interpreter's thread is free. @throws RpcError when it is gone */
  async whenIdle(interpreter: string): Promise<void> {
    await this.#peer.call('whenIdle', { interpreter });
  }

  /** Resolves when the control thread has answered. */
  async ping(): Promise<void> {
    await this.#peer.call('ping', {});
  }

  /** What each interpreter uses, in MiB, by its id. The process's own word. @throws RpcError when it is gone */
  async interpreterMiB(): Promise<ReadonlyMap<string, number>> {
    const { interpreters } = await this.#peer.call('memory', {});
    return new Map(interpreters.map(({ id, usedMiB }) => [id, usedMiB]));
  }

  /** Resident memory in bytes, or null where it is not known. */
  residentBytes(): number | null {
    return this.#process.residentBytes();
  }

  /** Memory that the kernel counts against its cap, in bytes, or null where it is not known. */
  dataBytes(): number | null {
    return this.#process.dataBytes?.() ?? null;
  }

  /** Whether the process has exited, by the system's process table. */
  isAlive(): boolean {
    return this.#process.isAlive();
  }

  /** Whether the connection was closed because the process broke the protocol. */
  get misbehaved(): boolean {
    return this.#peer.violated;
  }

  /** Lets the process make a snapshot, and keeps it. Never rejects: without one it only takes longer. */
  async makeSnapshot(assets: readonly Asset[], snapshots: Snapshots): Promise<void> {
    const pieces: Uint8Array[] = [];
    let received = 0;
    try {
      const { bytes } = await this.#peer.call(
        'takeSnapshot',
        {},
        {
          window: SNAPSHOT_WINDOW_BYTES,
          onItem: (piece) => {
            received += piece.bytes.length;
            if (received > MAX_SNAPSHOT_BYTES) throw new Error('the snapshot is too large');
            pieces.push(piece.bytes);
          },
        },
      );
      if (bytes === received) await snapshots.keep(assets, joinBytes(pieces));
    } catch {
      // Interpreters start without it; a process that is gone is noticed by the next call.
    }
  }

  /** Resolves once the interpreter is gone; its state with it. */
  async closeInterpreter(id: string): Promise<void> {
    await this.#peer.call('closeInterpreter', { id });
  }

  /** Ends the process at once. */
  kill(): void {
    this.#isKilled = true;
    this.#process.kill();
  }

  /** Calls under way fail; nothing more is listened to. */
  disconnect(reason: string): void {
    this.#peer.close(reason);
  }
}
