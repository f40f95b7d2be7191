import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadPyodide } from 'pyodide';
import { electronEnvironment, sandboxSwitches } from '../src/main/cli/host/electron-command.ts';
import { measure, sample, type Baseline } from './measure.ts';

/** Milliseconds from forking a utility process to the answer of an unprotected Pyodide in it. */
const naiveUtilityProcess = (electron: string, order: readonly string[] = []): number => {
  const chromiumFiles = mkdtempSync(path.join(tmpdir(), 'vivarium-naive-'));
  try {
    const printed = execFileSync(
      electron,
      [
        ...sandboxSwitches(),
        ...(process.platform === 'linux' ? ['--ozone-platform=headless'] : []),
        '--disable-gpu',
        `--user-data-dir=${chromiumFiles}`,
        path.join(import.meta.dirname, 'naive-electron'),
        ...(order.length === 0 ? [] : ['--order', ...order]),
      ],
      { env: electronEnvironment(), stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' },
    );
    const ms = /^naive-ms ([\d.]+)$/mu.exec(printed)?.[1];
    if (ms === undefined) throw new Error('the naive Electron app gave no answer');
    return Number(ms);
  } finally {
    rmSync(chromiumFiles, { recursive: true, force: true });
  }
};

/**
 * The same with packages from a folder of wheels, until code that uses them has run.
 *
 * @param code gives 2
 */
export const naivePackages = (
  electron: string,
  wheels: string,
  names: readonly string[],
  code: string,
): number => naiveUtilityProcess(electron, [`${wheels}/`, names.join(','), code]);

/** What others do, measured in the same run. */
export interface Baselines {
  readonly utilityProcess: Baseline;
  readonly interpreter: Baseline;
  readonly runPython: Baseline;
  readonly pythonProcess: Baseline;
}

export async function measureBaselines(electron: string): Promise<Baselines> {
  const utilityProcess = await sample(5, () => Promise.resolve(naiveUtilityProcess(electron)));
  const inProcess = await loadPyodide();
  return {
    utilityProcess: { name: 'naive loadPyodide in a utility process', measured: utilityProcess },
    interpreter: {
      name: 'naive loadPyodide in process',
      measured: await measure(3, () => loadPyodide()),
    },
    runPython: {
      name: 'runPython in process',
      measured: await measure(2000, () => {
        if (inProcess.runPython('1+1') !== 2) throw new Error('runPython gave a wrong answer');
      }),
    },
    pythonProcess: {
      name: 'spawning python3 -c 1+1',
      measured: await measure(20, () => {
        if (spawnSync('python3', ['-c', '1+1']).status !== 0) throw new Error('python3 does not run');
      }),
    },
  };
}
