import { RpcError } from '../../shared/rpc/errors.ts';
import type { Handlers } from '../../shared/rpc/contract.ts';
import type { SelfCheck } from '../../shared/protocol/interpreter.ts';
import type { SidecarContract, SnapshotUse } from '../../shared/protocol/sidecar-protocol.ts';
import { Assets } from './interpreters/assets.ts';
import { forwardToInterpreter } from './forward-to-interpreter.ts';
import { PackageSnapshotLoader } from './snapshots/package-snapshot-loader.ts';
import { makePackageSnapshot } from './package-snapshot-maker.ts';
import { PackageSnapshotStarts, type PackageSnapshotStart } from './package-snapshot-starts.ts';
import { InterpreterPool, type StartedInterpreter } from './interpreters/interpreter-pool.ts';
import type { InterpreterThread } from './interpreters/interpreter-thread.ts';
import { PackageSnapshots } from './snapshots/package-snapshots.ts';
import { WheelCache } from './packages/wheel-cache.ts';
import { prepareStartContext, type StartContext } from './interpreters/start-context.ts';
import { makeSnapshot, sendInPieces } from './snapshot-maker.ts';
import { startInterpreter } from './interpreters/start-interpreter.ts';
import type { ControlHost } from './host/control-host.ts';

/** Most threads, whatever main asks for: idle sessions and concurrent runs together. */
const MAX_INTERPRETERS = 64;

/** The engine reads them once for the whole process, for some 12 ms. */
const loadNamesOfTimeZones = (): string =>
  new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).format(0);

/** State once the process is prepared. */
interface Prepared {
  readonly context: StartContext;
  readonly pool: InterpreterPool;
  readonly packageStarts: PackageSnapshotStarts;
}

const holdAll = (checks: readonly SelfCheck[]): boolean => checks.every((check) => check.holds);

/** The control thread: owns the interpreters and answers at once, also while they run code. */
export class Sidecar {
  readonly #host: ControlHost;
  readonly #assets = new Assets();
  readonly #wheels: WheelCache;
  readonly #snapshots = new PackageSnapshots();
  readonly #loader: PackageSnapshotLoader;
  readonly #interpreters = new Map<string, InterpreterThread>();
  readonly #opening = new Set<string>();
  /** Set once the process is prepared. */
  #ready: Prepared | undefined;
  #opened = false;

  constructor(host: ControlHost) {
    this.#host = host;
    this.#wheels = new WheelCache(host.codec);
    this.#loader = new PackageSnapshotLoader(host.codec);
  }

  handlers(): Handlers<SidecarContract> {
    return {
      loadAsset: ({ name, bytes }) => {
        this.#assets.put(name, bytes);
        return {};
      },
      prepare: async ({ memoryMiB, lockdown }) => {
        if (this.#ready !== undefined) throw new RpcError('failed', 'the sidecar is prepared already');
        const { guard } = this.#host;
        const checks = guard.check();
        if (!holdAll(checks)) return { checks, layers: [] };
        const context = await describeFailure(prepareStartContext(this.#assets, memoryMiB, this.#host));
        const locked = guard.lockDown(lockdown);
        const all = { checks: [...checks, ...locked.checks], layers: [...locked.layers] };
        if (!holdAll(locked.checks)) return all;
        this.#ready = {
          context,
          pool: new InterpreterPool(() => startInterpreter(context)),
          packageStarts: new PackageSnapshotStarts(context, this.#snapshots),
        };
        // Without snapshots such a thread would not be used.
        if (context.snapshot.image !== undefined) context.threads.prepare();
        // While that thread starts, which would wait for it otherwise.
        loadNamesOfTimeZones();
        return all;
      },
      keepSpares: async ({ count }) => {
        const { packageStarts, pool } = this.#prepared();
        packageStarts.keepSpare(count > 0);
        await pool.keep(count);
        return {};
      },
      takeSnapshot: async (_params, { write }) => {
        const { context } = this.#prepared();
        if (this.#opened) throw new RpcError('failed', 'a guest may have been in this process');
        // The first interpreter's thread, at the same time: it has no code cache yet.
        context.threads.prepare();
        const image = await makeSnapshot(context).catch((error: unknown) => {
          context.threads.drop();
          throw error;
        });
        if (this.#hasOpened()) throw new RpcError('failed', 'a guest was let in meanwhile');
        await sendInPieces(image, write);
        return { bytes: image.length };
      },
      makePackageSnapshot: async ({ key, hashes, modules }, { write }) => {
        const { context } = this.#prepared();
        if (this.#opened) throw new RpcError('failed', 'a guest may have been in this process');
        const packages = this.#wheels.take(hashes);
        const made = await makePackageSnapshot(context, this.#snapshots, { key, packages, modules });
        if (this.#hasOpened()) {
          this.#snapshots.drop(key);
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
      hasPackageSnapshot: ({ key }) => ({ has: this.#snapshots.has(key) }),
      loadPackageSnapshot: (part) => {
        this.#loader.add(part);
        return {};
      },
      adoptPackageSnapshot: async ({ key, hashes }) => {
        const image = await describeFailure(this.#loader.take(key));
        await describeFailure(this.#snapshots.put(key, image, this.#wheels.take(hashes)));
        return {};
      },
      openInterpreter: ({ id, image }) => this.#open(id, image),
      ...forwardToInterpreter((id) => this.#find(id)),
      answerInput: ({ interpreter, call, answer }) => {
        this.#find(interpreter).answerInput(call, answer);
        return {};
      },
      answerFunction: ({ interpreter, call, answer }) => {
        this.#find(interpreter).answerFunction(call, answer);
        return {};
      },
      answerFonts: ({ interpreter, call, hashes }) => {
        const thread = this.#find(interpreter);
        const missing = this.#wheels.missing(hashes);
        if (missing.length > 0) return { missing };
        const conflict = thread.answerFonts(call, this.#wheels.take(hashes));
        return { missing, ...(conflict === null ? {} : { conflict }) };
      },
      loadPackage: async (part) => {
        await this.#wheels.add(part);
        return {};
      },
      missingPackages: ({ hashes }) => ({ missing: this.#wheels.missing(hashes) }),
      installPackages: async ({ interpreter, hashes }) => {
        const thread = this.#find(interpreter);
        const missing = this.#wheels.missing(hashes);
        if (missing.length > 0) return { missing };
        const conflict = await thread.installPackages(this.#wheels.take(hashes));
        return { missing, ...(conflict === null ? {} : { conflict }) };
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
      memory: () => ({
        interpreters: [...this.#interpreters].map(([id, { usedMiB }]) => ({ id, usedMiB })),
      }),
      ping: () => ({}),
    };
  }

  async #open(
    id: string,
    image: string | undefined,
  ): Promise<Omit<StartedInterpreter, 'thread'> & { readonly image: SnapshotUse }> {
    const { packageStarts, pool } = this.#prepared();
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
        image === undefined ? { use: 'absent' } : await packageStarts.start(image);
      const { thread, ...report } = fromImage.use === 'used' ? fromImage.started : await pool.take();
      // No guest code runs in a thread that failed its self-checks.
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

/** Errors about our own assets are reported to main; others are not passed on. */
const describeFailure = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    if (RpcError.is(error)) throw error;
    throw new RpcError('failed', error instanceof Error ? error.message : 'the runtime is unusable');
  }
};
