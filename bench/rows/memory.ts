import { residentBytes } from '../../src/main/base/process-table.ts';
import { BenchHost } from '../host.ts';
import { residentMiB } from '../resident.ts';
import { summarize, type Group, type Row } from '../measure.ts';

const RUNS = 2000;

const once = (name: string, value: number, unit: Row['unit'], rest: Partial<Row> = {}): Row => ({
  name,
  unit,
  measured: summarize([value]),
  ...rest,
});

/** Resident memory of the sidecar. */
export async function memory(electron: string): Promise<Group> {
  const host = await BenchHost.open(electron);
  await host.answerTwo();
  const pid = await host.pid();
  const withoutInterpreter = residentMiB(pid);
  for (let run = 0; run < 200; run++) await host.answerTwo('s');
  const loaded = residentMiB(pid);
  for (let run = 0; run < RUNS; run++) await host.answerTwo('s');
  const after = residentMiB(pid);
  await host.dispose();
  const left = residentBytes(pid);

  const spared = await BenchHost.open(electron, { spares: 1 });
  await spared.answerTwo('s');
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const withSpare = residentMiB(await spared.pid());
  await spared.dispose();
  return {
    title: 'Memory of the Python process',
    rows: [
      once('no interpreter', withoutInterpreter, 'MiB'),
      once('one session', loaded, 'MiB'),
      once('one session and a spare interpreter', withSpare, 'MiB'),
      once('disposed of', left === null ? 0 : left / 1024 / 1024, 'MiB', { target: '0' }),
      once(`growth over ${RUNS} runs of a session`, ((after - loaded) / loaded) * 100, '%', {
        target: '≤ 5 %',
      }),
    ],
  };
}
