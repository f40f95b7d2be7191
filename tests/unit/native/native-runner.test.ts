import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nativeRunner } from '../../../src/main/native/native-runner.ts';
import type { Runner } from '../../../src/main/run/runner.ts';
import { RunFolder } from '../../../src/main/native/run-folder.ts';
import { systemClock } from '../../../src/main/base/clock.ts';
import { LIMITS } from '../../../src/shared/limits.ts';
import {
  RunResult,
  type RunDisplay,
  type RunOutput,
  type RunRequest,
} from '../../../src/shared/contract/run.ts';
import { nativePython, nativePythons } from '../../support/native-python.ts';
import { needPosix } from '../../support/not-run.ts';
import { needProcesses, processesMarked, untilGone, untilNone } from '../../support/processes.ts';

// Other test files make such folders at the same time.
const temporary = mkdtempSync(path.join(os.tmpdir(), 'vivarium-native-test-'));
process.env['TMPDIR'] = temporary;
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

const runFolders = async (): Promise<string[]> =>
  (await readdir(os.tmpdir())).filter((name) => name.startsWith('vivarium-run-'));

let binpath: string;
let runner: Runner;
const make = (outputKiB = 64): Runner =>
  nativeRunner({ binpath: () => binpath, clock: systemClock, outputKiB: () => outputKiB });

beforeEach(async (context) => {
  binpath = await nativePython(context);
  runner = make();
});
afterEach(async () => {
  await runner.dispose();
});

const run = async (code: string, request: Partial<RunRequest> = {}): Promise<RunResult> => {
  const result = await runner.run({ code, timeoutMs: 30_000, ...request });
  // Whoever gets it parses it.
  expect(RunResult.parse(result)).toEqual(result);
  expect(result.runtime).toBe('native');
  return result;
};

describe('values', () => {
  it.each([
    ['1 + 1', { text: '2', json: 2 }],
    ['x = 3', null],
    ['None', null],
    ['1;', null],
    ['1; # quiet', null],
    ['(1\n) # not ; quiet', { text: '1', json: 1 }],
    ['"a;b"', { text: 'a;b', json: 'a;b' }],
    ['x = 1; x + 1', { text: '2', json: 2 }],
    ['"""\nprint("no")\n1;"""', { text: '\nprint("no")\n1;', json: '\nprint("no")\n1;' }],
    ['import functools\n@functools.lru_cache()\ndef f():\n    return 5\nf()', { text: '5', json: 5 }],
    ['@staticmethod\ndef f():\n    return 5', null],
    ['if True:\n    7', null],
    ['import asyncio\nawait asyncio.sleep(0)\n"done"', { text: 'done', json: 'done' }],
    ['async def f():\n    return 8\nawait f()', { text: '8', json: 8 }],
    ['async def f():\n    return 8\nimport asyncio\nasyncio.run(f())', { text: '8', json: 8 }],
    [
      '{"a": [1, 2.5, None, True], "b": ("x",)}',
      { text: "{'a': [1, 2.5, None, True], 'b': ('x',)}", json: { a: [1, 2.5, null, true], b: ['x'] } },
    ],
    ['{1: 2}', { text: '{1: 2}' }],
    ['float("nan")', { text: 'nan' }],
    ['2**60', { text: '1152921504606846976' }],
    ['"\\ud800"', { text: '\\ud800' }],
    ['"żółw 🐢"', { text: 'żółw 🐢', json: 'żółw 🐢' }],
    ['a = []\na.append(a)\na', { text: '[[...]]' }],
    ['__name__', { text: '__main__', json: '__main__' }],
    [
      'class A:\n    def __str__(self): raise ValueError\nA()',
      { text: 'a value of type A that has no text: its __str__ raised ValueError' },
    ],
    ['', null],
    ['# only this', null],
  ])('%j', async (code, value) => {
    expect(await run(code)).toMatchObject({ status: 'ok', value, error: null, truncated: false });
  });

  it('a large value is cut, and the result says so', async () => {
    const result = await run('"x" * 5_000_000');
    expect(result).toMatchObject({ status: 'ok', truncated: true });
    const [, start = '', count, end = ''] =
      /^(x+)\n\[\.\.\. (\d+) characters left out \.\.\.\]\n(x+)$/u.exec(result.value?.text ?? '') ?? [];
    expect(start.length + Number(count) + end.length).toBe(5_000_000);
    expect(64 * 1024 - (result.value?.text.length ?? 0)).toBeOneOf([0, 1, 2]);
    expect(result.value).not.toHaveProperty('json');
  });

  it('are described by every Python that is installed here', { timeout: 120_000 }, async (context) => {
    for (const { path: at, version } of await nativePythons(context)) {
      binpath = at;
      const code =
        'import sys\nprint("ö")\nawait __import__("asyncio").sleep(0)\n"%d.%d.%d" % sys.version_info[:3]';
      expect(await run(code)).toMatchObject({ status: 'ok', stdout: 'ö\n', value: { text: version } });
      expect((await run('def f():\n    return 1 / 0\nf()')).error).toMatchObject({
        type: 'ZeroDivisionError',
        line: 2,
        traceback: expect.stringMatching(
          /^Traceback \(most recent call last\):\n {2}File "<script>", line 3/u,
        ) as string,
      });
      const unfinished = await run('x = (');
      expect(unfinished.error).toMatchObject({ type: 'SyntaxError', line: 1 });
      expect(unfinished.error?.traceback).toMatch(/^ {2}File "<script>", line 1\n/u);
    }
  });
});

describe('errors', () => {
  it('have the guest’s frames and the right line', async () => {
    const result = await run('import json\n\ndef f(x):\n    return json.loads(x)\n\nf("{")\n');
    expect(result).toMatchObject({
      status: 'error',
      value: null,
      error: { type: 'json.decoder.JSONDecodeError', line: 4 },
    });
    expect(result.error?.traceback).not.toContain('native_runner');
    expect(result.error?.traceback).toContain('    return json.loads(x)');
  });

  it('of awaited code too', async () => {
    const { error } = await run('async def f():\n    raise KeyError("k")\nawait f()');
    expect(error).toMatchObject({ type: 'KeyError', message: "'k'", line: 2 });
    expect(error?.traceback).not.toMatch(/native_runner|asyncio/u);
  });

  it.each([
    ['def f(:\n  1', 'SyntaxError', 1],
    ['x = 1\n  y = 2', 'IndentationError', 2],
    ['x = 1\nreturn 5', 'SyntaxError', 2],
    ['raise SystemExit("bye")', 'SystemExit', 1],
    ['import sys\nsys.exit(3)', 'SystemExit', 2],
    ['raise KeyboardInterrupt', 'KeyboardInterrupt', 1],
    ['def f():\n    f()\nf()', 'RecursionError', 2],
    ['input()', 'EOFError', 1],
    ['eval("1 +")', 'SyntaxError', 1],
  ])('%j is a %s in line %d', async (code, type, line) => {
    expect(await run(code)).toMatchObject({ status: 'error', error: { type, line } });
  });

  it('sys.exit without a message is no error', async () => {
    expect(await run('import sys\nprint(1)\nsys.exit()')).toMatchObject({
      status: 'ok',
      stdout: '1\n',
      error: null,
    });
    expect(await run('exit(0)')).toMatchObject({ status: 'ok', error: null });
  });

  it('no memory', async () => {
    expect(await run('bytearray(10**17)')).toMatchObject({
      status: 'out-of-memory',
      error: { type: 'MemoryError' },
    });
  });

  it('a crash names the signal and where it was', async (context) => {
    needPosix(context);
    const result = await run('import os, sys\nprint("before")\ndef f():\n    os.abort()\nf()');
    expect(result).toMatchObject({ status: 'crashed', stdout: 'before\n', value: null });
    expect(result.error?.message).toContain('signal SIGABRT');
    expect(result.error?.traceback).toContain('File "<script>", line 4 in f');
    expect(result.error?.traceback).not.toContain('native_runner');
    const segfault = await run('import ctypes\nctypes.string_at(0)');
    expect(segfault).toMatchObject({ status: 'crashed' });
    expect(segfault.error?.message).toContain('signal SIGSEGV');
  });

  it('an exit past the runner is a crash with its code', async () => {
    const result = await run('import os\nos._exit(7)');
    expect(result.error?.message).toContain('exit code 7');
    expect(result.status).toBe('crashed');
  });

  it('a spoilt report is no result', async () => {
    // After it was written, when there are neither globals nor modules any more: what is needed is in the defaults.
    const spoil = (act: string): string => `import os, sys
class Spoil:
    def __del__(self, at=os.path.join(os.path.dirname(__file__), "outcome.json"), open=os.open, write=os.write,
                remove=os.remove, mkfifo=getattr(os, "mkfifo", None), truncate=os.truncate, flags=os.O_WRONLY | os.O_TRUNC):
        ${act}
sys.spoil = Spoil()`;
    expect(await run(spoil('write(open(at, flags), b"{")'))).toMatchObject({ status: 'crashed' });
    if (process.platform !== 'win32')
      expect(await run(spoil('remove(at), mkfifo(at)'))).toMatchObject({ status: 'crashed' });
    expect(await run(spoil('truncate(at, 10**9)'))).toMatchObject({ status: 'crashed' });
  });
});

describe('output', () => {
  it('comes while the code runs', async () => {
    const seen: string[] = [];
    const abort = new AbortController();
    const onOutput = ({ stream, bytes }: RunOutput): void => {
      seen.push(`${stream}:${Buffer.from(bytes).toString()}`);
      if (seen.length === 2) abort.abort();
    };
    const code =
      'import os, time\nos.write(1, b"out")\ntime.sleep(0.2)\nos.write(2, b"err")\ntime.sleep(1000)';
    const result = await runner.run({ code }, { onOutput, signal: abort.signal });
    expect(seen).toEqual(['stdout:out', 'stderr:err']);
    expect(result).toMatchObject({ status: 'cancelled', stdout: 'out', stderr: 'err' });
  });

  it('a flood is cut at the cap, and the code goes on', async () => {
    const code =
      'import sys\nfor _ in range(3000):\n    print("x" * 999)\nprint("e" * 70000, file=sys.stderr)\n"end"';
    const result = await run(code);
    expect(result).toMatchObject({ status: 'ok', truncated: true, value: { text: 'end' } });
    for (const text of [result.stdout, result.stderr]) {
      expect(Buffer.byteLength(text)).toBeGreaterThan(62 * 1024);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(64 * 1024);
      expect(text).toMatch(/^[xe\n]+\n\[\.\.\. \d+ bytes left out \.\.\.\]\n[xe\n]+\n$/u);
    }
  });

  it('a cap in the middle of a character does no harm', async () => {
    const result = await run('print("a" + "é" * 40000 + "z")');
    expect(result.stdout).toMatch(/^aé+\n\[\.\.\. \d+ bytes left out \.\.\.\]\né+z\n$/u);
  });

  it('facts of the run and notebook features are as in the sandbox', async () => {
    const request = {
      code: '%matplotlib inline\nimport os, sys\n[sys.argv, open(__file__).read(), os.environ["COLUMNS"]]',
      args: ['3', 'a b'],
      script: 'mine.py',
      columns: 120,
      files: [{ name: 'mine.py', bytes: new TextEncoder().encode('# mine') }],
    };
    const { error, files, value } = await make().run(request);
    expect([error, files]).toEqual([null, []]);
    expect(value?.json).toEqual([['mine.py', '3', 'a b'], '# mine', '120']);
  });

  it('the error about a missing file lists the files that are there', async () => {
    const files = [{ name: 'sales.csv', bytes: new TextEncoder().encode('a') }];
    const { error } = await make().run({ code: 'open("/mnt/data/sale.csv")', files });
    expect(error?.message).toMatch(/; did you mean 'sales\.csv'\? the files here are: sales\.csv$/u);
  });

  it('prints in any script', async () => {
    expect(await run('print("你好 żółw 🐢")')).toMatchObject({ stdout: '你好 żółw 🐢\n' });
    expect((await run('import os\nos.write(1, b"\\xff\\n")')).stdout).toBe('\ufffd\n');
  });
});

describe('stopping', () => {
  it('a loop ends at its limit', async () => {
    const result = await run('print("on")\nwhile True: pass', { timeoutMs: 6000 });
    expect(result).toMatchObject({
      status: 'timeout',
      stdout: 'on\n',
      value: null,
      session: { state: 'reset' },
    });
    expect(result.error).toMatchObject({
      type: 'Timeout',
      line: 2,
      traceback: expect.stringContaining('File "<script>", line 2') as string,
    });
    expect(await run('1')).toMatchObject({ status: 'ok' });
  });

  it('code may tidy up when interrupted', async (context) => {
    needPosix(context);
    const code =
      'import os, time\ntry:\n    os.write(1, b"on\\n")\n    time.sleep(1000)\nfinally:\n    print("tidy")';
    const abort = new AbortController();
    const result = await runner.run({ code }, { signal: abort.signal, onOutput: () => abort.abort() });
    expect(result).toMatchObject({ status: 'cancelled', stdout: 'on\ntidy\n' });
  });

  it('code that swallows the interrupt is killed', async () => {
    const code =
      'import os, time\nwhile True:\n    try:\n        os.write(1, b"on\\n")\n        time.sleep(1000)\n' +
      '    except BaseException:\n        os.write(1, b"no\\n")';
    const abort = new AbortController();
    const result = await runner.run({ code }, { signal: abort.signal, onOutput: () => abort.abort() });
    expect(result).toMatchObject({ status: 'cancelled', stdout: 'on\nno\non\n' });
  });

  it('a run that waits for its turn can be cancelled', async () => {
    const abort = new AbortController();
    const busy = Array.from({ length: LIMITS.sessions }, () =>
      runner.run({ code: 'import time\ntime.sleep(1000)' }, { signal: abort.signal }),
    );
    const waiting = new AbortController();
    const last = runner.run({ code: '1' }, { signal: waiting.signal });
    waiting.abort();
    expect(await last).toMatchObject({ status: 'cancelled', timing: { runMs: 0 } });
    abort.abort();
    for (const result of await Promise.all(busy)) expect(result.status).toBe('cancelled');
  });

  it('a run whose interpreter does not answer can be cancelled', async (context) => {
    needPosix(context);
    const folder = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
    binpath = path.join(folder, 'python');
    execFileSync('tee', [binpath], { input: '#!/bin/sh\nsleep 2\n', stdio: ['pipe', 'ignore', 'inherit'] });
    execFileSync('chmod', ['+x', binpath]);
    const abort = new AbortController();
    const running = runner.run({ code: '1' }, { signal: abort.signal });
    abort.abort();
    expect(await running).toMatchObject({ status: 'cancelled', timing: { runMs: 0 } });
    execFileSync('rm', ['-r', folder]);
  });

  it('dispose ends the processes and leaves no files behind', async () => {
    const started = new Promise<void>((resolve) => {
      void runner.run({ code: 'print(1)\nimport time\ntime.sleep(1000)' }, { onOutput: () => resolve() });
    });
    await started;
    await runner.dispose();
    expect(await runner.run({ code: '1' })).toMatchObject({ status: 'setup-failed' });
  });
});

describe('processes', () => {
  const spawned = 'import subprocess, sys\nwait = [sys.executable, "-c", "import time; time.sleep(1000)"]\n';

  it('children and grandchildren end with the run', async (context) => {
    needProcesses(context);
    const nested = `${spawned}inner = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(1000)']); time.sleep(1000)"\n`;
    const code = `${nested}children = [subprocess.Popen(wait), subprocess.Popen([sys.executable, "-c", inner])]\nimport os\nprint(os.environ["VIVARIUM_RUN"])\n`;
    const finished = await run(code);
    expect(finished.status).toBe('ok');
    await untilNone(() => processesMarked(finished.stdout.trim()));
    const abort = new AbortController();
    const waiting = `${code}import time\ntime.sleep(1000)`;
    const onOutput = ({ bytes }: RunOutput): void => {
      if (bytes.includes(0x0a)) abort.abort();
    };
    const stopped = await runner.run({ code: waiting }, { signal: abort.signal, onOutput });
    expect(stopped.status).toBe('cancelled');
    expect(stopped.stdout).not.toBe('');
    await untilNone(() => processesMarked(stopped.stdout.trim()));
  });

  it('a daemon that left the process group ends with the run', async (context) => {
    needProcesses(context);
    const result = await run(
      `${spawned}daemon = subprocess.Popen(wait, start_new_session=True)\nprint(daemon.pid)`,
    );
    expect(result.status).toBe('ok');
    await untilGone(Number(result.stdout));
  });

  it('a child with another environment ends with the run', async (context) => {
    needProcesses(context);
    const result = await run(`${spawned}child = subprocess.Popen(wait, env={})\nprint(child.pid)`);
    expect(result.status).toBe('ok');
    await untilGone(Number(result.stdout));
  });

  it('a forked child that comes back reports nothing', async (context) => {
    needPosix(context);
    const result = await run(
      'import os\npid = os.fork()\nif pid: os.waitpid(pid, 0)\n"child" if pid == 0 else "parent"',
    );
    expect(result).toMatchObject({ status: 'ok', value: { text: 'parent' } });
  });

  it('threads are waited for, as in any Python', async () => {
    const code =
      'import threading, time\ndef f():\n    time.sleep(0.3)\n    print("late")\nthreading.Thread(target=f).start()\n5';
    expect(await run(code)).toMatchObject({ status: 'ok', stdout: 'late\n', value: { json: 5 } });
  });

  it('multiprocessing finds the script’s functions', async () => {
    const code =
      'import multiprocessing\ndef square(x):\n    return x * x\nif __name__ == "__main__":\n' +
      '    with multiprocessing.get_context("spawn").Pool(2) as pool:\n        print(pool.map(square, [1, 2, 3]))';
    expect(await run(code)).toMatchObject({ status: 'ok', stdout: '[1, 4, 9]\n' });
  });

  describe('of a process that is killed', () => {
    beforeEach((context) => needProcesses(context));

    it.each([
      ['a program', 'program'],
      ['a session', 'session'],
    ])('%s ends when the process that started it is killed', { timeout: 60_000 }, async (_name, mode) => {
      const marker = `lifeline-${process.pid}-${mode}-${Date.now()}`;
      const code =
        'import subprocess, sys, time\nsubprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"])\nprint("armed")\ntime.sleep(1000)';
      const own = await RunFolder.create();
      await own.prepare(code, []);
      const script = `import { NativeProcess } from ${JSON.stringify(path.resolve('src/main/native/native-process.ts'))};
      const [, , program, runner, folder] = process.argv;
      const python = new NativeProcess({
        program, args: ['-u', runner, folder, '${mode}', '1000', '1', '1', '1', '1'], cwd: folder,
        environment: { PATH: process.env.PATH, MARK: ${JSON.stringify(marker)} }, marker: 'none',
        interruptBy: 'signal', clock: performance, onOutput: () => process.kill(process.pid, 'SIGKILL'),
        onReport: () => python.order({ do: 'run', run: 1, textLimit: 1000, input: false }), onMisbehaviour: () => undefined,
      });`;
      const folder = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
      const file = path.join(folder, 'parent.mts');
      execFileSync('tee', [file], { input: script, stdio: ['pipe', 'ignore', 'inherit'] });
      expect(() =>
        execFileSync(process.execPath, ['--import', 'tsx', file, binpath, own.runner, own.path], {
          stdio: ['ignore', 'ignore', 'inherit'],
        }),
      ).toThrow(/SIGKILL|Command failed/u);
      await untilNone(() => processesMarked(marker));
      execFileSync('rm', ['-r', folder]);
      await own.remove();
    });
  });
});

describe('files and surroundings', () => {
  it('finds its input files, and new and changed ones are listed', async () => {
    const bytes = new TextEncoder().encode('a,b\n1,2\n');
    const files = [
      { name: 'data.csv', bytes },
      { name: 'in/same.txt', bytes },
    ];
    const code =
      'import os\nopen("data.csv", "a").write("3,4\\n")\nos.makedirs("out/deep")\nopen("out/deep/plot.png", "wb").write(b"x")\n' +
      'os.symlink("/etc/passwd", "link") if os.name == "posix" else 0\nopen("in/same.txt").read()';
    const result = await run(code, { files });
    expect(result).toMatchObject({
      value: { text: 'a,b\n1,2\n' },
      files: [
        { name: 'data.csv', size: 12, mime: 'text/csv' },
        { name: 'out/deep/plot.png', size: 1, mime: 'image/png' },
      ],
    });
  });

  it('lists files as they are when the program has ended: atexit, finalizers, what was left open', async () => {
    const code = `import atexit, zipfile
rows = open("rows.csv", "w"); rows.write("a,b\\n")
box = zipfile.ZipFile("box.zip", "w"); box.writestr("a", "b")
@atexit.register
def late():
    with open("late.txt", "w") as file: file.write("late")
class C:
    def __del__(self): print("deleted")
c = C()
None`;
    const result = await run(code);
    expect(result).toMatchObject({ status: 'ok', stdout: 'deleted\n' });
    expect(result.files.map(({ name, size }) => [name, size])).toEqual([
      ['box.zip', 101],
      ['late.txt', 4],
      ['rows.csv', 4],
    ]);
  });

  it.each([
    [
      'finds its modules in a finalizer',
      'import os\nclass Temp:\n    def __init__(self, p): self.p = p; open(p, "w").close()\n    def __del__(self): os.remove(self.p); print("removed")\nt = Temp("x.tmp")\nNone',
      'removed\n',
    ],
    [
      'leaves threads that still run their globals',
      'import threading, time\ndef beat():\n    while True: time.sleep(0.001)\nthreading.Thread(target=beat, daemon=True).start()\njunk = [[i] for i in range(300_000)]\nNone',
      '',
    ],
  ])('ends without an error of its own where the code %s', async (_name, code, stdout) => {
    expect(await run(code)).toMatchObject({ status: 'ok', stdout, stderr: '', files: [] });
  });

  it('imports modules among its files', async () => {
    const files = [{ name: 'helper.py', bytes: new TextEncoder().encode('x = 5') }];
    expect(await run('import helper\nhelper.x', { files })).toMatchObject({ value: { json: 5 }, files: [] });
  });

  it('leaves no folder behind, whatever the code did to it', async () => {
    const before = await runFolders();
    await run('open("x", "w").write("y")');
    await run('import os, shutil\nshutil.rmtree(os.getcwd())\n"gone"').then((result) => {
      expect(result).toMatchObject({ status: 'ok', value: { text: 'gone' }, files: [] });
    });
    await run('import os, shutil\nshutil.rmtree(os.path.dirname(__file__))').then((result) => {
      expect(result.status).toBe('crashed');
    });
    expect(await runFolders()).toEqual(before);
  });

  it('sees the user’s programs and home, but no secrets', async () => {
    const withSecrets = nativeRunner({
      binpath: () => binpath,
      clock: systemClock,
      outputKiB: () => 64,
      environment: {
        ...process.env,
        MY_API_KEY: 'secret',
        APPDIR: '/tmp/.mount_app',
        LD_LIBRARY_PATH: '/tmp/.mount_app/usr/lib:/opt/lib',
        HTTPS_PROXY: 'http://me:secret@proxy.example',
        http_proxy: 'http://proxy.example',
        PYTHONSTARTUP: '/nowhere',
      },
    });
    const result = await withSecrets.run({ code: 'import os\ndict(os.environ)' });
    expect(result.value?.text).not.toContain('secret');
    expect(result.value?.json).toMatchObject({
      PATH: process.env['PATH'],
      http_proxy: 'http://proxy.example',
    });
    expect(result.value?.json).toMatchObject({ LD_LIBRARY_PATH: '/opt/lib' });
    expect(result.value?.json).not.toHaveProperty('PYTHONSTARTUP');
    await withSecrets.dispose();
  });

  it('each run without a session is a fresh process', async () => {
    expect(await run('x = 1')).toMatchObject({ session: { state: 'reset' } });
    expect(await run('x')).toMatchObject({ status: 'error', error: { type: 'NameError' } });
  });

  it('says that it does not install packages', async () => {
    expect(await run('1', { packages: ['numpy'] })).toMatchObject({
      status: 'setup-failed',
      error: { message: expect.stringContaining('pip') as string },
    });
  });

  it('never puts the code on a command line', async (context) => {
    needProcesses(context);
    const code = 'open(f"/proc/{__import__(\'os\').getpid()}/cmdline").read()  # $(touch x) `y`';
    expect((await run(code)).value?.text).not.toContain('touch');
  });

  it('a changed path of the interpreter holds from the next run on; a wrong one is an error that says why', async () => {
    expect(await run('1')).toMatchObject({ status: 'ok' });
    const right = binpath;
    binpath = path.join(os.tmpdir(), 'no-such-python');
    const result = await run('1');
    expect(result).toMatchObject({ status: 'setup-failed', error: { type: 'SetupFailed' } });
    expect(result.error?.message).toContain('does not exist; check the path');
    binpath = right;
    expect(await run('1')).toMatchObject({ status: 'ok' });
  });

  it('an interpreter that breaks at its start is no crash of the code', async (context) => {
    needPosix(context);
    const folder = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
    const broken = path.join(folder, 'python');
    const text = `#!/bin/sh\ncase "$1" in -c) exec ${binpath} "$@";; esac\necho "cannot start today" >&2\nexit 5\n`;
    execFileSync('tee', [broken], { input: text, stdio: ['pipe', 'ignore', 'inherit'] });
    execFileSync('chmod', ['+x', broken]);
    binpath = broken;
    const result = await run('1');
    expect(result).toMatchObject({ status: 'setup-failed' });
    expect(result.error?.message).toContain('exit code 5: cannot start today');
    execFileSync('rm', ['-r', folder]);
  });
});

describe('what is shown', () => {
  it('is in the result, in order and in all its forms, and is passed to the listener', async () => {
    const heard: RunDisplay[] = [];
    const code = `
class Rich:
    def __repr__(self): return 'Rich()'
    def _repr_html_(self): return '<b>é</b>'
    def _repr_png_(self): return b'\\x89PNG'
display(Rich())
display(1, 2);
Rich()`;
    const result = await runner.run({ code }, { onDisplay: (display) => void heard.push(display) });
    const rich = { mime: { 'text/plain': 'Rich()', 'text/html': '<b>é</b>', 'image/png': 'iVBORw==' } };
    expect(result).toMatchObject({ status: 'ok', truncated: false, value: { text: 'Rich()' } });
    expect(result.outputs).toEqual([
      rich,
      { mime: { 'text/plain': '1' } },
      { mime: { 'text/plain': '2' } },
      rich,
    ]);
    expect(heard).toEqual(result.outputs);
  });

  it('is there also when the code fails, is stopped, or its process dies', async () => {
    const shown = { outputs: [{ mime: { 'text/plain': '1' } }] };
    expect(await run('display(1)\n1/0')).toMatchObject({ status: 'error', ...shown });
    // The limit holds from the process's start on, which takes long on a busy computer.
    expect(await run('display(1)\nimport time\ntime.sleep(60)', { timeoutMs: 5000 })).toMatchObject({
      status: 'timeout',
      ...shown,
    });
    expect(await run('import os\ndisplay(1)\nos._exit(3)')).toMatchObject({ status: 'crashed', ...shown });
  });

  it('is kept to a budget, and the result says so', async () => {
    const result = await run(`for n in range(${LIMITS.displayCount + 5}): display(n)`);
    expect(result).toMatchObject({ status: 'ok', truncated: true });
    expect(result.outputs).toHaveLength(LIMITS.displayCount);
    expect(result.outputs.at(-1)?.mime['text/plain']).toContain('no more are shown');
  });

  it('is left out, with a notice, when it is no valid display', async () => {
    const code = `
import os
with open(os.path.join(os.path.dirname(__file__), 'displays.jsonl'), 'ab') as file: file.write(b'{"mime":1}\\n')
5`;
    expect(await run(code)).toMatchObject({ status: 'ok', truncated: true, outputs: [], value: { json: 5 } });
  });
});
