import { RpcError } from '../../shared/rpc/errors.ts';
import type { Handlers } from '../../shared/rpc/contract.ts';
import type { SelfCheck } from '../../shared/interpreter.ts';
import type { SidecarContract } from '../../shared/sidecar-protocol.ts';
import { Assets } from './assets.ts';
import type { InterpreterThread } from './interpreter-thread.ts';
import { forbidCodeFromStrings, processChecks } from './process-checks.ts';
import { prepareRuntime, type Runtime } from './runtime.ts';
import { makeSnapshot, sendInPieces } from './snapshot-maker.ts';
import { startInterpreter, type Opened } from './start-interpreter.ts';

/** More threads than this are refused, whatever main asks for. */
const MAX_INTERPRETERS = 32;

const holdAll = (checks: readonly SelfCheck[]): boolean => checks.every((check) => check.holds);

/** The control thread: owns the interpreters and answers at once, whatever they do. */
export class Sidecar {
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #assets = new Assets();
  readonly #interpreters = new Map<string, InterpreterThread>();
  #runtime: Runtime | undefined;
  #opened = false;

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
        if (this.#runtime !== undefined) throw new RpcError('failed', 'the sidecar is prepared already');
        forbidCodeFromStrings();
        const checks = processChecks(this.#environment);
        if (holdAll(checks)) this.#runtime = await describeFailure(prepareRuntime(this.#assets, memoryMiB));
        return { checks };
      },
      takeSnapshot: async (_params, { write }) => {
        if (this.#runtime === undefined) throw new RpcError('failed', 'the sidecar is not prepared');
        if (this.#opened) throw new RpcError('failed', 'a guest may have been in this process');
        const image = await makeSnapshot(this.#runtime);
        await sendInPieces(image, write);
        return { bytes: image.length };
      },
      openInterpreter: ({ id }) => this.#open(id),
      writeFile: async ({ interpreter, ...part }) => {
        await this.#find(interpreter).writeFile(part);
        return {};
      },
      run: ({ interpreter, ...order }, { write }) =>
        this.#find(interpreter).run(order, (piece) => write(piece)),
      closeInterpreter: async ({ id }) => {
        const thread = this.#interpreters.get(id);
        this.#interpreters.delete(id);
        await thread?.terminate();
        return {};
      },
      ping: () => ({}),
    };
  }

  async #open(id: string): Promise<Opened> {
    if (this.#runtime === undefined) throw new RpcError('failed', 'the sidecar is not prepared');
    if (this.#interpreters.has(id)) throw new RpcError('failed', 'an interpreter of that id runs already');
    if (this.#interpreters.size >= MAX_INTERPRETERS) throw new RpcError('busy', 'too many interpreters');
    this.#opened = true;
    let thread: InterpreterThread | undefined;
    try {
      const opened = await startInterpreter(this.#runtime, (started) => {
        thread = started;
        this.#interpreters.set(id, started);
      });
      // Guest code never enters a thread that is not what it should be.
      if (!holdAll(opened.checks)) await this.#drop(id, thread);
      return opened;
    } catch (error) {
      await this.#drop(id, thread);
      throw error;
    }
  }

  #find(id: string): InterpreterThread {
    const thread = this.#interpreters.get(id);
    if (thread === undefined) throw new RpcError('failed', 'no interpreter of that id runs');
    return thread;
  }

  async #drop(id: string, thread: InterpreterThread | undefined): Promise<void> {
    if (this.#interpreters.get(id) === thread) this.#interpreters.delete(id);
    await thread?.terminate();
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
