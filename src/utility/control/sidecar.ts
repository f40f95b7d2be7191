import { RpcError } from '../../shared/rpc/errors.ts';
import type { Handlers } from '../../shared/rpc/contract.ts';
import type { SelfCheck } from '../../shared/protocol/interpreter.ts';
import type { SidecarContract, SnapshotUse } from '../../shared/protocol/sidecar-protocol.ts';
import { lockDown } from '../lockdown/lockdown.ts';
import type { SystemCalls } from '../lockdown/native-calls.ts';
import { Assets } from './assets.ts';
import { forwardToInterpreter } from './forward-to-interpreter.ts';
import { PackageSnapshotLoader } from './package-snapshot-loader.ts';
import { makePackageSnapshot } from './package-snapshot-maker.ts';
import { PackageSnapshotStarts, type PackageSnapshotStart } from './package-snapshot-starts.ts';
import { InterpreterPool, type StartedInterpreter } from './interpreter-pool.ts';
import type { InterpreterThread } from './interpreter-thread.ts';
import { forbidCodeFromStrings, processChecks } from './process-checks.ts';
import { PackageSnapshots } from './package-snapshots.ts';
import { WheelCache } from './wheel-cache.ts';
import { prepareRuntime, type Runtime } from './runtime.ts';
import { makeSnapshot, sendInPieces } from './snapshot-maker.ts';
import { startInterpreter } from './start-interpreter.ts';
import type { ThreadHost } from './thread-host.ts';

/** More threads than this are refused, whatever main asks for: as many sessions as may be idle and runs at once. */
const MAX_INTERPRETERS = 64;

/** What there is once the process is prepared. */
interface Prepared {
  readonly runtime: Runtime;
  readonly pool: InterpreterPool;
  readonly images: PackageSnapshotStarts;
}

const holdAll = (checks: readonly SelfCheck[]): boolean => checks.every((check) => check.holds);

/** The control thread: owns the interpreters and answers at once, whatever they do. */
export class Sidecar {
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #assets = new Assets();
  readonly #shelf = new WheelCache();
  readonly #images = new PackageSnapshots();
  readonly #loader = new PackageSnapshotLoader();
  readonly #interpreters = new Map<string, InterpreterThread>();
  readonly #opening = new Set<string>();
  readonly #loadBinding: (file: string) => SystemCalls;
  readonly #threads: ThreadHost;
  /** Set once the process is prepared. */
  #ready: Prepared | undefined;
  #opened = false;

  /** @param loadBinding gives the native calls for the lock-down */
  constructor(
    environment: Readonly<Record<string, string | undefined>>,
    loadBinding: (file: string) => SystemCalls,
    threads: ThreadHost,
  ) {
    this.#threads = threads;
    this.#environment = environment;
    this.#loadBinding = loadBinding;
  }

  handlers(): Handlers<SidecarContract> {
    return {
      loadAsset: ({ name, bytes }) => {
        this.#assets.put(name, bytes);
        return {};
      },
      prepare: async ({ memoryMiB, lockdown }) => {
        if (this.#ready !== undefined) throw new RpcError('failed', 'the sidecar is prepared already');
        forbidCodeFromStrings();
        const checks = processChecks(this.#environment);
        if (!holdAll(checks)) return { checks, layers: [] };
        const runtime = await describeFailure(prepareRuntime(this.#assets, memoryMiB, this.#threads));
        const locked = lockDown(lockdown, this.#loadBinding);
        const all = { checks: [...checks, ...locked.checks], layers: [...locked.layers] };
        if (!holdAll(locked.checks)) return all;
        this.#ready = {
          runtime,
          pool: new InterpreterPool(() => startInterpreter(runtime)),
          images: new PackageSnapshotStarts(runtime, this.#images),
        };
        // It would be of no use where interpreters are started from nothing.
        if (runtime.snapshot.image !== undefined) runtime.threads.prepare();
        return all;
      },
      keepSpares: async ({ count }) => {
        const { images, pool } = this.#prepared();
        images.keepSpare(count > 0);
        await pool.keep(count);
        return {};
      },
      takeSnapshot: async (_params, { write }) => {
        const { runtime } = this.#prepared();
        if (this.#opened) throw new RpcError('failed', 'a guest may have been in this process');
        const image = await makeSnapshot(runtime);
        if (this.#hasOpened()) throw new RpcError('failed', 'a guest was let in meanwhile');
        await sendInPieces(image, write);
        return { bytes: image.length };
      },
      makePackageSnapshot: async ({ key, hashes, modules }, { write }) => {
        const { runtime } = this.#prepared();
        if (this.#opened) throw new RpcError('failed', 'a guest may have been in this process');
        const packages = this.#shelf.take(hashes);
        const made = await makePackageSnapshot(runtime, this.#images, { key, packages, modules });
        if (this.#hasOpened()) {
          this.#images.drop(key);
          throw new RpcError('failed', 'a guest was let in meanwhile');
        }
        let bytes = 0;
        const send = async (of: string, whole: Uint8Array): Promise<void> => {
          bytes += whole.length;
          await sendInPieces(whole, (piece) => write({ of, ...piece }));
        };
        await send('image', made.image);
        for (const [index, archive] of made.bytecode.entries()) {
          if (archive !== null) await send(hashes[index] ?? '', archive);
        }
        return { bytes };
      },
      hasPackageSnapshot: ({ key }) => ({ has: this.#images.has(key) }),
      loadPackageSnapshot: (part) => {
        this.#loader.add(part);
        return {};
      },
      adoptPackageSnapshot: async ({ key, hashes }) => {
        const image = await describeFailure(this.#loader.take(key));
        await describeFailure(this.#images.put(key, image, this.#shelf.take(hashes)));
        return {};
      },
      openInterpreter: ({ id, image }) => this.#open(id, image),
      ...forwardToInterpreter((id) => this.#find(id)),
      answerInput: ({ interpreter, call, answer }) => {
        this.#find(interpreter).answerInput(call, answer);
        return {};
      },
      loadPackage: async (part) => {
        await this.#shelf.add(part);
        return {};
      },
      missingPackages: ({ hashes }) => ({ missing: this.#shelf.missing(hashes) }),
      installPackages: async ({ interpreter, hashes }) => {
        const thread = this.#find(interpreter);
        const missing = this.#shelf.missing(hashes);
        if (missing.length > 0) return { missing };
        const clash = await thread.installPackages(this.#shelf.take(hashes));
        return { missing, ...(clash === null ? {} : { clash }) };
      },
      run: ({ interpreter, ...order }, { write }) =>
        this.#find(interpreter).run(order, (piece) => write(piece)),
      interruptRun: async ({ interpreter, limitMs }) => ({
        stopped: await this.#find(interpreter).interrupt(limitMs),
      }),
      closeInterpreter: async ({ id }) => {
        const thread = this.#interpreters.get(id);
        this.#interpreters.delete(id);
        await thread?.terminate();
        return {};
      },
      ping: () => ({}),
    };
  }

  async #open(
    id: string,
    image: string | undefined,
  ): Promise<Omit<StartedInterpreter, 'thread'> & { readonly image: SnapshotUse }> {
    const { images, pool } = this.#prepared();
    if (this.#interpreters.has(id) || this.#opening.has(id)) {
      throw new RpcError('failed', 'an interpreter of that id runs already');
    }
    if (this.#interpreters.size + this.#opening.size >= MAX_INTERPRETERS) {
      throw new RpcError('busy', 'too many interpreters');
    }
    this.#opened = true;
    this.#opening.add(id);
    try {
      const fromImage: PackageSnapshotStart =
        image === undefined ? { use: 'absent' } : await images.start(image);
      const { thread, ...report } = fromImage.use === 'used' ? fromImage.started : await pool.take();
      // Guest code never enters a thread that is not what it should be.
      if (holdAll(report.checks)) this.#interpreters.set(id, thread);
      else await thread.terminate();
      return { ...report, image: fromImage.use };
    } finally {
      this.#opening.delete(id);
    }
  }

  /** A method, since it changes while others wait. */
  #hasOpened(): boolean {
    return this.#opened;
  }

  /** @throws RpcError before `prepare` has succeeded */
  #prepared(): Prepared {
    if (this.#ready === undefined) throw new RpcError('failed', 'the sidecar is not prepared');
    return this.#ready;
  }

  #find(id: string): InterpreterThread {
    const thread = this.#interpreters.get(id);
    if (thread === undefined) throw new RpcError('failed', 'no interpreter of that id runs');
    return thread;
  }
}

/** Our own assets' faults may be told to main; other errors stay here. */
const describeFailure = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    if (RpcError.is(error)) throw error;
    throw new RpcError('failed', error instanceof Error ? error.message : 'the runtime is unusable');
  }
};
