import type { RunRequest } from '../../shared/contract/sandbox.ts';
import type { RunFacts } from '../../shared/protocol/interpreter.ts';

/** Facts about a run that its interpreter receives with the code. */
/** @param functions see `FunctionSet.facts` */
export const factsOf = ({ args, columns, script, session }: RunRequest, functions?: string): RunFacts => ({
  args,
  columns,
  script,
  last: session === undefined,
  functions,
});
