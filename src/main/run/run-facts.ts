import type { RunRequest } from '../../shared/contract/sandbox.ts';
import type { RunFacts } from '../../shared/protocol/interpreter.ts';

/** What an interpreter is told of a run beside its code. */
/** @param functions see `FunctionSet.facts` */
export const factsOf = ({ args, columns, script, session }: RunRequest, functions?: string): RunFacts => ({
  args,
  columns,
  script,
  last: session === undefined,
  functions,
});
