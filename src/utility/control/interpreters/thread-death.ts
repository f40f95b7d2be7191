import type { DeathCause } from '../../../shared/protocol/interpreter.ts';

/** Why an interpreter's thread is gone. */
export interface ThreadDeath {
  readonly cause: DeathCause;
  readonly detail: string;
}

/** Recognises the engine's message about a refused allocation. A guest can forge it, but its thread is gone in either case. */
export const fatalCause = (detail: string): DeathCause =>
  /allocation failed|out of memory/iu.test(detail) ? 'out-of-memory' : 'fatal';

/** @param error that ended the thread */
export const causeOf = (error: unknown): ThreadDeath => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? { cause: 'out-of-memory', detail: 'the interpreter ran out of JavaScript memory' }
    : { cause: 'exited', detail: "the interpreter's thread failed" };
};
