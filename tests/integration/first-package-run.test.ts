/** The very first run with packages on the command line: the snapshot for later ones is made once the caller has its result. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { runJson, vivarium } from '../support/command.ts';
import { PROJECT_ROOT } from '../support/electron-sandbox.ts';
import { eventually } from '../support/eventually.ts';
import { needProcesses, processesMarked, type ProcessInfo } from '../support/processes.ts';
import { testWheels } from '../support/test-wheels.ts';

const LONG_MS = 300_000;
/** Whether it was loaded before the code's first line, which only a snapshot can bring about. */
const LOADED = 'import sys\nbefore = "numpy" in sys.modules\nimport numpy\nbefore';

interface Place {
  readonly data: string;
  /** Where hosts keep Chromium's files. */
  readonly temporary: string;
  /** Of images with packages. */
  readonly images: () => string[];
  readonly isClaimed: () => boolean;
  /** Everything that was started for it. */
  readonly processes: () => ProcessInfo[];
}

const withNumpy = async (context: TestContext): Promise<Place> => {
  needProcesses(context);
  const mirror = await testWheels(context);
  const data = mkdtempSync(path.join(tmpdir(), 'vivarium-first-'));
  const processes = (): ProcessInfo[] => processesMarked(`VIVARIUM_DATA_DIR=${data}`);
  onTestFinished(async () => {
    for (const { pid } of processes()) process.kill(pid, 'SIGKILL');
    await eventually(() => expect(processes()).toEqual([]));
    rmSync(data, { recursive: true, force: true });
  });
  const installed = await vivarium(['packages', 'install', 'numpy', '--mirror', mirror, '--offline'], {
    data,
  });
  expect(installed.code).toBe(0);
  const names = (): string[] => {
    const cache = path.join(data, 'pyodide-cache');
    try {
      return readdirSync(path.join(cache, readdirSync(cache)[0] ?? '', 'snapshots', 'packages'));
    } catch {
      return [];
    }
  };
  const temporary = path.join(data, 'tmp');
  mkdirSync(temporary);
  return {
    data,
    temporary,
    processes,
    images: () => names().filter((name) => name.endsWith('.snapshot')),
    isClaimed: () => names().includes('making'),
  };
};

const run = ({ data }: Place): ReturnType<typeof runJson> => runJson(['--offline', '-c', LOADED], { data });

describe('the first run with packages', { timeout: LONG_MS }, () => {
  it('gives its result before a snapshot is made; what makes it ends by itself and leaves nothing else', async (context) => {
    const place = await withNumpy(context);
    const first = await run(place);
    // Its output has ended, too: nobody who reads it waits.
    expect([first.status, first.value?.text, place.images()]).toEqual(['ok', 'False', []]);
    expect(place.processes().length).toBeGreaterThan(0);
    await eventually(() => expect(place.images()).toHaveLength(1), { withinMs: LONG_MS / 2 });
    await eventually(() => expect(place.processes()).toEqual([]), { withinMs: 20_000 });
    expect(place.isClaimed()).toBe(false);
    expect(readdirSync(place.temporary)).toEqual([]);

    const second = await run(place);
    expect([second.status, second.value?.text]).toEqual(['ok', 'True']);
    // Nothing is to be made any more.
    expect(place.processes()).toEqual([]);
  });

  it('killed with all that is behind it while a snapshot is made: nothing is believed, and the next one makes it', async (context) => {
    const place = await withNumpy(context);
    await run(place);
    await eventually(() => expect(place.isClaimed()).toBe(true), { withinMs: 60_000 });
    for (const { pid } of place.processes()) process.kill(pid, 'SIGKILL');
    await eventually(() => expect(place.processes()).toEqual([]));
    expect([place.images(), place.isClaimed()]).toEqual([[], true]);
    expect((await run(place)).value?.text).toBe('False');
    await eventually(() => expect(place.images()).toHaveLength(1), { withinMs: LONG_MS / 2 });
    expect((await run(place)).value?.text).toBe('True');
  });

  it('is followed by nothing when it was cancelled', async (context) => {
    const place = await withNumpy(context);
    const code = 'import numpy, time\nprint("begun", flush=True)\nwhile True: time.sleep(0.1)';
    const command = [path.join(PROJECT_ROOT, 'out/main/cli.js'), 'run', '--offline', '-c', code];
    const child = spawn(process.execPath, command, {
      env: { ...process.env, VIVARIUM_DATA_DIR: place.data },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const exited = once(child, 'exit');
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    expect(await exited).toEqual([130, null]);
    expect([place.processes(), place.images()]).toEqual([[], []]);
  });
});
