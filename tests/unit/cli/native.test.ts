/** The command line with the user's own Python: the real one, no Electron. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openNativePython } from '../../../src/main/cli/host/open-native.ts';
import { RunResult } from '../../../src/shared/contract/run.ts';
import { nativePython } from '../../support/native-python.ts';
import { needPosix } from '../../support/not-run.ts';
import { cli, start, type Outcome } from './harness.ts';

const NOTICE = 'vivarium: native Python is not sandboxed: the script can do whatever you can\n';

let python: string;
let cwd: string;
beforeEach(async (context) => {
  python = await nativePython(context);
  cwd = await mkdtemp(path.join(os.tmpdir(), 'vivarium-cli-native-'));
});
afterEach(async () => {
  await rm(cwd, { recursive: true, force: true });
});

const native = (...args: string[]): Promise<Outcome> =>
  cli(['run', '--runtime', 'native', '--python', python, ...args], { openNative: openNativePython, cwd });

describe('vivarium run --runtime native', () => {
  it('prints output, then the value; opens no sandbox', async () => {
    const outcome = await native('-c', 'print("hé")\n6 * 7');
    expect(outcome).toMatchObject({ code: 0, stdout: 'hé\n42\n', stderr: NOTICE, opened: [] });
  });

  it('gives one result as JSON', async () => {
    const outcome = await native('--json', '-c', 'print(1)\n{"a": 1}');
    expect(RunResult.parse(JSON.parse(outcome.stdout))).toMatchObject({
      status: 'ok',
      stdout: '1\n',
      value: { json: { a: 1 } },
      runtime: 'native',
    });
  });

  it('input() reads standard input', async () => {
    const outcome = await cli(
      ['run', '--runtime', 'native', '--python', python, '-c', 'input("Name? "), input()'],
      { openNative: openNativePython, cwd, stdin: Readable.from(['Zoë\n', 'B\n']) },
    );
    expect(outcome).toMatchObject({ code: 0, stdout: "Name? \n('Zoë', 'B')\n" });
  });

  it('--session names it in the result; it ends with the command', async () => {
    const outcome = await native('--json', '--session', 'mine', '-c', '1');
    expect(JSON.parse(outcome.stdout)).toMatchObject({ session: { id: 'mine', state: 'reset' } });
  });

  it.each([
    ['1/0', 1, /ZeroDivisionError: division by zero\n$/u],
    ['import sys; sys.exit(4)', 1, /the script exited with code 4\n$/u],
    ['while True: pass', 124, /vivarium: stopped after 1 s \(time limit\); raise it with --timeout\n$/u],
    ['bytearray(10**17)', 137, /vivarium: out of memory; work on less data at a time\n$/u],
    ['import os; os._exit(3)', 70, /vivarium: Python crashed \([^\n]*exit code 3\); look at the script\n$/u],
  ])('%j ends with %d', async (code, exitCode, stderr) => {
    const outcome = await native('--timeout', exitCode === 124 ? '1' : '60', '-c', code);
    expect(outcome).toMatchObject({
      code: exitCode,
      stdout: '',
      stderr: expect.stringMatching(stderr) as string,
    });
  });

  it('Ctrl-C cancels', async () => {
    const argv = [
      'run',
      '--runtime',
      'native',
      '--python',
      python,
      '--json',
      '-c',
      'import time\ntime.sleep(1000)',
    ];
    const started = start(argv, {
      cwd,
      openNative: async (options) => {
        const opened = await openNativePython(options);
        return {
          run: (request, runOptions) => {
            setImmediate(() => started.interrupt());
            return opened.run(request, runOptions);
          },
          dispose: () => opened.dispose(),
        };
      },
    });
    const outcome = await started.outcome;
    expect(outcome.code).toBe(130);
    expect(JSON.parse(outcome.stdout)).toMatchObject({ status: 'cancelled', runtime: 'native' });
  });

  it('a relative path starts at the current folder; a wrong one is named', async (context) => {
    needPosix(context);
    await writeFile(path.join(cwd, 'mine'), `#!/bin/sh\nexec "${python}" "$@"\n`);
    await chmod(path.join(cwd, 'mine'), 0o755);
    const run = (at: string): Promise<Outcome> =>
      cli(['run', '--runtime', 'native', '--python', at, '-c', '7'], { openNative: openNativePython, cwd });
    expect(await run('./mine')).toMatchObject({ code: 0, stdout: '7\n' });
    expect(await run('./other')).toMatchObject({
      code: 70,
      stdout: '',
      stderr: `${NOTICE}vivarium: Python could not start ("${path.join(cwd, 'other')}" does not exist; check the path); mend that and run it again\n`,
    });
  });

  it('takes the first Python on the PATH when none is named', async () => {
    const outcome = await cli(['run', '--runtime', 'native', '-c', '1'], {
      openNative: openNativePython,
      cwd,
    });
    expect(outcome).toMatchObject({ code: 0, stdout: '1\n' });
  });

  it('gives the script its files', async () => {
    await writeFile(path.join(cwd, 'data.csv'), 'a,b\n');
    expect(await native('--file', 'data.csv', '-c', 'open("data.csv").read()')).toMatchObject({
      stdout: 'a,b\n\n',
    });
  });

  it.each([
    [['--runtime', 'remote'], '--runtime "remote" is not a runtime; give embedded or native'],
    [['--python', 'python3'], '--python names your own Python; add --runtime native to run in it'],
    [
      ['--runtime', 'embedded', '--python', 'x'],
      '--python names your own Python; add --runtime native to run in it',
    ],
    [
      ['--runtime', 'native', '--memory', '512'],
      '--memory limits the embedded runtime only; leave it out with --runtime native',
    ],
  ])('refuses %j', async (args, message) => {
    expect(await cli(['run', ...args, '-c', '1'])).toMatchObject({
      code: 2,
      stderr: `vivarium: ${message}\n`,
      opened: [],
    });
  });
});
