/** The built command line with the user's own Python: no Electron is started. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunResult } from '../../src/shared/contract/run.ts';
import { PROJECT_ROOT } from '../support/electron-sandbox.ts';
import { nativePython } from '../support/native-python.ts';
import { needProcesses, processesMarked, untilNone } from '../support/processes.ts';

const BIN = path.join(PROJECT_ROOT, 'out/main/cli.js');
/** Says that it runs and starts a process of its own. */
const ENDLESS = [
  'import os, subprocess, sys, time',
  'subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"])',
  'os.write(1, b"on\\n")',
  'time.sleep(1000)',
].join('\n');

let python: string;
/** Marks all processes of a test: it is in their environment. */
let temporary: string;
beforeEach(async (context) => {
  python = await nativePython(context);
  temporary = await mkdtemp(path.join(tmpdir(), 'vivarium-native-test-'));
});
afterEach(async () => {
  await rm(temporary, { recursive: true, force: true });
});

const start = (...args: string[]): ChildProcess =>
  spawn(process.execPath, [BIN, 'run', '--runtime', 'native', '--python', python, ...args], {
    env: { ...process.env, TMPDIR: temporary, TMP: temporary, TEMP: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

const exitCode = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once('exit', resolve));

const textOf = (stream: ChildProcess['stdout']): Promise<string> =>
  stream === null ? Promise.resolve('') : text(stream);

describe('the built command', () => {
  it('runs code and leaves nothing behind', async () => {
    const child = start('--json', '-c', 'import sys\nprint("é")\nsys.version_info[0]');
    const [stdout, code] = await Promise.all([textOf(child.stdout), exitCode(child)]);
    expect(code).toBe(0);
    const expected = { status: 'ok', stdout: 'é\n', value: { json: 3 }, runtime: 'native' };
    expect(RunResult.parse(JSON.parse(stdout))).toMatchObject(expected);
    expect(await readdir(temporary)).toEqual([]);
  });

  it('ends with all that the code started at Ctrl-C', async (context) => {
    needProcesses(context);
    const child = start('-c', ENDLESS);
    child.stdout?.once('data', () => child.kill('SIGINT'));
    const [stderr, code] = await Promise.all([textOf(child.stderr), exitCode(child)]);
    expect(code).toBe(130);
    expect(stderr).toMatch(/vivarium: cancelled; run it again to start over\n$/u);
    await untilNone(() => processesMarked(temporary));
    expect(await readdir(temporary)).toEqual([]);
  });

  it('takes Python with it when it is killed', async (context) => {
    needProcesses(context);
    const child = start('-c', ENDLESS);
    child.stdout?.once('data', () => child.kill('SIGKILL'));
    await exitCode(child);
    await untilNone(() => processesMarked(temporary));
  });
});
