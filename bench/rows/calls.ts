import { BenchHost } from '../host.ts';
import { measure, type Group } from '../measure.ts';
import type { Baselines } from '../naive.ts';

const CALLS = 2000;

/** A call of a session that is there. */
export async function calls(electron: string, baselines: Baselines): Promise<Group> {
  const host = await BenchHost.open(electron);
  await host.answerTwo('warm');
  await measure(200, () => host.answerTwo('warm'));
  const warm = await measure(CALLS, () => host.answerTwo('warm'));
  const echo = await measure(CALLS, async () => {
    if (!(await host.host.ping('warm'))) throw new Error('the session is gone');
  });
  await host.dispose();
  const row = { name: 'warm call', unit: 'ms', measured: warm } as const;
  return {
    title: `Calls (1+1 in a session, ${CALLS} times, from another process)`,
    rows: [
      { ...row, baseline: { name: 'bare echo along the same path', measured: echo }, target: '≤ 2×' },
      { ...row, baseline: baselines.pythonProcess, target: '≤ 1/20' },
      { ...row, baseline: baselines.runPython },
    ],
  };
}
