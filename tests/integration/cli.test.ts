/** The built command line as a process of its own, with the real Electron behind it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isRoot } from '../../src/main/cli/host/electron-command.ts';
import { RunResult } from '../../src/shared/contract/run.ts';
import { PROJECT_ROOT } from '../support/electron-sandbox.ts';
import { eventually } from '../support/eventually.ts';
import {
  canSeeProcesses,
  needProcesses,
  processesMarked,
  untilNone,
  type ProcessInfo,
} from '../support/processes.ts';
import { WEATHER } from '../support/weather-figures.ts';

/** In the place of Electron: a program that leaves a trace when it is started. */
const fakeElectron = (dist: string, trace: string): void => {
  mkdirSync(dist);
  writeFileSync(path.join(dist, 'version'), '33.2.1');
  writeFileSync(path.join(dist, 'electron'), `#!/bin/sh\necho > '${trace}'\n`, { mode: 0o755 });
};

const BIN = path.join(PROJECT_ROOT, 'out/main/cli.js');

/**
 * Temporary files of the command and of all that it starts go here. Chromium's processes have the path in
 * their environment or on their command line, which is how they are found.
 */
let temporary: string;
let work: string;
beforeEach(() => {
  work = mkdtempSync(path.join(tmpdir(), 'vivarium-cli-test-'));
  temporary = path.join(work, 'tmp');
  mkdirSync(temporary);
});
afterEach(async () => {
  try {
    if (canSeeProcesses) await untilNone(processesOfCommand);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
});

const processesOfCommand = (): ProcessInfo[] => processesMarked(temporary);

const isElectron = ({ commandLine }: ProcessInfo): boolean =>
  commandLine.includes('--vivarium-host') || commandLine.includes('--type=');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const ROOT_NOTICE = /^vivarium: running as root, [^\n]+\n/u;

/** Said to root only; whether these tests run as root is not their subject. */
const withoutRootNotice = (stderr: string): string => (isRoot() ? stderr.replace(ROOT_NOTICE, '') : stderr);

class Command {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';

  constructor(program: string, argv: readonly string[], stdin = '') {
    this.child = spawn(program, argv, {
      cwd: work,
      env: { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary },
      stdio: 'pipe',
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.child.stdin?.on('error', () => undefined).end(stdin);
    this.ended = once(this.child, 'close').then(([code]) => ({
      code: code as number | null,
      stdout: this.stdout,
      stderr: withoutRootNotice(this.stderr),
    }));
  }

  /** Resolves when the text has been printed on stdout; fails when the command ends before that. */
  async untilPrinted(text: string): Promise<void> {
    const printed = eventually(() => expect(this.stdout).toContain(text), { withinMs: 60_000 });
    printed.catch(() => undefined);
    const silent = this.ended.then((ended) => {
      throw new Error(`it ended without having printed that: ${JSON.stringify(ended)}`);
    });
    silent.catch(() => undefined);
    await Promise.race([printed, silent]);
  }
}

const start = (...argv: string[]): Command => new Command(process.execPath, [BIN, 'run', ...argv]);
const vivarium = (...argv: string[]): Promise<Ended> => start(...argv).ended;

const write = (name: string, content: string | Uint8Array): string => {
  const file = path.join(work, name);
  writeFileSync(file, content);
  return file;
};

/** The one line of `--json`, and nothing beside it. */
const parseJson = ({ stdout, stderr }: Ended): RunResult => {
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^[^\n]+\n$/u);
  return RunResult.parse(JSON.parse(stdout));
};

describe('vivarium run', () => {
  it('runs -c', async () => {
    expect(await vivarium('-c', '1+1')).toEqual({ code: 0, stdout: '2\n', stderr: '' });
  });

  it('runs a file, with its output before its value', async () => {
    const script = write(
      'script é.py',
      'import sys\nprint("你好 👩‍👩‍👧")\nprint("err", file=sys.stderr)\n# the value\n"e\\u0301"\n',
    );
    expect(await vivarium(script)).toEqual({ code: 0, stdout: '你好 👩‍👩‍👧\ne\u0301\n', stderr: 'err\n' });
  });

  it('runs standard input', async () => {
    const command = new Command(process.execPath, [BIN, 'run', '-'], 'print("from stdin", end="")\n40 + 2');
    expect(await command.ended).toEqual({ code: 0, stdout: 'from stdin\n42\n', stderr: '' });
  });

  it('leaves no temporary files behind', async () => {
    await vivarium('-c', '1');
    expect(readdirSync(temporary, { recursive: true })).toEqual([]);
  });

  it('hands files over', async () => {
    write('数据.csv', 'a,b\n1,2\n');
    write('plain.txt', 'plain');
    const code = 'print(open("in/data.csv").read(), open("plain.txt").read())';
    expect(await vivarium('-c', code, '--file', '数据.csv=in/data.csv', '--file', 'plain.txt')).toEqual({
      code: 0,
      stdout: 'a,b\n1,2\n plain\n',
      stderr: '',
    });
  });

  it('prints one JSON result with --json, whatever the code prints', async () => {
    const ended = await vivarium(
      '--json',
      '-c',
      'import sys\nprint("{\\"forged\\": 1}\\nline")\nprint("err", file=sys.stderr)\nopen("o.txt", "w").write("x")\n{"a": [1]}',
    );
    expect(ended.code).toBe(0);
    expect(parseJson(ended)).toMatchObject({
      status: 'ok',
      value: { json: { a: [1] } },
      stdout: '{"forged": 1}\nline\n',
      stderr: 'err\n',
      files: [{ name: 'o.txt', size: 1, mime: 'text/plain' }],
      error: null,
    });
  });

  it.each([
    ['an error', 1, 'error', ['-c', '1/0']],
    ['sys.exit(0)', 0, 'ok', ['-c', 'import sys; sys.exit(0)']],
    ['sys.exit(3)', 1, 'error', ['-c', 'import sys; sys.exit(3)']],
    ['the time limit', 124, 'timeout', ['--timeout', '1', '-c', 'while True: pass']],
    ['the memory limit', 137, 'out-of-memory', ['--memory', '128', '-c', 'x = bytearray(2**28)']],
    ['a crash', 70, 'crashed', ['-c', 'import os; os._exit(0)']],
  ])('reports %s by its exit code %i', async (_name, code, status, argv) => {
    const ended = await vivarium('--json', ...argv);
    expect(ended.code).toBe(code);
    expect(parseJson(ended)).toMatchObject({ status });
  });

  it('prints an error as Python does', async () => {
    const { code, stdout, stderr } = await vivarium('-c', 'print("before")\n\nraise ValueError("é")');
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'before\n' });
    expect(stderr).toBe(
      'Traceback (most recent call last):\n  File "<script>", line 3, in <module>\n    raise ValueError("é")\nValueError: é\n',
    );
  });

  it('says in a sentence what ended the run', async () => {
    const { code, stderr } = await vivarium('--timeout', '1', '-c', 'while True: pass');
    expect({ code, stderr }).toEqual({
      code: 124,
      stderr: expect.stringMatching(
        /\nKeyboardInterrupt\nvivarium: stopped after 1 s \(time limit\); .+\n$/u,
      ) as string,
    });
  });

  it('computes the figures of examples/weather.py from the real data', async () => {
    const ended = await vivarium(
      '--json',
      path.join(PROJECT_ROOT, 'examples/weather.py'),
      '--file',
      path.join(PROJECT_ROOT, 'node_modules/vega-datasets/data/seattle-weather.csv'),
    );
    expect(ended.code).toBe(0);
    const result = parseJson(ended);
    expect(result.value?.json).toEqual(WEATHER.value);
    expect(result.stdout).toContain(WEATHER.stdout);
  });
});

describe('vivarium run, while it runs', () => {
  beforeEach(needProcesses);
  const ENDLESS = 'print("started", flush=True)\nwhile True: pass';

  it('prints at once, while its processes can be seen', async () => {
    const command = start('-c', ENDLESS);
    await command.untilPrinted('started\n');
    const running = processesOfCommand();
    expect(running.some(({ commandLine }) => commandLine.includes('--vivarium-host'))).toBe(true);
    expect(running.some(({ commandLine }) => commandLine.includes('--type=utility'))).toBe(true);
    command.child.kill('SIGINT');
    expect(await command.ended).toMatchObject({ code: 130 });
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('is cancelled by %s', async (signal) => {
    const command = start('-c', ENDLESS);
    await command.untilPrinted('started\n');
    command.child.kill(signal);
    expect(await command.ended).toEqual({
      code: 130,
      stdout: 'started\n',
      // Where it was, as Python says it.
      stderr: expect.stringMatching(
        /line \d+, in <module>[^]*\nKeyboardInterrupt\nvivarium: cancelled; run it again to start over\n$/u,
      ) as string,
    });
  });

  it('prints its JSON when it is cancelled', async () => {
    const command = start('--json', '-c', ENDLESS);
    await eventually(
      () =>
        expect(processesOfCommand().some((found) => found.commandLine.includes('--type=utility'))).toBe(true),
      { withinMs: 60_000 },
    );
    command.child.kill('SIGINT');
    const ended = await command.ended;
    expect(ended.code).toBe(130);
    expect(parseJson(ended)).toMatchObject({ status: 'cancelled', error: { type: 'Cancelled' } });
  });

  it('is cancelled while Electron starts', async () => {
    const command = start('--json', '-c', ENDLESS);
    await eventually(() => expect(processesOfCommand().some(isElectron)).toBe(true), { withinMs: 60_000 });
    command.child.kill('SIGINT');
    const ended = await command.ended;
    expect(ended.code).toBe(130);
    expect(parseJson(ended)).toMatchObject({ status: 'cancelled' });
  });

  it('leaves at the second Ctrl-C', async () => {
    const command = start('-c', ENDLESS);
    await command.untilPrinted('started\n');
    // Whether the second one comes in time is up to the machine; the answer is the same.
    command.child.kill('SIGINT');
    command.child.kill('SIGINT');
    expect(await command.ended).toMatchObject({ code: 130, stdout: 'started\n' });
  });

  it('leaves at the second Ctrl-C though its host hangs, and leaves no host behind', async () => {
    const command = start('-c', ENDLESS);
    await command.untilPrinted('started\n');
    const host = processesOfCommand().find(({ commandLine }) => commandLine.includes('--vivarium-host'));
    if (host === undefined) throw new Error('there is no host');
    process.kill(host.pid, 'SIGSTOP');
    // Repeated until it counts as a second one and not as an echo of the first.
    await eventually(() => {
      command.child.kill('SIGINT');
      expect(command.child.exitCode).toBe(130);
    });
    await untilNone(processesOfCommand);
    expect(await command.ended).toMatchObject({ code: 130, stdout: 'started\n' });
  });

  it('killed by SIGKILL leaves nothing running, and what it left on disk goes with the next start', async () => {
    const command = start('-c', ENDLESS);
    const other = start('-c', ENDLESS);
    await Promise.all([command.untilPrinted('started\n'), other.untilPrinted('started\n')]);
    const folders = (): string[] =>
      readdirSync(temporary).filter((name) => name.startsWith('vivarium-host-'));
    const ofCommand = folders().filter((name) => name.includes(`-${command.child.pid}-`));
    const ofOther = folders().filter((name) => name.includes(`-${other.child.pid}-`));
    expect([ofCommand.length, ofOther.length, folders().length]).toEqual([1, 1, 2]);
    command.child.kill('SIGKILL');
    expect(await command.ended).toMatchObject({ code: null });
    await untilNone(() =>
      processesOfCommand().filter(({ commandLine }) => ofCommand.some((name) => commandLine.includes(name))),
    );
    expect(folders()).toEqual(expect.arrayContaining(ofCommand));
    expect(await vivarium('-c', '1+1')).toMatchObject({ code: 0 });
    expect(folders()).toEqual(ofOther);
    other.child.kill('SIGINT');
    await other.ended;
    expect(folders()).toEqual([]);
  });

  it('ends when nobody reads its output any more', async () => {
    const script = write('flood.py', 'i = 0\nwhile True:\n  i += 1\n  print(i)\n');
    const command = new Command('/bin/sh', [
      '-c',
      '{ "$0" "$1" run "$2"; echo "exit $?" >&2; } | head -n 1',
      process.execPath,
      BIN,
      script,
    ]);
    expect(await command.ended).toEqual({ code: 0, stdout: '1\n', stderr: 'exit 141\n' });
  });

  it('is its host’s death told as a crash', async () => {
    const command = start('--json', '-c', ENDLESS);
    const host = await eventually(
      () => {
        const found = processesOfCommand();
        expect(found.some(({ commandLine }) => commandLine.includes('--type=utility'))).toBe(true);
        const main = found.find(({ commandLine }) => commandLine.includes('--vivarium-host'));
        if (main === undefined) throw new Error('there is no host');
        return main;
      },
      { withinMs: 60_000 },
    );
    process.kill(host.pid, 'SIGKILL');
    const ended = await command.ended;
    expect(ended.code).toBe(70);
    expect(['crashed', 'setup-failed']).toContain(parseJson(ended).status);
  });
});

describe('bad input', () => {
  beforeEach(needProcesses);

  it.each([
    ['a file that is missing', ['no-such-file.py']],
    ['a folder', ['.']],
    ['a file that is not UTF-8', ['latin1.py']],
    ['a file that is too large', ['large.py']],
    ['no code at all', []],
    ['two sources', ['good.py', '-c', '1']],
    ['a negative time limit', ['--timeout=-1', '-c', '1']],
    ['an absurd time limit', ['--timeout', '1e99', '-c', '1']],
    ['an absurd memory limit', ['--memory', '99999999', '-c', '1']],
    ['an unknown option', ['--no-such-option', '-c', '1']],
    ['two files of one name', ['-c', '1', '--file', 'good.py=x', '--file', 'latin1.py=x']],
    ['a name that climbs out', ['-c', '1', '--file', 'good.py=../x']],
    ['an unusable session name', ['-c', '1', '--session', 'a b']],
  ])('%s is said in one line, and nothing is started', async (_name, argv) => {
    write('good.py', '1');
    write('latin1.py', Buffer.from('x = "\xe9"', 'latin1'));
    write('large.py', '#'.repeat(1024 * 1024 + 1));
    const trace = path.join(work, 'started');
    const dist = path.join(work, 'dist');
    fakeElectron(dist, trace);
    const command = new Command('/usr/bin/env', [
      `ELECTRON_OVERRIDE_DIST_PATH=${dist}`,
      process.execPath,
      BIN,
      'run',
      ...argv,
    ]);
    const { code, stdout, stderr } = await command.ended;
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^vivarium: [^\n]+\n$/u);
    expect(readdirSync(work)).not.toContain('started');
  });

  it('the trace would be seen', async () => {
    const trace = path.join(work, 'started');
    const dist = path.join(work, 'dist');
    fakeElectron(dist, trace);
    const command = new Command('/usr/bin/env', [
      `ELECTRON_OVERRIDE_DIST_PATH=${dist}`,
      process.execPath,
      BIN,
      'run',
      '--json',
      '-c',
      '1',
    ]);
    const ended = await command.ended;
    expect(ended.code).toBe(70);
    expect(parseJson(ended)).toMatchObject({ status: 'setup-failed' });
    expect(readdirSync(work)).toContain('started');
  });
});
