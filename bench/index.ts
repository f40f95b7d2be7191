/**
 * `npm run bench [-- --json]`: how long things take, each beside a baseline measured in the same run, since
 * machines are noisy. Nothing here is asserted.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import path from 'node:path';
import { loadPyodide } from 'pyodide';
import { ElectronHost } from '../src/main/cli/open-electron-host.ts';
import { buildIfStale } from '../scripts/build.ts';
import { provision } from '../scripts/provision.ts';
import { runAsCommand } from '../scripts/shared/command.ts';
import { logToStderr } from '../scripts/shared/log.ts';
import { projectRoot } from '../scripts/shared/project.ts';
import { measure, ratio, sample, type Row } from './measure.ts';
import { packageRows } from './packages.ts';

const SANDBOX = { memoryMiB: 1024, outputKiB: 1024 };

const quiet = { signal: new AbortController().signal, onOutput: (): void => undefined };

/** Ends on anything but the answer, so that no failure passes for a fast run. */
async function answerTwo(host: ElectronHost, session?: string): Promise<void> {
  const result = await host.run({ code: '1+1', ...(session === undefined ? {} : { session }) }, quiet);
  if (result.value?.text !== '2') throw new Error(`wrong answer: ${JSON.stringify(result)}`);
}

async function openHost(electron: string): Promise<ElectronHost> {
  const host = new ElectronHost(electron, projectRoot);
  await host.open(SANDBOX);
  return host;
}

async function rows(electron: string): Promise<Row[]> {
  const naive = {
    name: 'naive loadPyodide and runPython in a new Node process',
    measured: await measure(3, () =>
      execFileSync(process.execPath, [path.join(import.meta.dirname, 'naive-pyodide.mjs')]),
    ),
  };
  const coldStart = await measure(3, async () => {
    const host = await openHost(electron);
    await answerTwo(host);
    await host.dispose();
  });
  const host = await openHost(electron);
  await answerTwo(host);
  const fresh = await measure(5, () => answerTwo(host));
  const inProcess = await loadPyodide();
  const naiveInterpreter = await measure(3, () => loadPyodide());
  await answerTwo(host, 'warm');
  const warm = await measure(500, () => answerTwo(host, 'warm'));
  const runPython = await measure(500, () => {
    inProcess.runPython('1+1');
  });
  const spawnPython = await measure(20, () => {
    if (spawnSync('python3', ['-c', '1+1']).status !== 0) throw new Error('python3 does not run');
  });
  const echo = await measure(500, () => host.status());
  const hardStop = await sample(3, () => stopLoop(host));
  const afterLoop = {
    name: 'a fresh interpreter (above)',
    measured: fresh,
  };
  await host.dispose();
  return [
    {
      name: 'cold start: Electron, sidecar, interpreter, answer, disposal',
      measured: coldStart,
      baseline: naive,
    },
    {
      name: 'fresh interpreter in a live sidecar, and its answer',
      measured: fresh,
      baseline: { name: 'naive loadPyodide, in process', measured: naiveInterpreter },
    },
    {
      name: 'warm call in a session',
      measured: warm,
      baseline: { name: 'spawning python3 -c 1+1', measured: spawnPython },
    },
    {
      name: 'warm call in a session',
      measured: warm,
      baseline: { name: 'in-process runPython', measured: runPython },
    },
    {
      name: 'warm call in a session',
      measured: warm,
      baseline: { name: 'echo between the command line and Electron', measured: echo },
    },
    { name: 'stop an endless loop: from cancelling to the result', measured: hardStop, baseline: afterLoop },
  ];
}

/** From cancelling an endless loop to the result, in ms. */
async function stopLoop(host: ElectronHost): Promise<number> {
  const stop = new AbortController();
  let stoppedAt = 0;
  const result = await host.run(
    { code: 'print("looping", flush=True)\nwhile True: pass' },
    {
      signal: stop.signal,
      onOutput: () => {
        stoppedAt = performance.now();
        stop.abort();
      },
    },
  );
  if (result.status !== 'cancelled') throw new Error(`not cancelled: ${result.status}`);
  return performance.now() - stoppedAt;
}

const milliseconds = (value: number): string => value.toFixed(value < 10 ? 2 : 0);

function print(table: readonly Row[]): void {
  for (const row of table) {
    console.log(row.name);
    console.log(`  p50 ${milliseconds(row.measured.p50)} ms, p99 ${milliseconds(row.measured.p99)} ms`);
    console.log(
      `  baseline: ${row.baseline.name}, p50 ${milliseconds(row.baseline.measured.p50)} ms; ratio ${ratio(row).toFixed(2)}`,
    );
  }
}

await runAsCommand(async () => {
  const electron = await provision({ window: false, log: logToStderr });
  await buildIfStale(logToStderr);
  process.env['ELECTRON_OVERRIDE_DIST_PATH'] = electron.electronDist;
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    node: process.versions.node,
    electron: electron.electronVersion,
  };
  const table = [...(await rows(electron.electronPath)), ...(await packageRows())];
  if (process.argv.includes('--json')) console.log(JSON.stringify({ machine, rows: table }));
  else {
    console.log(`${machine.cpu}, ${machine.cores} cores, Electron ${machine.electron}, Node ${machine.node}`);
    print(table);
  }
  return 0;
});
