import type { RunRequest } from '../../shared/contract/run.ts';
import type { OrderlyEnd } from '../../shared/contract/sandbox-events.ts';
import type { RunOptions } from './run-options.ts';
import type { RunFacts } from '../../shared/protocol/interpreter.ts';

/** For what is left to do when a program ends, in seconds: less where somebody waits for a session to be gone, least where a run does. */
const END_SECONDS = { program: 10, session: 3, evicted: 1 } as const;

/**
 * What an interpreter is told of a run beside its code.
 *
 * @param endsSession see `RunContext.endsSession`
 * @param functions see `FunctionSet.facts`
 * @param options of the run
 */
export const factsOf = (
  { args, columns, script, session }: RunRequest,
  endsSession: OrderlyEnd | null,
  functions?: string,
  { number, tables }: Pick<RunOptions, 'number' | 'tables'> = {},
): RunFacts => ({
  args,
  columns,
  script,
  endSeconds: endSecondsOf(session, endsSession),
  functions,
  tables,
  number,
});

const endSecondsOf = (session: string | undefined, endsSession: OrderlyEnd | null): number | undefined => {
  if (session === undefined) return END_SECONDS.program;
  if (endsSession === null) return undefined;
  return endsSession === 'evicted' ? END_SECONDS.evicted : END_SECONDS.session;
};
