import { FunctionSet } from '../../src/main/functions/function-set.ts';
import { DEFAULTS, LIMITS } from '../../src/shared/limits.ts';
import { BenchHost } from '../host.ts';
import { measure, summarize, timed, type Group } from '../measure.ts';

const RUNS = 5;
const CALLS = DEFAULTS.functionCalls;

const adding = {
  set: new FunctionSet({
    add: {
      input: {
        type: 'object',
        properties: { a: { type: 'integer' }, b: { type: 'integer' } },
        required: ['a', 'b'],
      },
      output: { type: 'integer' },
      handler: (input) => {
        const { a, b } = input as { readonly a: number; readonly b: number };
        return a + b;
      },
    },
  }),
  limits: {
    calls: CALLS,
    // Nothing is to be held back.
    perSecond: LIMITS.functionCalls,
    argumentBytes: LIMITS.callBytes,
    resultBytes: LIMITS.callResultBytes,
    keepArguments: false,
  },
};

/** Calls of functions of the program that runs the code. */
async function callOften(host: BenchHost, calls: number): Promise<void> {
  const code = `from host import add\nsum(add(n, 1) - n for n in range(${calls}))`;
  const result = await host.run({ code, session: 'warm' }, { functions: adding });
  if (result.value?.text !== String(calls)) throw new Error(`wrong answer: ${JSON.stringify(result)}`);
}

/** A call of a function beside a run, both from another process and through the same host. */
export async function functions(electron: string): Promise<Group> {
  const host = await BenchHost.open(electron);
  await host.answerTwo('warm');
  await measure(200, () => host.answerTwo('warm'));
  const warm = await measure(500, () => host.answerTwo('warm'));
  await callOften(host, CALLS);
  const none = await measure(RUNS, () => callOften(host, 0));
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) times.push(await timed(() => callOften(host, CALLS)));
  const each = times.map((time) => Math.max(0, time - none.p50) / CALLS);
  await host.dispose();
  return {
    title: 'Calls of functions (checked by two schemas, answered by another process)',
    rows: [
      {
        name: `one call of ${CALLS} in a run`,
        unit: 'ms',
        measured: summarize(each),
        baseline: { name: 'warm run of 1+1', measured: warm },
        target: '≤ 1.5×',
      },
      {
        name: `a run with ${CALLS} calls`,
        unit: 'ms',
        measured: summarize(times),
        baseline: { name: 'the same with none', measured: none },
      },
    ],
  };
}
