import { mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/main/base/clock.ts';
import { createNativePython } from '../../../src/main/library/native-python.ts';
import type { NativeBackendConfig } from '../../../src/main/native/native-backend.ts';
import { nativeRunner, type NativeRunner } from '../../../src/main/native/native-runner.ts';
import { RunResult, type RunOutput, type RunRequest } from '../../../src/shared/contract/run.ts';
import type { SessionEnd } from '../../../src/shared/contract/sandbox-events.ts';
import { LIMITS } from '../../../src/shared/limits.ts';
import type { NameQuestion } from '../../../src/shared/protocol/name-reports.ts';
import { eventually } from '../../support/eventually.ts';
import { nativePython, nativePythons } from '../../support/native-python.ts';
import { needPosix } from '../../support/not-run.ts';
import { needProcesses, processesMarked, untilGone, untilNone } from '../../support/processes.ts';

// Other test files make such folders at the same time.
const temporary = mkdtempSync(path.join(os.tmpdir(), 'vivarium-native-test-'));
process.env['TMPDIR'] = temporary;
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

const runFolders = async (): Promise<string[]> =>
  (await readdir(temporary)).filter((name) => name.startsWith('vivarium-run-'));

let binpath: string;
let runner: NativeRunner;
let ends: [session: string, why: SessionEnd, printed?: string][];
const make = (config: Partial<NativeBackendConfig> = {}): NativeRunner => {
  ends = [];
  return nativeRunner({
    binpath: () => binpath,
    clock: systemClock,
    outputKiB: () => 64,
    onSessionEnd: (session, why, printed) =>
      ends.push(printed === undefined ? [session, why] : [session, why, printed]),
    ...config,
  });
};

beforeEach(async (context) => {
  binpath = await nativePython(context);
  runner = make();
});
afterEach(async () => {
  await runner.dispose();
  expect(await runFolders()).toEqual([]);
});

const run = async (code: string, request: Partial<RunRequest> = {}): Promise<RunResult> => {
  const result = await runner.run({ code, session: 's', timeoutMs: 60_000, ...request });
  expect(RunResult.parse(result)).toEqual(result);
  return result;
};
const kept = { status: 'ok', error: null, session: { id: 's', state: 'kept' } };

/** In a session of its own in each Python that is installed here. */
const itInEveryPython = (
  what: string,
  test: (go: (code: string) => Promise<RunResult>) => Promise<void>,
): void =>
  it(`${what}, in every Python that is installed here`, { timeout: 240_000 }, async (context) => {
    for (const { path: at, version } of await nativePythons(context)) {
      binpath = at;
      await test((code) => run(code, { session: `s-${version}` }));
    }
  });

describe('what is kept between runs', () => {
  it(
    'variables, imports, functions, the working directory, in every Python that is installed here',
    {
      timeout: 240_000,
    },
    async (context) => {
      for (const { path: at, version } of await nativePythons(context)) {
        binpath = at;
        const session = `s-${version}`;
        const go = (code: string): Promise<RunResult> => run(code, { session });
        const alike = { ...kept, session: { id: session, state: 'kept' } };
        expect(await go('import sys, asyncio\nx = 41\ndef f():\n    return x + 1')).toMatchObject({
          ...alike,
          value: null,
        });
        expect(await go('f()')).toMatchObject({ ...alike, value: { json: 42 } });
        expect(await go('open("a.txt", "w").write("é")')).toMatchObject({
          ...alike,
          files: [{ name: 'a.txt', size: 2 }],
        });
        expect(await go('open("a.txt").read(), "%d.%d.%d" % sys.version_info[:3]')).toMatchObject({
          ...alike,
          value: { json: ['é', version] },
          files: [],
        });
        expect(await go('def g():\n    return 1 / 0')).toMatchObject(alike);
        const { error } = await go('\ng()');
        expect(error).toMatchObject({ type: 'ZeroDivisionError', line: 2 });
        expect(error?.traceback).toMatch(
          /^Traceback[^\n]*\n {2}File "<script 6>", line 2, in <module>\n {4}g\(\)\n(?:[ ~^]+\n)? {2}File "<script 5>", line 2, in g\n {4}return 1 \/ 0\n/u,
        );
        expect(await go('async def h():\n    await asyncio.sleep(0)\n    return 7\nawait h()')).toMatchObject(
          {
            ...alike,
            value: { json: 7 },
          },
        );
        await runner.reset(session);
      }
    },
  );

  it('where code has gone to, as long as that is there', async () => {
    const elsewhere = mkdtempSync(path.join(temporary, 'elsewhere-'));
    const at = JSON.stringify(elsewhere);
    await run(`import os, shutil\nstart = os.getcwd()\nos.chdir(${at})\nopen("data.csv", "w").close()`);
    const files = [{ name: 'in.txt', bytes: new TextEncoder().encode('a') }];
    expect(
      await run(`open("data.csv").close()\nos.path.samefile(os.getcwd(), ${at})`, { files }),
    ).toMatchObject({
      ...kept,
      value: { json: true },
      files: [],
    });
    // The name of a file in the list is relative to the workspace, wherever the code is.
    expect(await run('open(os.path.join(start, "out.txt"), "w").close()')).toMatchObject({
      ...kept,
      files: [{ name: 'out.txt' }],
    });
    expect(await run('import sys\nsys.path[0] == start, sorted(os.listdir(start))')).toMatchObject({
      value: { json: [true, ['in.txt', 'out.txt']] },
    });
    await run('1/0');
    expect(await run(`os.path.samefile(os.getcwd(), ${at})`)).toMatchObject({
      ...kept,
      value: { json: true },
    });
  });

  it('where code has gone to, unless that is gone: then it is the workspace again', async (context) => {
    needPosix(context);
    const elsewhere = mkdtempSync(path.join(temporary, 'elsewhere-'));
    await run(`import os, shutil\nstart = os.getcwd()\nos.chdir(${JSON.stringify(elsewhere)})`);
    rmSync(elsewhere, { recursive: true });
    expect(await run('os.getcwd() == start')).toMatchObject({ ...kept, value: { json: true } });
    await run('shutil.rmtree(start)');
    expect(await run('open("a.txt", "w").close()\nos.getcwd() == start')).toMatchObject({
      ...kept,
      value: { json: true },
      files: [{ name: 'a.txt' }],
    });
  });

  it('two sessions and runs without one share nothing', async () => {
    await run('x = 1');
    expect(await run('x', { session: 't' })).toMatchObject({ error: { type: 'NameError' } });
    expect(await runner.run({ code: 'x' })).toMatchObject({ error: { type: 'NameError' } });
    expect(await run('x')).toMatchObject({ ...kept, value: { json: 1 } });
    expect(runner.sessions).toEqual(['t', 's']);
  });

  it('what an event loop holds: tasks go on with the next await', async () => {
    await run(
      'import asyncio\nevent = asyncio.Event()\ntask = asyncio.ensure_future(event.wait())\nawait asyncio.sleep(0)',
    );
    await run('event.set()');
    expect(await run('await task')).toMatchObject({ ...kept, value: { json: true } });
  });

  it('files of a run are put in; those that are there are no new ones', async () => {
    const files = [{ name: 'in/data.csv', bytes: new TextEncoder().encode('a\n1\n') }];
    expect(await run('', { files })).toMatchObject({ ...kept, files: [] });
    expect(await run('open("in/data.csv").read()')).toMatchObject({ ...kept, value: { json: 'a\n1\n' } });
    expect(
      await run('import os\nos.remove("in/data.csv")\nos.symlink(__file__, "in/data.csv")\n'),
    ).toMatchObject(kept);
    expect(await run('os.path.islink("in/data.csv")', { files })).toMatchObject({ value: { json: false } });
  });

  it('a file that is open is written to the disk after each run, and stays open', async () => {
    const first = await run('file = open("log.txt", "w")\nn = file.write("one")\n');
    expect(first.files).toMatchObject([{ name: 'log.txt', size: 3 }]);
    const second = await run('n = file.write("two")\n');
    expect(second).toMatchObject({ files: [{ name: 'log.txt', size: 6 }], notices: [] });
  });

  itInEveryPython('what may not be whole since it is still open is told', async (go) => {
    const begun = await go(
      'import zipfile, mmap\nz = zipfile.ZipFile("a.zip", "w")\nz.writestr("x", "y")\n' +
        'with open("m", "wb") as new: new.write(b"x" * 7)\nwith open("m", "r+b") as new: m = mmap.mmap(new.fileno(), 0)\n' +
        't = open("t", "w")\nn = t.write("x")',
    );
    expect(begun.files.map(({ name }) => name)).toEqual(['a.zip', 'm', 't']);
    expect(begun.notices).toMatchObject([{ code: 'files-open', values: { files: '"a.zip"' } }]);
    expect(await go('z.close()')).toMatchObject({ files: [{ name: 'a.zip' }], notices: [] });
  });

  it('code goes by the number that whoever runs it counts by, in a new process as well', async () => {
    const numbered = async (code: string, number: number): Promise<string> =>
      (await runner.run({ code, session: 's' }, { number })).error?.traceback ?? '';
    await numbered('def broken():\n    return 1 / 0', 7);
    expect(await numbered('broken()', 12)).toMatch(
      /File "<script 12>", line 1, in <module>[^]*File "<script 7>", line 2, in broken\n {4}return 1/u,
    );
    await numbered('import os\nos._exit(0)', 13);
    expect(await numbered('1 / 0', 14)).toContain('File "<script 14>", line 1');
    // Counted on where nobody counts.
    expect((await run('1 / 0')).error?.traceback).toContain('File "<script 15>"');
  });

  it('a value that shows itself is nothing else, in a session and in a program', async () => {
    const code = 'class A:\n  def _ipython_display_(self): display("by itself")\nA()';
    const shown = { value: null, outputs: [{ mime: { 'text/plain': "'by itself'" } }] };
    expect(await run(code)).toMatchObject(shown);
    expect(await runner.run({ code })).toMatchObject(shown);
  });

  it('a database is whole while no transaction is under way', async () => {
    const begin = 'import sqlite3\nd = sqlite3.connect("d.db")\n_ = d.execute("create table t (a)")';
    expect(await run(begin)).toMatchObject({ ...kept, files: [{ name: 'd.db' }], notices: [] });
    const under = await run('_ = d.execute("insert into t values (1)")\nopen("d.db", "r+b").close()');
    expect(under.files.map(({ name }) => name)).toContain('d.db-journal');
    expect(await run('d.commit()')).toMatchObject({ files: [{ name: 'd.db' }], notices: [] });
  });

  itInEveryPython('a database keeps the locks of its transaction', async (go) => {
    // A file that is changed is asked about; what holds the lock has not committed.
    const begun = await go(
      'import sqlite3, subprocess, sys\nd = sqlite3.connect("d.db", isolation_level=None)\n' +
        '_ = d.execute("create table t (a)")\n_ = d.execute("begin immediate")',
    );
    expect(begun).toMatchObject({ error: null, files: [{ name: 'd.db' }], notices: [] });
    const other =
      'import sqlite3; sqlite3.connect("d.db", timeout=0, isolation_level=None).execute("insert into t values (1)")';
    const told = await go(
      `subprocess.run([sys.executable, "-c", ${JSON.stringify(other)}], stderr=subprocess.PIPE).stderr.decode()`,
    );
    expect(told.value?.text).toContain('database is locked');
    await go('d.rollback()\nd.close()');
  });

  it('a database is not whole while transactions stand beside it in a write-ahead log', async () => {
    const begin =
      'import sqlite3\nd = sqlite3.connect("d.db", isolation_level=None)\n_ = d.execute("pragma journal_mode=wal")\n';
    const logged = await run(
      `${begin}_ = d.execute("pragma wal_autocheckpoint=0")\n_ = d.execute("create table t (a)")`,
    );
    expect(logged.notices).toMatchObject([{ code: 'files-open' }]);
    expect(logged.notices[0]?.values?.['files']).toContain('"d.db"');
    const brought = await run('_ = d.execute("pragma wal_checkpoint(truncate)").fetchall()');
    expect(brought.files.map(({ name }) => name)).toContain('d.db');
    expect(brought.notices[0]?.values?.['files'] ?? '').not.toContain('"d.db"');
    await run('d.close()');
  });

  it('a transaction of a database without a journal on the disk is not told', async () => {
    const spilled = await run(
      'import sqlite3\nd = sqlite3.connect("d.db", isolation_level=None)\n' +
        'for told in ("journal_mode=memory", "cache_size=1"): d.execute(f"pragma {told}").fetchall()\n' +
        '_ = d.execute("create table t (a)"), d.execute("begin")\n' +
        'for _ in range(100): d.execute("insert into t values (zeroblob(4000))")',
    );
    expect(spilled).toMatchObject({ ...kept, files: [{ name: 'd.db' }], notices: [] });
    expect(spilled.files[0]?.size).toBeGreaterThan(100_000);
    await run('d.rollback()\nd.close()');
  });

  it('what code changes of the interpreter: built-ins, the recursion limit, streams are usual again', async () => {
    await run(
      'import builtins, sys, io\nbuiltins.len = lambda _: 7\nsys.setrecursionlimit(500)\nsys.stdout = io.StringIO()',
    );
    expect(await run('print("seen")\nlen([]), sys.getrecursionlimit()')).toMatchObject({
      ...kept,
      stdout: 'seen\n',
      value: { json: [7, 500] },
    });
    expect(await run('exit()')).toMatchObject(kept);
    expect(await run('print(1)')).toMatchObject({ ...kept, stdout: '1\n' });
  });

  it('what is shown and the facts belong to one run', async () => {
    expect((await run('display(1)', { args: ['a'], script: 'one.py', columns: 90 })).outputs).toHaveLength(1);
    const second = await run('import sys, os\ndisplay(2)\nsys.argv[1:], os.environ["COLUMNS"]', {
      args: ['b'],
    });
    expect(second.outputs).toEqual([{ mime: { 'text/plain': '2' } }]);
    expect(second.value?.json).toEqual([['b'], '90']);
  });
});

describe('output', () => {
  it('of a run is all in its own result, however much it is', { timeout: 120_000 }, async () => {
    for (let n = 1; n <= 30; n += 1) {
      const { stderr, stdout } = await run(
        `import os\nprint("${n}:" + "x" * 40_000)\nos.write(2, b"e" * 30_000)\nprint("end")`,
      );
      expect([
        stdout.length,
        stderr.length,
        stdout.startsWith(`${n}:x`),
        stdout.endsWith('x\nend\n'),
      ]).toEqual([40_000 + `${n}:\nend\n`.length, 30_000, true, true]);
    }
  });

  it('that a thread prints between runs is in the next one', async () => {
    const code =
      'import threading, os\ngo = threading.Event()\ndef f():\n    go.wait()\n    print("late")\n    open("told", "w").close()\n' +
      'thread = threading.Thread(target=f)\nthread.start()\nthreading.Timer(0.2, go.set).start()';
    expect(await run(code)).toMatchObject({ ...kept, stdout: '' });
    expect(await run('thread.join()')).toMatchObject({ ...kept, stdout: 'late\n' });
  });
});

describe('stopping', () => {
  it('an interrupt keeps the state', { timeout: 60_000 }, async () => {
    await run('x = 5');
    const late = await run('x = 6\nwhile True: pass', { timeoutMs: 1500 });
    expect(late).toMatchObject({
      status: 'timeout',
      session: { state: 'kept' },
      error: { type: 'Timeout', line: 2 },
    });
    expect(await run('x')).toMatchObject({ ...kept, value: { json: 6 } });
    const waiting = await run('import asyncio\nawait asyncio.sleep(1000)', { timeoutMs: 1500 });
    expect(waiting).toMatchObject({ status: 'timeout', session: { state: 'kept' } });
    expect(await run('await asyncio.sleep(0, x)')).toMatchObject({ ...kept, value: { json: 6 } });
  });

  it('works by an order, too, as where there is no signal for it', { timeout: 60_000 }, async () => {
    await runner.dispose();
    runner = make({ interruptBy: 'order' });
    await run('x = 5');
    const late = await run('x = 6\nwhile True: pass', { timeoutMs: 1500 });
    expect(late).toMatchObject({ status: 'timeout', session: { state: 'kept' }, error: { line: 2 } });
    const program = await runner.run({ code: 'print(1)\nwhile True: pass', timeoutMs: 6000 });
    expect(program).toMatchObject({ status: 'timeout', stdout: '1\n', error: { line: 2 } });
    const answered = await runner.run(
      { code: 'x, input()', session: 's' },
      { onInput: () => Promise.resolve('é') },
    );
    expect(answered).toMatchObject({ ...kept, value: { json: [6, 'é'] } });
  });

  it(
    'a session that takes no interrupt is killed with all that it started, and replaced',
    { timeout: 60_000 },
    async (context) => {
      needProcesses(context);
      const started = await run(
        'import subprocess, sys, os\nchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"])\n' +
          'os.environ["VIVARIUM_RUN"]',
      );
      const marker = started.value?.json as string;
      // A process that has just been made shows no environment for a moment.
      await expect.poll(() => processesMarked(marker)).toHaveLength(2);
      const code = 'import time\nwhile True:\n    try: time.sleep(1000)\n    except KeyboardInterrupt: pass';
      const stopped = await run(code, { timeoutMs: 500 });
      expect(stopped).toMatchObject({ status: 'timeout', session: { state: 'lost' } });
      await untilNone(() => processesMarked(marker));
      expect(ends).toEqual([['s', 'run-stopped']]);
      expect(await run('child')).toMatchObject({ error: { type: 'NameError' }, session: { state: 'kept' } });
    },
  );

  it('a crash is told with its signal, and the state is lost', async (context) => {
    needPosix(context);
    await run('x = 1');
    const crashed = await run('import os\nprint("before")\ndef f():\n    os.abort()\nf()');
    expect(crashed).toMatchObject({ status: 'crashed', stdout: 'before\n', session: { state: 'lost' } });
    expect(crashed.error?.message).toContain('signal SIGABRT');
    expect(crashed.error?.traceback).toContain('File "<script 2>", line 4 in f');
    expect(await run('x')).toMatchObject({ error: { type: 'NameError' }, session: { state: 'kept' } });
    expect(await run('import os\nos._exit(3)')).toMatchObject({
      status: 'crashed',
      session: { state: 'lost' },
    });
  });

  it('a process that dies between runs is lost, and the next run says so', async (context) => {
    needPosix(context);
    const { value } = await run('import os\nos.getpid()');
    process.kill(value?.json as number, 'SIGKILL');
    await eventually(() => expect(ends).toEqual([['s', 'process-ended']]));
    expect(await run('2')).toMatchObject({ status: 'ok', session: { state: 'lost' } });
    expect(await run('2')).toMatchObject(kept);
  });

  it('a process that is coming to its end is not given the next run, which says that it was lost', async (context) => {
    needProcesses(context);
    // It holds the session's output open, out of reach of what ends the session: the end takes its time.
    const code = `import os, subprocess, sys
holder = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(4)"], env={}, start_new_session=True)
x = 1
os.getpid()`;
    const { value } = await run(code);
    const pid = value?.json as number;
    process.kill(pid, 'SIGKILL');
    await untilGone(pid);
    expect(await run('print("new")\n"x" in globals()')).toMatchObject({
      status: 'ok',
      stdout: 'new\n',
      value: { json: false },
      session: { id: 's', state: 'lost' },
    });
    expect(ends).toEqual([['s', 'process-ended']]);
    expect(await run('2')).toMatchObject(kept);
  });

  it('code that takes its folder away loses its session, no more', async () => {
    await run('import os, shutil');
    expect(await run('shutil.rmtree(os.path.dirname(__file__))')).toMatchObject({
      status: 'crashed',
      session: { state: 'lost' },
    });
    await run('import os, shutil, threading');
    expect(
      await run('threading.Timer(0.1, shutil.rmtree, [os.path.dirname(__file__)]).start()'),
    ).toMatchObject(kept);
    await eventually(async () => expect(await runFolders()).toEqual([]));
    expect(await run('1')).toMatchObject({ status: 'ok', session: { state: 'lost' } });
  });

  it.each([
    ['garbage', 'b"hello\\n"'],
    ['a line without an end', 'b"x" * 100_000'],
    ['a run that is not under way', 'b\'{"say":"done","run":99}\\n\''],
    [
      'a question too long',
      'b\'{"say":"input","call":1,"secret":false,"prompt":"\' + b"x" * 5000 + b\'"}\\n\'',
    ],
    ['keys that no schema has', 'b\'{"say":"ready","__proto__":{}}\\n\''],
    ['more than it can have to say', 'b\'{"say":"ready"}\\n\' * 5000'],
  ])('%s in the channel ends the session, and nothing else', async (_name, bytes) => {
    await run('1', { session: 'other' });
    const code = `import os, time\nos.write(5, ${bytes})\ntime.sleep(1000)`;
    expect(await run(code)).toMatchObject({
      status: 'crashed',
      session: { state: 'lost' },
      error: { message: expect.stringContaining('misbehaved') as string },
    });
    expect(await run('1', { session: 'other' })).toMatchObject({ session: { state: 'kept' } });
  });
});

describe('the end of a session', () => {
  const withEnd = (file: string): string => `
import atexit
target = ${JSON.stringify(file)}
def note(text, target=target, open=open):
    with open(target, "a") as out: out.write(text)
class Held:
    def __del__(self, note=note): note("deleted ")
held = Held()
late = open(target + ".late", "w"); n = late.write("flushed")
@atexit.register
def at_end(): note("atexit ")
None`;
  const read = async (file: string): Promise<string> => {
    const { readFile } = await import('node:fs/promises');
    return readFile(file, 'utf8').catch(() => '');
  };

  it('reset ends it in order, as a program ends, and its folder is gone', async () => {
    const file = path.join(temporary, 'ended.txt');
    await run(withEnd(file));
    expect(await read(file)).toBe('');
    expect(await runner.reset('s')).toBe(true);
    expect(await read(file)).toBe('atexit deleted ');
    expect(await read(`${file}.late`)).toBe('flushed');
    expect([ends, await runFolders(), runner.sessions]).toEqual([[['s', 'reset']], [], []]);
    expect(await run('held')).toMatchObject({ error: { type: 'NameError' }, session: { state: 'kept' } });
    expect(await runner.reset('never')).toBe(false);
  });

  it('waits no longer than its deadline for what does not end', async (context) => {
    needPosix(context);
    const { value } = await run('import atexit, os, time\natexit.register(time.sleep, 1000)\nos.getpid()');
    const began = performance.now();
    await runner.reset('s');
    expect(performance.now() - began).toBeLessThan(8000);
    await untilGone(value?.json as number);
  });

  it('comes when nobody has run anything for a while; the next run says so', async (context) => {
    needPosix(context);
    await runner.dispose();
    runner = make({ idleMs: () => 300 });
    const { value } = await run('import time, os\ntime.sleep(0.6)\nos.getpid()');
    await untilGone(value?.json as number);
    await eventually(() => expect(ends).toEqual([['s', 'idle']]));
    expect(await run('1')).toMatchObject({ status: 'ok', session: { state: 'lost' } });
  });

  describe('what is printed then', () => {
    const withWords = `
import atexit, sys
class Held:
    def __del__(self): print("deleted")
held = Held()
def section():
    try: yield
    finally: print("finally")
left = section(); next(left)
atexit.register(print, "é atexit")
atexit.register(print, "to stderr", file=sys.stderr)
None`;
    const words = ['to stderr', 'é atexit', 'deleted', 'finally'];
    const isAll = (printed: string | undefined): void =>
      expect(printed?.trim().split('\n').sort()).toEqual([...words].sort());

    it('is told with a reset, to its caller and with the end', async () => {
      await run(withWords);
      const heard = { stdout: '', stderr: '' };
      const onOutput = async ({ bytes, stream }: RunOutput): Promise<void> => {
        await Promise.resolve();
        heard[stream] += Buffer.from(bytes).toString();
      };
      expect(await runner.reset('s', { onOutput })).toBe(true);
      expect(heard.stderr).toBe('to stderr\n');
      isAll(heard.stdout + heard.stderr);
      expect(ends.map(([session, why]) => [session, why])).toEqual([['s', 'reset']]);
      isAll(ends[0]?.[2]);
    });

    it('is told after the idle time', async () => {
      await runner.dispose();
      runner = make({ idleMs: () => 300 });
      await run(withWords);
      await eventually(() => expect(ends[0]?.[1]).toBe('idle'));
      isAll(ends[0]?.[2]);
    });

    it('is told of a session that makes room', { timeout: 240_000 }, async () => {
      await run(withWords);
      for (let n = 1; n <= LIMITS.sessions; n += 1) await run('1', { session: `s${n}` });
      expect(ends.map(([session, why]) => [session, why])).toEqual([['s', 'evicted']]);
      isAll(ends[0]?.[2]);
    });

    it('is told as all ends', async () => {
      await run(withWords);
      await runner.dispose();
      expect(ends.map(([session, why]) => [session, why])).toEqual([['s', 'process-ended']]);
      isAll(ends[0]?.[2]);
    });

    it('has its beginning and its end where it is long, and comes after what no run has told of', async () => {
      await run(
        'import atexit, threading\natexit.register(lambda: print("begin", "x" * 100_000, "end"))\ngo = threading.Event()\n' +
          'def late(): go.wait(); print("late"); open("told", "w").close()\nthreading.Thread(target=late).start()\n' +
          'threading.Timer(0.2, go.set).start()',
      );
      await runner.reset('s');
      const printed = ends[0]?.[2] ?? '';
      expect(printed).toMatch(/^late\nbegin x+\n\[\.\.\. \d+ bytes left out \.\.\.\]\nx+ end\n$/u);
      expect(printed.length).toBeLessThanOrEqual(LIMITS.endTextBytes);
    });

    it('is told before the deadline ends what does not end', async (context) => {
      needPosix(context);
      await run('import atexit, time\natexit.register(lambda: (print("begun"), time.sleep(1000)))\nNone');
      await runner.reset('s');
      expect(ends).toEqual([['s', 'reset', 'begun\n']]);
    });
  });

  it('comes with the whole runner', async (context) => {
    needPosix(context);
    const file = path.join(temporary, 'disposed.txt');
    const { value } = await run(`${withEnd(file)}\nimport os\nos.getpid()`);
    await runner.dispose();
    await untilGone(value?.json as number);
    expect(await read(file)).toBe('atexit deleted ');
    expect(await run('1')).toMatchObject({ status: 'setup-failed' });
  });

  it(
    'comes for the one not used for longest when there is no room; not for one in use',
    { timeout: 240_000 },
    async () => {
      for (let n = 0; n < LIMITS.sessions; n += 1) await run('x = 1', { session: `s${n}` });
      await run('x', { session: 's0' });
      await run('x = 1', { session: 'new' });
      expect([ends, runner.sessions.length]).toEqual([[['s1', 'evicted']], LIMITS.sessions]);
      expect(await run('x', { session: 's0' })).toMatchObject({
        value: { json: 1 },
        session: { state: 'kept' },
      });
      expect(await run('x', { session: 's1' })).toMatchObject({
        error: { type: 'NameError' },
        session: { state: 'lost' },
      });
    },
  );

  it('comes when another Python is chosen', async (context) => {
    const pythons = await nativePythons(context);
    await run('x = 1');
    binpath = path.join(temporary, 'no-such-python');
    expect(await run('x')).toMatchObject({ status: 'setup-failed', session: { state: 'kept' } });
    const other = pythons.at(-1);
    if (other === undefined || pythons.length < 2) return;
    binpath = other.path;
    expect(await run('import sys\n"%d.%d.%d" % sys.version_info[:3]')).toMatchObject({
      value: { json: other.version },
      session: { state: 'lost' },
    });
  });

  it('a start that is cancelled leaves nothing behind', async () => {
    const stop = new AbortController();
    await run('1', { session: 'warm' });
    const running = runner.run({ code: '1', session: 's' }, { signal: stop.signal });
    setImmediate(() => stop.abort());
    expect(await running).toMatchObject({ status: 'cancelled' });
    expect(await runFolders()).toHaveLength(1);
  });
});

it('a forked child that comes back is no session', async (context) => {
  needPosix(context);
  const result = await run(
    'import os\npid, status = os.fork(), 0\nif pid: status = os.waitpid(pid, 0)[1]\npid == 0, status',
  );
  expect(result).toMatchObject({ ...kept, value: { json: [false, 0] } });
  expect(await run('pid > 0')).toMatchObject({ ...kept, value: { json: true } });
});

it('the library has them, too', async () => {
  const python = createNativePython({ python: binpath, idleMs: 60_000 });
  try {
    await python.run({ code: 'x = 1', session: 'mine' });
    const onInput = (prompt: string): Promise<string> => Promise.resolve(prompt.toUpperCase());
    expect(await python.run({ code: 'x, input("a")', session: 'mine' }, { onInput })).toMatchObject({
      value: { json: [1, 'A'] },
      session: { state: 'kept' },
    });
    expect(python.sessions).toEqual(['mine']);
    const ended: unknown[] = [];
    python.events.on('session-ended', (end) => ended.push({ ...end, at: 0 }));
    let heard = '';
    await python.run({ code: 'import atexit\natexit.register(print, "bye")\nNone', session: 'other' });
    await python.reset('other', {
      onOutput: ({ bytes }) => {
        heard += Buffer.from(bytes).toString();
      },
    });
    expect([heard, ended]).toEqual([
      'bye\n',
      [{ type: 'session-ended', at: 0, session: 'other', runtime: 'native', why: 'reset', printed: 'bye\n' }],
    ]);
    expect([await python.reset('mine'), await python.reset('mine'), python.sessions]).toEqual([
      true,
      false,
      [],
    ]);
    await expect(python.reset('no/name')).rejects.toMatchObject({ code: 'invalid-request' });
    // Nobody would hear of what they are for.
    const { signal } = new AbortController();
    const more = { onOutput: undefined, signal, onInput, onFile: () => undefined };
    await expect(python.reset('mine', more)).rejects.toMatchObject({
      code: 'invalid-option',
      message: expect.stringMatching(/^signal, onInput, onFile: there is no such option/u) as string,
    });
    expect(() => createNativePython({ idleMs: 1 })).toThrow(/^idleMs: /u);
  } finally {
    await python.dispose();
  }
});

describe('names of a session', () => {
  const look = async (about: NameQuestion['about'], dotted: string, prefix = ''): Promise<unknown> => {
    const report = await runner.lookUpNames('s', {
      about,
      path: dotted === '' ? [] : dotted.split('.'),
      prefix,
    });
    return report?.kind === 'names' ? report.names.map(([name]) => name) : report;
  };

  it('are told in every Python that is installed here', { timeout: 240_000 }, async (context) => {
    for (const { path: at } of await nativePythons(context)) {
      binpath = at;
      expect(await look('names', '', 'wor')).toBeNull();
      await run(
        'import os\nclass A:\n    def go(self, n=1): "Goes."\nwords = A()\nfor i in range(1500): globals()[f"nnn{i}"] = i',
      );
      expect(await look('names', '', 'wor')).toEqual(['words']);
      expect(await look('members', 'words')).toEqual(['go']);
      expect(await look('members', 'os.path', 'joi')).toEqual(['join']);
      expect(await look('imports', 'xml.dom', 'minid')).toEqual(['minidom']);
      // In several parts.
      expect(await look('names', '', 'nnn')).toHaveLength(1500);
      expect(await look('call', 'words.go')).toEqual({
        kind: 'call',
        type: 'function',
        signature: '(n=1)',
        documentation: 'Goes.',
      });
      expect(await look('modules', '', 'jso')).toContain('json');
      expect(await run('words.go')).toMatchObject(kept);
      await runner.reset('s');
    }
  });

  it('keys are told with quotes in them, but none that end a line or turn the text around them', async () => {
    await run(
      String.raw`d = dict.fromkeys(['x"];f()#', "it's", 'a\\b', 'm²', 'a\nb', 'a\r', 'a\u2028b', 'a\u202eb', 'a\ud800'])`,
    );
    expect(await look('keys', 'd')).toEqual(['x"];f()#', "it's", 'a\\b', 'm²']);
  });

  it('are not asked for while code runs, nor while an answer is owed', async () => {
    await run('x = 1');
    const running = run('input()', { timeoutMs: 60_000 });
    expect(await look('names', '', 'x')).toBeNull();
    await running;
    const both = await Promise.all([look('names', '', 'x'), look('names', '', 'x')]);
    expect(both).toEqual([['x'], null]);
  });

  it('of a session that answers what was not asked: it is ended', async () => {
    await run('x = 1');
    await run(
      'import os\nos.write(5, b\'{"say": "answer", "question": 1, "part": "", "last": true}\\n\')',
    ).catch(() => undefined);
    await eventually(() => Promise.resolve(ends.length > 0));
    expect(await look('names', '', 'x')).toBeNull();
  });
});
