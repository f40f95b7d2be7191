import type { RunOrder } from '../../shared/protocol/interpreter.ts';
import type { WorkerRunEnd } from './current-run.ts';

const ORDER: RunOrder = { code: '1+1', outputBytes: 1024, input: false };
/** As it is in the outcome. */
const VALUE = '"text":"2"';

export interface WarmUpParts {
  readonly run: (order: RunOrder) => Promise<WorkerRunEnd>;
  /** Returns '' or what went wrong. */
  readonly forgetRuns: () => string;
  readonly decode: (bytes: Uint8Array) => string;
}

/**
 * Takes a run of ours through all that a run goes through, before a guest's first one: what does not work, such as a
 * saved memory that does not fit, is found then, and the engine has compiled what a first run needs (of 5 ms, one of
 * `1+1` takes 2.4).
 *
 * @throws Error when Python does not work
 */
export const warmUp = async ({ decode, forgetRuns, run }: WarmUpParts): Promise<void> => {
  const end = await run(ORDER);
  if (end.kind === 'died') throw new Error(end.detail);
  if (!decode(end.outcome).includes(VALUE)) throw new Error('Python does not work');
  const problem = forgetRuns();
  if (problem !== '') throw new Error(problem);
};
