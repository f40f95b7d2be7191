import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';

/**
 * Python's own recursion checks must come before the end of the JavaScript stack, which would be fatal to
 * the interpreter. With 32 MiB they do, save for the most extreme nesting.
 */
const STACK_MIB = 32;
/** JavaScript heap of one worker. File data and WebAssembly memory are outside of it. */
const OLD_GENERATION_MIB = 768;
/**
 * Memory for machine code of one worker's JavaScript; that of WebAssembly is outside of it. Plain Node from 24 on takes
 * 512 MiB otherwise, writable from the start, so that seven workers use up what the kernel lets a process have.
 */
const CODE_RANGE_MIB = 64;

/**
 * Node's bookkeeping of asynchronous work checks itself, and a check that fails ends the whole process. What it
 * reads of a rejected promise may be the guest's.
 */
const NO_ASYNC_CHECKS = '--no-force-async-hooks-checks';

/**
 * Node keeps what a worker prints until somebody reads it, however much that is: a thread that was taken over would fill
 * this one's memory, outside of its own limit.
 */
const keepNothingOf = (stream: Readable): void => {
  stream.push = () => false;
};

/** A thread that waits to be told what to be. @param script of the worker, whole */
export const bootWorker = (script: string): Worker => {
  const worker = new Worker(script, {
    eval: true,
    env: {},
    argv: [],
    execArgv: [NO_ASYNC_CHECKS],
    name: 'interpreter',
    stdin: false,
    // What a worker prints is no output of a run, and is never read: a reader makes Node ask the worker for more, by a message
    // whose handler in Node needs what a hardened thread has no more. An error there would be the interpreter's end.
    stdout: true,
    stderr: true,
    resourceLimits: {
      stackSizeMb: STACK_MIB,
      maxOldGenerationSizeMb: OLD_GENERATION_MIB,
      codeRangeSizeMb: CODE_RANGE_MIB,
    },
  });
  keepNothingOf(worker.stdout);
  keepNothingOf(worker.stderr);
  return worker;
};
