/** The page: the sidecar's control thread, asked by the test through `window.guests`. */
import type { RunEnd, RunPiece, SelfCheck } from '../../../src/shared/protocol/interpreter.ts';
import { Assets } from '../../../src/utility/control/assets.ts';
import type { InterpreterThread } from '../../../src/utility/control/interpreter-thread.ts';
import { prepareRuntime, type Runtime } from '../../../src/utility/control/runtime.ts';
import { makeSnapshot } from '../../../src/utility/control/snapshot-maker.ts';
import { startInterpreter } from '../../../src/utility/control/start-interpreter.ts';
import { ASSETS, PACKAGES } from './addresses.ts';
import { WebThreads } from './web-threads.ts';

const FETCHED = ['wasm', 'stdlib', 'lock', 'worker', 'guest'] as const;

const bytesAt = async (address: string): Promise<Uint8Array> => {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${String(response.status)}`);
  return new Uint8Array(await response.arrayBuffer());
};

interface Run {
  readonly pieces: RunPiece[];
  readonly end: Promise<RunEnd>;
  /** Resolves with the first piece of output. */
  readonly printed: Promise<void>;
}

export class Guests {
  #runtime: Promise<Runtime> | undefined;
  readonly #threads: InterpreterThread[] = [];
  readonly #runs: Run[] = [];

  readonly isolated = globalThis.crossOriginIsolated;

  prepare(memoryMiB: number): Promise<void> {
    this.#runtime = this.#load(memoryMiB);
    return this.#runtime.then(() => undefined);
  }

  async #load(memoryMiB: number): Promise<Runtime> {
    const assets = new Assets();
    await Promise.all(FETCHED.map(async (name) => assets.put(name, await bytesAt(ASSETS + name))));
    return prepareRuntime(assets, memoryMiB, new WebThreads());
  }

  /** Further interpreters are started from it. @returns its bytes */
  async makeSnapshot(): Promise<number> {
    return (await makeSnapshot(await this.#prepared())).byteLength;
  }

  /** @returns number of the interpreter, and how it was started */
  async start(): Promise<{ id: number; checks: SelfCheck[]; snapshot: string }> {
    const { checks, snapshot, thread } = await startInterpreter(await this.#prepared());
    return { id: this.#threads.push(thread) - 1, checks, snapshot };
  }

  async install(id: number, name: string): Promise<void> {
    const address = `${PACKAGES}${name}/`;
    const { paths, sizes } = (await (await fetch(`${address}files`)).json()) as {
      paths: string[];
      sizes: number[];
    };
    const read = (index: number) => bytesAt(address + String(index));
    // Of Pyodide's lock, whose packages fit together.
    const content = { name, paths, sizes, read, isOfLock: true, sharedFolders: new Set<number>() };
    const clash = await this.#thread(id).installPackages([content]);
    if (clash !== null) throw new Error(`${clash.name} and ${clash.other} clash`);
  }

  /** @returns number of the run, which goes on */
  begin(id: number, code: string, outputBytes: number): number {
    const pieces: RunPiece[] = [];
    let noteOutput = (): void => undefined;
    const printed = new Promise<void>((resolve) => {
      noteOutput = resolve;
    });
    const order = { code, outputBytes, input: false };
    const end = this.#thread(id).run(order, async (piece) => {
      pieces.push(piece);
      if (piece.channel === 'stdout') noteOutput();
    });
    return this.#runs.push({ pieces, end, printed }) - 1;
  }

  printed(run: number): Promise<void> {
    return this.#run(run).printed;
  }

  async finish(run: number): Promise<{ pieces: RunPiece[]; end: RunEnd }> {
    const { end, pieces } = this.#run(run);
    return { end: await end, pieces };
  }

  interrupt(id: number, limitMs: number): Promise<boolean> {
    return this.#thread(id).interrupt(limitMs);
  }

  terminate(id: number): Promise<void> {
    return this.#thread(id).terminate();
  }

  #prepared(): Promise<Runtime> {
    return this.#runtime ?? Promise.reject(new Error('nothing is prepared'));
  }

  #thread(id: number): InterpreterThread {
    const thread = this.#threads[id];
    if (thread === undefined) throw new Error('there is no such interpreter');
    return thread;
  }

  #run(id: number): Run {
    const run = this.#runs[id];
    if (run === undefined) throw new Error('there is no such run');
    return run;
  }
}

declare global {
  interface Window {
    guests: Guests;
  }
}

window.guests = new Guests();
