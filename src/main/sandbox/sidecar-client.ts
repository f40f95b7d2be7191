import type { InputAnswer, RunEnd, RunOrder, RunPiece, SelfCheck } from '../../shared/interpreter.ts';
import type { IsolationLayer, LockdownOrder } from '../../shared/isolation.ts';
import { LIMITS } from '../../shared/limits.ts';
import { PACKAGE_LIMITS, type PackagePart } from '../../shared/package-files.ts';
import { RpcError } from '../../shared/rpc/errors.ts';
import { RpcPeer } from '../../shared/rpc/peer.ts';
import type { InputFile } from '../../shared/sandbox.ts';
import {
  sidecarContract,
  sidecarHostContract,
  type SidecarContract,
  type SidecarHostContract,
  type SnapshotUse,
} from '../../shared/sidecar-protocol.ts';
import { joinBytes, MAX_SNAPSHOT_BYTES } from '../../shared/snapshot-image.ts';
import type { ProcessExit, SidecarProcess } from './launcher.ts';
import type { Asset } from './runtime-assets.ts';
import type { Snapshots } from './snapshots.ts';

const MIB = 1024 * 1024;
const FILE_PART_BYTES = 4 * MIB;
/** Output that may be under way from the sidecar at once, in bytes. */
const RUN_WINDOW_BYTES = 8 * MIB;
/** The same for a snapshot. */
const SNAPSHOT_WINDOW_BYTES = 4 * MIB;

/** The sandbox could not be set up; the message says why. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
}

const requireAll = (checks: readonly SelfCheck[]): void => {
  // A sidecar that checks nothing has not passed.
  if (checks.length === 0) throw new SetupError('the sandbox refused to start: it made no self-check');
  const failed = checks.filter((check) => !check.holds).map((check) => check.name);
  if (failed.length > 0) {
    throw new SetupError(`the sandbox refused to start because its self-check failed: ${failed.join(', ')}`);
  }
};

/** One sidecar process, from its start to its end. What it says is checked; it may be hostile. */
export class SidecarClient {
  /** Resolves when the process is gone. */
  readonly gone: Promise<ProcessExit>;
  /** Resolves when the connection is closed, with the process or before it. */
  readonly lost: Promise<string>;
  readonly pid: number;

  readonly #process: SidecarProcess;
  #spares = 0;
  readonly #peer: RpcPeer<SidecarHostContract, SidecarContract>;
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
    this.#peer = new RpcPeer({
      port: process.port,
      local: sidecarHostContract,
      remote: sidecarContract,
      handlers: {},
      limits: {
        maxMessageBytes: LIMITS.sidecarMessageBytes,
        maxSendBytes: 32 * MIB,
        maxPending: LIMITS.sidecarCalls,
      },
    });
    // A process that can't be spoken to is of no use, and may be in the wrong hands.
    this.lost = this.#peer.closed;
    void this.lost.then(() => process.kill());
    void process.exited.then(() => this.disconnect('the sandbox process ended'));
  }

  /** What the operating system holds it in with, by its own account; known once it is prepared. */
  get layers(): readonly IsolationLayer[] {
    return this.#layers;
  }

  /**
   * Hands the runtime over, and lets the process check itself and lock itself down. With `snapshots` it gets the
   * one that fits, or makes it before anything else is done in it; whatever goes wrong with that only costs time.
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
    const found = snapshots?.find(assets);
    for (const { name, bytes } of assets) await this.#peer.call('loadAsset', { name, bytes });
    const snapshot = await found;
    if (snapshot !== undefined) await this.#peer.call('loadAsset', { name: 'snapshot', bytes: snapshot });
    const { checks, layers } = await this.#peer.call('prepare', { memoryMiB, lockdown });
    requireAll(checks);
    this.#layers = layers;
    if (snapshots === undefined) return;
    this.#runtimeKey = snapshots.keyOf(assets, memoryMiB);
    if (snapshot === undefined) await this.makeSnapshot(assets, snapshots);
    this.#discardSnapshot = () => snapshots.discard(assets);
  }

  /** Says which runtime in which engine it is, and how large its memories may be; undefined where nothing is kept for later starts. */
  get runtimeKey(): string | undefined {
    return this.#runtimeKey;
  }

  /** Whether no guest can have been in this process. */
  get isPristine(): boolean {
    return this.#isPristine;
  }

  /**
   * From an image that was handed over, or made there; otherwise as `openInterpreter`.
   *
   * @returns whether it came from the image; 'absent' when that is not at hand there
   * @throws SetupError, RpcError as `prepare` does
   */
  async openFromImage(id: string, image: string): Promise<SnapshotUse> {
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
      // A process that dies of its first interpreter, and not by us, may have died of the snapshot.
      if (RpcError.is(error) && error.code === 'closed' && !this.#isKilled) await this.#judgeSnapshot(false);
      throw error;
    }
  }

  /** Only the first interpreter decides: what comes later may be a guest's doing. */
  async #judgeSnapshot(works: boolean): Promise<void> {
    const discard = this.#discardSnapshot;
    this.#discardSnapshot = undefined;
    if (!works) await discard?.();
  }

  /**
   * Stops between two parts once `signal` aborts.
   *
   * @throws RpcError when a file can't be written
   */
  async writeFiles(interpreter: string, files: readonly InputFile[], signal: AbortSignal): Promise<void> {
    for (const { name, bytes } of files) {
      for (let start = 0; start === 0 || start < bytes.byteLength; start += FILE_PART_BYTES) {
        if (signal.aborted) return;
        // In memory of its own, which a Buffer's slice() is not: a view would be sent with all that it views.
        const part = new Uint8Array(bytes.subarray(start, start + FILE_PART_BYTES));
        await this.#peer.call('writeFile', { interpreter, name, bytes: part, append: start > 0 });
      }
    }
  }

  /** What is in a file below /workspace, in pieces. Rejects with RpcError, or with what `onPiece` threw. */
  async readFile(
    interpreter: string,
    name: string,
    onPiece: (bytes: Uint8Array) => void,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#peer.call(
      'readFile',
      { interpreter, name },
      { window: FILE_PART_BYTES, onItem: ({ bytes }) => onPiece(bytes), signal },
    );
  }

  /** The files below /workspace as JSON, in pieces. Rejects with RpcError, or with what `onPiece` threw. */
  async listFiles(
    interpreter: string,
    onPiece: (bytes: Uint8Array) => void,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#peer.call(
      'listFiles',
      { interpreter },
      { window: FILE_PART_BYTES, onItem: ({ bytes }) => onPiece(bytes), signal },
    );
  }

  /** For a guest that waits for input. */
  async answerInput(interpreter: string, answer: InputAnswer): Promise<void> {
    await this.#peer.call('answerInput', { interpreter, answer });
  }

  /** What the interpreter says the code imports, as JSON; the guest's words. @throws RpcError when it is gone */
  async findImports(interpreter: string, code: string): Promise<string> {
    return (await this.#peer.call('findImports', { interpreter, code })).report;
  }

  /**
   * Hands a whole package over; stops between two parts once `signal` aborts.
   *
   * @throws RpcError when it can't be unpacked
   */
  async loadPackage(
    wheel: Pick<PackagePart, 'sha256' | 'name' | 'kind'>,
    bytes: Uint8Array,
    signal: AbortSignal,
  ): Promise<void> {
    const { sha256, name, kind } = wheel;
    for (let start = 0; start < bytes.byteLength && !signal.aborted; start += PACKAGE_LIMITS.partBytes) {
      // In memory of its own, as for files.
      const part = new Uint8Array(bytes.subarray(start, start + PACKAGE_LIMITS.partBytes));
      const totalBytes = bytes.byteLength;
      await this.#peer.call('loadPackage', { sha256, name, kind, totalBytes, offset: start, bytes: part });
    }
  }

  /**
   * Puts packages into an interpreter. Those that have to be handed over first are returned; then nothing was done.
   *
   * @throws RpcError when their files can't be made
   */
  async installPackages(interpreter: string, hashes: readonly string[]): Promise<string[]> {
    return (await this.#peer.call('installPackages', { interpreter, hashes: [...hashes] })).missing;
  }

  /**
   * Rejects with RpcError, or with what `onPiece` threw. Once `signal` aborts nothing more is listened to;
   * the run itself is not ended by that.
   */
  run(
    interpreter: string,
    order: RunOrder,
    onPiece: (piece: RunPiece) => void,
    signal: AbortSignal,
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

  /** How many started interpreters to keep ready. Asked again for as many, it answers at once. */
  async keepSpares(count: number): Promise<void> {
    if (count === this.#spares) return;
    this.#spares = count;
    await this.#peer.call('keepSpares', { count });
  }

  /** Resolves when the control thread has answered, or the interpreter's thread if one is named. */
  async ping(interpreter?: string): Promise<void> {
    await this.#peer.call('ping', interpreter === undefined ? {} : { interpreter });
  }

  /** Resident memory in bytes, or null where it can't be told. */
  residentBytes(): number | null {
    return this.#process.residentBytes();
  }

  /** Asks the system, not the connection. */
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

  /**
   * Lets a process in which no guest has been make an image with packages that it has at hand, and keep it.
   *
   * @param modules imported into it
   * @returns the image, compressed; undefined when there is none to be had. Never rejects
   */
  async makeImage(
    key: string,
    hashes: readonly string[],
    modules: readonly string[],
  ): Promise<Uint8Array | undefined> {
    const image = await this.#makeImage(key, hashes, modules).catch(() => undefined);
    // Somebody did not wait, and may have spoilt it.
    return this.#isPristine ? image : undefined;
  }

  async #makeImage(
    key: string,
    hashes: readonly string[],
    modules: readonly string[],
  ): Promise<Uint8Array | undefined> {
    const pieces: Uint8Array[] = [];
    let received = 0;
    const { bytes } = await this.#peer.call(
      'makeImage',
      { key, hashes: [...hashes], modules: [...modules] },
      {
        window: SNAPSHOT_WINDOW_BYTES,
        onItem: (piece) => {
          received += piece.bytes.length;
          if (received > PACKAGE_LIMITS.imageBytes) throw new Error('the image is too large');
          pieces.push(piece.bytes);
        },
      },
    );
    return bytes === received ? joinBytes(pieces) : undefined;
  }

  /** Whether that image is at hand there. @throws RpcError when the process is gone */
  async hasImage(key: string): Promise<boolean> {
    return (await this.#peer.call('hasImage', { key })).has;
  }

  /** Hands an image over whose packages are at hand. @throws RpcError when it is of no use */
  async loadImage(key: string, hashes: readonly string[], image: Uint8Array): Promise<void> {
    const totalBytes = image.byteLength;
    for (let start = 0; start < totalBytes; start += PACKAGE_LIMITS.partBytes) {
      const bytes = new Uint8Array(image.subarray(start, start + PACKAGE_LIMITS.partBytes));
      await this.#peer.call('loadImage', { key, hashes: [...hashes], totalBytes, bytes });
    }
  }

  /** Of these packages, those that have to be handed over. @throws RpcError when the process is gone */
  async missingPackages(hashes: readonly string[]): Promise<string[]> {
    return (await this.#peer.call('missingPackages', { hashes: [...hashes] })).missing;
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
