import { thisMachine } from '../../scripts/provision/machine.ts';
import { obtainWheels } from '../../scripts/provision/wheels.ts';
import { logToStderr } from '../../scripts/shared/log.ts';
import type { HostSandboxOptions } from '../../src/shared/protocol/host-protocol.ts';
import { residentMiB } from '../resident.ts';
import { BenchHost, untilImage, withEmptyDataFolder } from '../host.ts';
import { sample, timed, type Baseline, type Group, type Row, type Sample } from '../measure.ts';
import { naivePackages } from '../naive.ts';

interface Work {
  readonly name: string;
  readonly packages: readonly string[];
  /** Gives 2. */
  readonly code: string;
}

const NUMPY: Work = { name: 'NumPy', packages: ['numpy'], code: 'import numpy\nint(numpy.ones(2).sum())' };
const PANDAS: Work = {
  name: 'pandas and Matplotlib',
  packages: ['pandas', 'matplotlib'],
  code: 'import pandas, matplotlib.pyplot\nint(pandas.Series([1, 1]).sum())',
};
const SAVE_FIGURE = `
import matplotlib.pyplot as plt
plt.plot([1, 2, 3])
plt.savefig("figure.png")
plt.close("all")
2`;

const RUNS = 3;

/** For a spare interpreter to be there again after one was used, in ms. */
const SPARE_MS = 4000;

/** The first use of packages, until code that uses them has run. */
export async function science(electron: string): Promise<Group> {
  const mirror = await obtainWheels(thisMachine(logToStderr));
  const options: Partial<HostSandboxOptions> = {
    packages: { settings: { autoInstall: true, mirror, allow: [] }, official: false },
  };
  const rows: Row[] = [];
  for (const work of [NUMPY, PANDAS]) {
    const naive: Baseline = {
      name: `naive: loadPyodide, loadPackage from the same folder, import, in a utility process`,
      measured: await sample(RUNS, () =>
        Promise.resolve(naivePackages(electron, mirror, work.packages, work.code)),
      ),
    };
    rows.push(...(await withEmptyDataFolder((data) => usesOf(work, naive, electron, options, data))));
  }
  return { title: 'Packages in use', rows };
}

async function usesOf(
  work: Work,
  baseline: Baseline,
  electron: string,
  options: Partial<HostSandboxOptions>,
  data: string,
): Promise<Row[]> {
  const fresh = async (mayGoOn = false): Promise<number> => {
    const host = await BenchHost.open(electron, options, mayGoOn);
    const ms = await timed(() => answer(host, work.code));
    await host.dispose();
    return ms;
  };
  const firstEver = await sample(1, () => fresh(true));
  await untilImage(data);
  const later = await sample(RUNS, () => fresh());
  const host = await BenchHost.open(electron, options);
  await answer(host, work.code, 'first');
  let count = 0;
  const session = await sample(5, () => timed(() => answer(host, work.code, `session-${String(count++)}`)));
  const rows: Row[] = [
    row(`${work.name}, the very first time`, firstEver, baseline, '≤ 1×'),
    row(`${work.name}, fresh process`, later, baseline, work === PANDAS ? '≤ 1/12' : undefined),
    row(`${work.name}, new session`, session, baseline, work === PANDAS ? '≤ 1/25' : undefined),
    row(
      `${work.name}, new session, with a spare`,
      await withSpare(work, electron, options),
      baseline,
      '≤ 10 ms',
    ),
    row(
      `${work.name}, in a session that has begun without`,
      await inSession(work, electron, options),
      baseline,
    ),
  ];
  if (work === PANDAS) {
    const save = (name: string): Promise<number> => timed(() => answer(host, SAVE_FIGURE, name));
    const first = await sample(3, () => save(`session-${String(--count)}`));
    const second = await sample(3, () => save(`session-${String(count++)}`));
    rows.push(row('savefig, again', second, { name: 'savefig, the first in a session', measured: first }), {
      name: 'memory of the process with six sessions of pandas and Matplotlib',
      unit: 'MiB',
      measured: await sample(1, async () => residentMiB(await host.pid())),
    });
  }
  await host.dispose();
  return rows;
}

async function withSpare(
  work: Work,
  electron: string,
  options: Partial<HostSandboxOptions>,
): Promise<Sample> {
  const host = await BenchHost.open(electron, { ...options, spares: 1 });
  await answer(host, work.code, 'first');
  let count = 0;
  const measured = await sample(5, async () => {
    await new Promise((resolve) => setTimeout(resolve, SPARE_MS));
    return timed(() => answer(host, work.code, `session-${String(count++)}`));
  });
  await host.dispose();
  return measured;
}

/** No image is of use there. */
async function inSession(
  work: Work,
  electron: string,
  options: Partial<HostSandboxOptions>,
): Promise<Sample> {
  const host = await BenchHost.open(electron, options);
  const measured = await sample(1, async () => {
    await host.answerTwo('begun');
    return timed(() => answer(host, work.code, 'begun'));
  });
  await host.dispose();
  return measured;
}

const row = (name: string, measured: Row['measured'], baseline: Baseline, target?: string): Row => ({
  name,
  unit: 'ms',
  measured,
  baseline,
  ...(target === undefined ? {} : { target }),
});

/** Ends on anything but the answer, so that no failure passes for a fast run. */
async function answer(host: BenchHost, code: string, session?: string): Promise<void> {
  const result = await host.run({ code, ...(session === undefined ? {} : { session }) });
  if (result.value?.text !== '2') throw new Error(`wrong answer: ${JSON.stringify(result)}`);
}
