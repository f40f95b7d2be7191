import { RunOrder } from '../../shared/protocol/interpreter.ts';
import type { WorkerRunEnd } from './current-run.ts';

/** A statement and an expression: each is compiled in a way of its own. */
const ORDER: RunOrder = { code: '0\n1+1', outputBytes: 1024, input: false };
/** The first run of some code takes ten times as long as later ones, the second still twice as long. */
const RUNS = 3;
/** As it is in the outcome. */
const VALUE = '"text":"2"';

export interface WarmUpParts {
  readonly run: (order: RunOrder) => Promise<WorkerRunEnd>;
  /** Returns '' or what went wrong. */
  readonly forgetRuns: () => string;
  readonly decode: (bytes: Uint8Array) => string;
}

/**
 * Takes runs of ours through all that a run goes through, before a guest's first one: what does not work, such as a
 * saved memory that does not fit, is found then, and the engine has compiled what a first run needs.
 *
 * @throws Error when Python does not work
 */
export const warmUp = async ({ decode, forgetRuns, run }: WarmUpParts): Promise<void> => {
  for (let count = 0; count < RUNS; count++) {
    // As an order is that comes: to be read by its schema for the first time takes long, too.
    const end = await run(RunOrder.parse(ORDER));
    if (end.kind === 'died') throw new Error(end.detail);
    if (!decode(end.outcome).includes(VALUE)) throw new Error('Python does not work');
  }
  const problem = forgetRuns();
  if (problem !== '') throw new Error(problem);
};
