import { RpcError } from '../../shared/rpc/errors.ts';
import type { Handlers } from '../../shared/rpc/contract.ts';
import type { SelfCheck } from '../../shared/interpreter.ts';
import type { SidecarContract } from '../../shared/sidecar-protocol.ts';
import { Assets } from './assets.ts';
import { InterpreterPool } from './interpreter-pool.ts';
import { InterpreterThread } from './interpreter-thread.ts';
import { forbidCodeFromStrings, processChecks } from './process-checks.ts';
import { prepareRuntime } from './runtime.ts';

/** More threads than this are refused, whatever main asks for: as many sessions as may be idle and runs at once. */
const MAX_INTERPRETERS = 64;

const holdAll = (checks: readonly SelfCheck[]): boolean => checks.every((check) => check.holds);

/** The control thread: owns the interpreters and answers at once, whatever they do. */
export class Sidecar {
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #assets = new Assets();
  readonly #interpreters = new Map<string, InterpreterThread>();
  readonly #opening = new Set<string>();
  #pool: InterpreterPool | undefined;

  constructor(environment: Readonly<Record<string, string | undefined>>) {
    this.#environment = environment;
  }

  handlers(): Handlers<SidecarContract> {
    return {
      loadAsset: ({ name, bytes }) => {
        this.#assets.put(name, bytes);
        return {};
      },
      prepare: async ({ memoryMiB }) => {
        if (this.#pool !== undefined) throw new RpcError('failed', 'the sidecar is prepared already');
        forbidCodeFromStrings();
        const checks = processChecks(this.#environment);
        if (holdAll(checks)) {
          const runtime = await describeFailure(prepareRuntime(this.#assets, memoryMiB));
          this.#pool = new InterpreterPool(() => new InterpreterThread(runtime));
        }
        return { checks };
      },
      keepSpares: ({ count }) => {
        this.#prepared().keep(count);
        return {};
      },
      openInterpreter: async ({ id }) => ({ checks: await this.#open(id) }),
      writeFile: async ({ interpreter, ...part }) => {
        await this.#find(interpreter).writeFile(part);
        return {};
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

  async #open(id: string): Promise<SelfCheck[]> {
    const pool = this.#prepared();
    if (this.#interpreters.has(id) || this.#opening.has(id)) {
      throw new RpcError('failed', 'an interpreter of that id runs already');
    }
    if (this.#interpreters.size + this.#opening.size >= MAX_INTERPRETERS) {
      throw new RpcError('busy', 'too many interpreters');
    }
    this.#opening.add(id);
    try {
      const { thread, checks } = await pool.take();
      // Guest code never enters a thread that is not what it should be.
      if (holdAll(checks)) this.#interpreters.set(id, thread);
      else await thread.terminate();
      return checks;
    } finally {
      this.#opening.delete(id);
    }
  }

  /** @throws RpcError before `prepare` has succeeded */
  #prepared(): InterpreterPool {
    if (this.#pool === undefined) throw new RpcError('failed', 'the sidecar is not prepared');
    return this.#pool;
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
    throw new RpcError('failed', error instanceof Error ? error.message : 'the runtime is unusable');
  }
};
