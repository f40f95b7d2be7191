import { BenchHost, withEmptyDataFolder } from '../host.ts';
import { measure, sample, timed, type Group } from '../measure.ts';
import type { Baselines } from '../naive.ts';

/** From nothing to the first answer, and fresh interpreters in a process that is there. */
export async function starts(electron: string, baselines: Baselines): Promise<Group> {
  const firstEver = await sample(2, () => withEmptyDataFolder(() => coldStart(electron)));
  // From here on the snapshot exists.
  await coldStart(electron);
  const cold = await sample(5, () => coldStart(electron));
  const plain = await BenchHost.open(electron);
  await plain.answerTwo();
  const withoutSpare = await measure(10, () => plain.answerTwo());
  await plain.dispose();
  const spared = await BenchHost.open(electron, { spares: 2 });
  await spared.answerTwo();
  const withSpare = await sample(25, async () => {
    await new Promise((resolve) => setTimeout(resolve, 1500));
    return timed(() => spared.answerTwo());
  });
  const sustained = await sample(3, () => freshPerSecond(spared));
  await spared.dispose();
  const naive = baselines.interpreter.measured;
  return {
    title: 'Starting',
    rows: [
      {
        name: 'process and first answer',
        unit: 'ms',
        measured: cold,
        baseline: baselines.utilityProcess,
        target: '≤ 1/6',
      },
      {
        name: 'process and first answer, the very first time',
        unit: 'ms',
        measured: firstEver,
        baseline: baselines.utilityProcess,
      },
      {
        name: 'fresh interpreter, without a spare',
        unit: 'ms',
        measured: withoutSpare,
        baseline: baselines.interpreter,
      },
      {
        name: 'fresh interpreter, with a spare',
        unit: 'ms',
        measured: withSpare,
        baseline: { name: 'fresh interpreter, without a spare', measured: withoutSpare },
        target: '≤ 8 ms',
      },
      {
        name: 'sustained fresh interpreters',
        unit: 'per second',
        measured: sustained,
        baseline: {
          name: 'naive loadPyodide, one after the other',
          measured: { min: 1000 / naive.p99, p50: 1000 / naive.p50, p99: 1000 / naive.min, runs: naive.runs },
        },
        target: '≥ 8 a second',
      },
    ],
  };
}

async function coldStart(electron: string): Promise<number> {
  const host = await BenchHost.open(electron);
  const ms = await timed(() => host.answerTwo());
  await host.dispose();
  return ms;
}

const SUSTAINED_MS = 4000;

async function freshPerSecond(host: BenchHost): Promise<number> {
  const start = performance.now();
  let runs = 0;
  while (performance.now() - start < SUSTAINED_MS) {
    await host.answerTwo();
    runs++;
  }
  return (runs * 1000) / (performance.now() - start);
}
