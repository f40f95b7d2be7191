import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { thisMachine } from '../../scripts/provision/machine.ts';
import { obtainWheels } from '../../scripts/provision/wheels.ts';
import { logToStderr } from '../../scripts/shared/log.ts';
import { projectRoot } from '../../scripts/shared/project.ts';
import { untilImage, snapshotFolder, withEmptyDataFolder } from '../host.ts';
import { summarize, timed, type Group } from '../measure.ts';

const RUNS = 5;
const SCRIPT = 'import pandas as pd\ntable = pd.DataFrame({"a": [1, 2, 3]})\nprint(int(table.a.sum()))\n';

/** A whole command from its start to its end, when no run has used pandas before; by turns with plain Pyodide. */
export async function firstRun(): Promise<Group> {
  const mirror = await obtainWheels(thisMachine(logToStderr));
  return withEmptyDataFolder(async (data) => {
    const script = path.join(data, 'script.py');
    writeFileSync(script, SCRIPT);
    const command = (file: string, ...args: string[]): Promise<number> =>
      timed(() => {
        const printed = execFileSync(process.execPath, [file, ...args], {
          stdio: ['ignore', 'pipe', 'ignore'],
          encoding: 'utf8',
        });
        if (printed.trim() !== '6') throw new Error(`wrong answer: ${printed}`);
      });
    const vivarium = path.join(projectRoot, 'out', 'main', 'cli.js');
    execFileSync(
      process.execPath,
      [vivarium, 'packages', 'install', 'pandas', 'matplotlib', '--mirror', mirror, '--offline'],
      { stdio: 'ignore' },
    );
    const [ours, plain, later]: [number[], number[], number[]] = [[], [], []];
    for (let turn = 0; turn < RUNS; turn++) {
      rmSync(snapshotFolder(data), { recursive: true, force: true });
      mkdirSync(data, { recursive: true });
      ours.push(await command(vivarium, 'run', '--offline', script));
      // What was left behind for later runs must not slow down what is measured next.
      await untilImage(data);
      plain.push(await command(path.join(projectRoot, 'bench', 'plain-node.mjs'), mirror, script));
      later.push(await command(vivarium, 'run', '--offline', script));
    }
    const baseline = { name: 'plain Pyodide in Node, with the same wheels', measured: summarize(plain) };
    return {
      title: 'A command with three lines of pandas, from its start to its end',
      rows: [
        {
          name: 'vivarium run, the very first time',
          unit: 'ms',
          measured: summarize(ours),
          baseline,
          target: '≤ 1×',
        },
        { name: 'vivarium run, later', unit: 'ms', measured: summarize(later), baseline },
      ],
    };
  });
}
