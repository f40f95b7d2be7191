import { Worker } from 'node:worker_threads';

/**
 * Python's own recursion checks must come before the end of the JavaScript stack, which would be fatal to
 * the interpreter. With 32 MiB they do, save for the most extreme nesting.
 */
const STACK_MIB = 32;
/** JavaScript heap of one worker. File data and WebAssembly memory are outside of it. */
const OLD_GENERATION_MIB = 768;

/** From giving a thread away to booting the next one, in ms: who wants this one goes first. */
const REFILL_DELAY_MS = 250;

/** Threads that have booted and wait to be told what to start: one is kept ready, which takes some tens of MB. */
export class BlankThreads {
  readonly #script: string;
  #ready: Worker | undefined;

  /** @param script of the worker, whole */
  constructor(script: string) {
    this.#script = script;
  }

  /** Boots one, unless one is ready. */
  prepare(): void {
    if (this.#ready !== undefined) return;
    const worker = boot(this.#script);
    this.#ready = worker;
    worker.once('exit', () => {
      if (this.#ready === worker) this.#ready = undefined;
    });
  }

  /** Nobody else has it. It is whoever takes it that has to end it. */
  take(): Worker {
    const worker = this.#ready ?? boot(this.#script);
    this.#ready = undefined;
    setTimeout(() => this.prepare(), REFILL_DELAY_MS);
    return worker;
  }
}

const boot = (script: string): Worker => {
  const worker = new Worker(script, {
    eval: true,
    env: {},
    argv: [],
    execArgv: [],
    name: 'interpreter',
    stdin: false,
    stdout: true,
    stderr: true,
    resourceLimits: { stackSizeMb: STACK_MIB, maxOldGenerationSizeMb: OLD_GENERATION_MIB },
  });
  // What a worker prints is not output of a run: its streams are read so that they don't fill up.
  worker.stdout.resume();
  worker.stderr.resume();
  // Without a listener an error would end the process. Who has taken the thread listens, too.
  worker.on('error', () => undefined);
  return worker;
};
