/** Whatever the guest does and whatever dies: one truthful result for each run, and the app lives on. */
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSandbox, useSandbox } from '../support/either-sandbox.ts';
import { type TestSandbox, NEVER_BROKEN, type RunningOptions } from '../support/test-sandbox.ts';
import { eventually } from '../support/eventually.ts';
import { needProcesses, untilGone } from '../support/processes.ts';
import { startRun, type StartedRun } from '../support/started-run.ts';

const MEMORY_MIB = 256;
const sandbox = useSandbox({ memoryMiB: MEMORY_MIB, crashLimit: NEVER_BROKEN });

const start = (code: string, options: RunningOptions = {}, on: TestSandbox = sandbox()): StartedRun =>
  startRun(on, code, options);

const ENDLESS = 'print("started", flush=True)\nwhile True: pass';

const TIMEOUT = {
  status: 'timeout',
  value: null,
  error: { type: 'Timeout' },
  session: { state: 'lost' },
};
const CRASHED = { status: 'crashed', value: null, error: { type: 'Crashed', line: null } };
const CANCELLED = { status: 'cancelled', value: null, error: { type: 'Cancelled' } };

describe('code that never ends', () => {
  afterEach(() => sandbox().expectAlive());

  it('an await that nothing can end is reported at once', async () => {
    const { error, status } = await sandbox().run('import asyncio\nawait asyncio.Future()');
    expect({ status, type: error?.type }).toEqual({ status: 'error', type: 'RuntimeError' });
    expect(error?.message).toContain('every task is waiting');
  });

  it.each([
    ['an endless loop', 'while True: pass'],
    ['a loop inside of C', 'sum(range(10**12))'],
    [
      'an endless iterator inside of C',
      'import itertools, collections\ncollections.deque(itertools.count(), 0)',
    ],
    ['a sleep', 'import time\ntime.sleep(3600)'],
    ['an await', 'import asyncio\nawait asyncio.sleep(3600)'],
    ['asyncio.run', 'import asyncio\nasync def f():\n  while True: await asyncio.sleep(0)\nasyncio.run(f())'],
    [
      'a loop that swallows exceptions and ignores SIGINT',
      'import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True:\n  try:\n    while True: pass\n  except BaseException: pass',
    ],
    ['a catastrophic regex', 'import re\nre.match(r"(a+)+$", "a" * 64 + "b")'],
    ['huge integers', 'x = 7 ** (10 ** 7)\nwhile True: x = x * x'],
    [
      'tasks that multiply',
      'import asyncio\nasync def t():\n  while True:\n    asyncio.ensure_future(t()); await asyncio.sleep(0)\nasyncio.ensure_future(t())\nawait asyncio.sleep(60)',
    ],
    ['a destructor', 'class A:\n  def __del__(self):\n    while True: pass\na = A()\ndel a'],
    [
      'an exception hook',
      'import sys\nclass E(Exception):\n  def __str__(self):\n    while True: pass\nraise E',
    ],
  ])('%s ends at the time limit', async (_name, code) => {
    expect(await sandbox().run(`print("before")\n${code}`, { timeoutMs: 700 })).toMatchObject({
      ...TIMEOUT,
      stdout: 'before\n',
      error: {
        ...TIMEOUT.error,
        message: expect.stringMatching(/^the code ran longer than its limit of 0\.7 s and /u) as string,
      },
    });
  });

  it('a task left running does not outlive its run', async () => {
    const session = 'left-running';
    const code =
      'import asyncio\nasync def t():\n  while True: await asyncio.sleep(0)\nleft = asyncio.ensure_future(t())\nawait asyncio.sleep(0, "done")';
    expect(await sandbox().run(code, { session })).toMatchObject({ status: 'ok', value: { text: 'done' } });
    const later = await sandbox().run(
      'import asyncio\nawait asyncio.sleep(0)\nlen(asyncio.all_tasks()), left.done()',
      { session },
    );
    expect(later).toMatchObject({ status: 'ok', value: { text: '(1, True)' } });
  });
});

describe('memory', () => {
  afterEach(() => sandbox().expectAlive());

  it.each([
    ['a bomb', 'b = []\nwhile True: b.append(bytearray(20_000_000))'],
    ['one huge object', `bytearray(${MEMORY_MIB} * 2**20)`],
    ['a bomb of small objects', 'x = []\nwhile True: x = [x, x[:]]'],
    [
      'a decompression bomb',
      'import zlib\nc = zlib.compressobj(9); z = b"".join(c.compress(bytes(10_000_000)) for _ in range(35)) + c.flush()\nlen(zlib.decompress(z))',
    ],
  ])('%s ends as out of memory', async (_name, code) => {
    expect(await sandbox().run(code, { timeoutMs: 60_000 })).toMatchObject({
      status: 'out-of-memory',
      value: null,
      error: { type: expect.stringMatching(/^(?:MemoryError|OutOfMemory)$/u) as string },
    });
  });

  it('can be used up to the limit', async () => {
    expect(await sandbox().run('len(bytearray(150 * 2**20)) >> 20')).toMatchObject({ value: { json: 150 } });
  });

  it('that ran out in one run does not end the session', async () => {
    const session = 'memory';
    await sandbox().run('x = 1', { session });
    expect(await sandbox().run('bytearray(2**30)', { session })).toMatchObject({
      status: 'out-of-memory',
      error: { type: 'MemoryError', line: 1 },
      session: { state: 'kept' },
    });
    expect(await sandbox().run('x', { session })).toMatchObject({ value: { json: 1 } });
  });

  it('freed by a run can be used by the next one', async () => {
    const code = `len(bytearray(${MEMORY_MIB - 100} * 2**20)) > 0`;
    for (let count = 0; count < 3; count++) {
      expect(await sandbox().run(code)).toMatchObject({ value: { json: true } });
    }
  });
});

describe('an interpreter that dies', () => {
  afterEach(() => sandbox().expectAlive());

  it.each([
    ['os._exit(0)', 'import os\nos._exit(0)'],
    ['os._exit(7)', 'import os\nos._exit(7)'],
    ['os.abort', 'import os\nos.abort()'],
    ['a segmentation fault', 'import faulthandler\nfaulthandler._sigsegv()'],
    ['a fatal error of CPython', 'import ctypes\nctypes.pythonapi.Py_FatalError(b"made")'],
    ['JavaScript called past Python', 'import ctypes\nctypes.CDLL(None).emscripten_run_script(b"0")'],
    [
      'a null pointer',
      'import ctypes\nctypes.cast(2**31, ctypes.POINTER(ctypes.c_int)).contents.value = 1\nctypes.CDLL(None).abort()',
    ],
    ['os._exit after an await', 'import asyncio, os\nawait asyncio.sleep(0)\nos._exit(0)'],
    [
      'os._exit in a callback of the loop',
      'import asyncio, os\nasyncio.get_running_loop().call_soon(os._exit, 0)\nawait asyncio.sleep(60)',
    ],
    ['os._exit while the value is described', 'import os\nclass A:\n  def __str__(self): os._exit(0)\nA()'],
  ])('%s is a crash, never a success', async (_name, code) => {
    const result = await sandbox().run(`print("before")\n${code}`);
    expect(result).toMatchObject({ ...CRASHED, stdout: 'before\n', session: { state: 'lost' } });
    expect(result.error?.message).toMatch(/^the Python interpreter ended: ./u);
  });

  it('loses only its own session', async () => {
    await sandbox().run('x = 1', { session: 'bystander' });
    const pid = await sandbox().sidecarPid();
    expect(await sandbox().run('import os\nos._exit(0)', { session: 'victim' })).toMatchObject({
      ...CRASHED,
      session: { id: 'victim', state: 'lost' },
    });
    expect(await sandbox().run('x', { session: 'bystander' })).toMatchObject({ value: { json: 1 } });
    expect(await sandbox().run('"x" in globals()', { session: 'victim' })).toMatchObject({ status: 'ok' });
    expect(await sandbox().sidecarPid()).toBe(pid);
  });

  it.each([
    ['in Python', 'def f(n): return f(n + 1)\nf(0)'],
    ['through C', 'class A:\n  def __eq__(self, o): return A() == A()\nA() == A()'],
    // It takes a minute to fill the memory: what it leaves is looked at earlier.
    ['through a generator', 'def f():\n  yield from f()\nlist(f())', 5000],
    ['in the parser', 'eval("(" * 100_000)'],
    ['of a destructor', 'x = None\nfor _ in range(1_000_000): x = (x,)\ndel x\n1/0'],
  ])(
    'recursion with a raised limit, %s, is no success and affects no other session',
    async (_name, code, timeoutMs = 20_000) => {
      const result = await sandbox().run(`import sys\nsys.setrecursionlimit(10**9)\n${code}`, { timeoutMs });
      expect(result.value).toBeNull();
      expect(['error', 'out-of-memory', 'crashed', 'timeout']).toContain(result.status);
      if (result.status === 'error' || result.status === 'out-of-memory')
        expect(result.error?.type).toMatch(
          /^(?:RecursionError|MemoryError|OutOfMemory|SyntaxError|ZeroDivisionError)$/u,
        );
    },
  );

  it('recursion at the usual limit is an ordinary error', async () => {
    const session = 'recursion';
    expect(await sandbox().run('def f(n): return f(n + 1)\nf(0)', { session })).toMatchObject({
      status: 'error',
      error: { type: 'RecursionError', line: 1 },
      session: { state: 'kept' },
    });
    expect(await sandbox().run('f.__name__', { session })).toMatchObject({ value: { text: 'f' } });
  });
});

describe('the sidecar process', () => {
  beforeEach(needProcesses);
  afterEach(() => sandbox().expectAlive());

  it('killed in the middle of a run makes it end as crashed, and is replaced', async () => {
    const run = start(ENDLESS);
    await run.printed;
    const pid = await sandbox().sidecarPid();
    process.kill(pid, 'SIGKILL');
    expect(await run.result).toMatchObject({
      ...CRASHED,
      stdout: 'started\n',
      error: { message: expect.stringContaining('the sandbox process ended unexpectedly') as string },
      session: { state: 'lost' },
    });
    await sandbox().expectAlive();
    expect(await sandbox().sidecarPid()).not.toBe(pid);
    await untilGone(pid);
  });

  it('killed ends every run in it, each with a result of its own', async () => {
    const runs = [start(ENDLESS), start(ENDLESS, { session: 'killed' }), start(ENDLESS)];
    await Promise.all(runs.map((run) => run.printed));
    process.kill(await sandbox().sidecarPid(), 'SIGKILL');
    for (const { result } of runs)
      expect(await result).toMatchObject({ ...CRASHED, session: { state: 'lost' } });
  });

  it('killed while idle is replaced at the next run', async () => {
    await sandbox().expectAlive();
    await sandbox().untilIdle();
    const pid = await sandbox().sidecarPid();
    process.kill(pid, 'SIGKILL');
    await eventually(async () =>
      expect(await sandbox().status()).toMatchObject({ state: { name: 'stopped' }, pid: null }),
    );
    await sandbox().expectAlive();
    expect(await sandbox().sidecarPid()).not.toBe(pid);
  });

  it('killed right before a run affects at most that run', async () => {
    await sandbox().expectAlive();
    process.kill(await sandbox().sidecarPid(), 'SIGKILL');
    const result = await sandbox().run('1+1');
    expect(['ok', 'crashed', 'setup-failed']).toContain(result.status);
  });

  it('stopped (SIGSTOP) does not keep a run from its time limit', async () => {
    const run = start(ENDLESS, { timeoutMs: 3000 });
    await run.printed;
    const pid = await sandbox().sidecarPid();
    process.kill(pid, 'SIGSTOP');
    expect(await run.result).toMatchObject(TIMEOUT);
    await untilGone(pid);
  });
});

describe('cancelling', () => {
  afterEach(() => sandbox().expectAlive());

  it('a run that is waiting for its turn', async () => {
    const session = 'queue';
    const first = start(ENDLESS, { session });
    await first.printed;
    const second = start('print("never")', { session });
    second.cancel();
    expect(await second.result).toMatchObject({
      ...CANCELLED,
      stdout: '',
      error: { message: 'cancelled before it began' },
    });
    first.cancel();
    expect(await first.result).toMatchObject({ ...CANCELLED, session: { state: 'kept' } });
  });

  it('a run behind as many others as may run at once', async () => {
    const others = [1, 2, 3, 4].map(() => start(ENDLESS));
    await Promise.all(others.map((run) => run.printed));
    const last = start('print("never")');
    last.cancel();
    expect(await last.result).toMatchObject({ ...CANCELLED, stdout: '' });
    for (const run of others) run.cancel();
    for (const run of others) expect(await run.result).toMatchObject(CANCELLED);
  });

  it('a run whose interpreter is starting', async () => {
    const run = start('print("never")');
    await eventually(async () => expect((await sandbox().status()).state.name).toMatch(/starting|ready/u));
    run.cancel();
    expect(await run.result).toMatchObject({ ...CANCELLED, stdout: '' });
  });

  it('before it is even sent', async () => {
    const run = start('print("never")');
    run.cancel();
    expect(await run.result).toMatchObject({ ...CANCELLED, stdout: '' });
  });

  it('a run that is running', async () => {
    const run = start(ENDLESS);
    await run.printed;
    run.cancel();
    expect(await run.result).toMatchObject({
      ...CANCELLED,
      stdout: 'started\n',
      error: { message: 'the run was cancelled and was interrupted' },
      session: { state: 'lost' },
    });
  });

  it('a run that is over has no effect', async () => {
    const run = start('print(1)\n2');
    const result = await run.result;
    run.cancel();
    expect(result).toMatchObject({ status: 'ok', value: { json: 2 } });
  });
});

describe('several runs at once', () => {
  afterEach(() => sandbox().expectAlive());

  it('each get their own result', async () => {
    const numbers = [1, 2, 3, 4, 5, 6];
    const results = await Promise.all(
      numbers.map((n) =>
        sandbox().run(`print("out ${n}")\nopen("f${n}", "w").write("x" * ${n})\nsum(range(${n}000))`),
      ),
    );
    expect(results).toMatchObject(
      numbers.map((n) => ({
        status: 'ok',
        stdout: `out ${n}\n`,
        value: { json: (n * 1000 * (n * 1000 - 1)) / 2 },
        files: [{ name: `f${n}`, size: n }],
      })),
    );
    expect(new Set(results.map(({ session }) => session.id)).size).toBe(numbers.length);
  });

  it('end each in their own way', async () => {
    const results = await Promise.all([
      sandbox().run('1+1'),
      sandbox().run('1/0'),
      sandbox().run('while True: pass', { timeoutMs: 1000 }),
      sandbox().run('import os\nos._exit(0)'),
      sandbox().run('bytearray(2**30)'),
      sandbox().run('"last"'),
    ]);
    expect(results.map(({ status }) => status)).toEqual([
      'ok',
      'error',
      'timeout',
      'crashed',
      'out-of-memory',
      'ok',
    ]);
  });

  it('of one session come one after the other, in order', async () => {
    const session = 'in-order';
    const results = await Promise.all(
      ['x = [1]', 'x.append(2)', 'x.append(3)', 'x'].map((code) => sandbox().run(code, { session })),
    );
    expect(results.at(-1)).toMatchObject({ value: { json: [1, 2, 3] } });
  });
});

describe('the end', () => {
  beforeEach(needProcesses);

  it('of the sandbox in the middle of a run cancels it and leaves no process', async () => {
    const own = await openSandbox();
    const run = start(ENDLESS, {}, own);
    await run.printed;
    const pid = await own.sidecarPid();
    const ended = run.result.catch((error: unknown) => error);
    await own.dispose();
    expect(await ended).toMatchObject({ ...CANCELLED, stdout: 'started\n' });
    await untilGone(pid);
  });

  it('of the sandbox while idle leaves no process', async () => {
    const own = await openSandbox();
    await own.expectAlive();
    const pid = await own.sidecarPid();
    await own.dispose();
    await untilGone(pid);
  });

  it('of a sandbox that was never used leaves no process', async () => {
    const own = await openSandbox();
    await own.dispose();
  });
});

describe('an invalid report', () => {
  const SPOIL = `
import sys
frame = sys._getframe()
while frame:
    owner = type(frame.f_locals.get("self"))
    if owner.__name__ == "Session" and hasattr(owner, "_outcome"):
        owner._outcome = lambda *_, **__: REPORT
    frame = frame.f_back
`;

  it.each([
    ['that is no JSON', 'REPORT = "x"'],
    ['that is too large', 'REPORT = "\\u4e2d" * 6_000_000'],
  ])('%s ends only its own session', async (_name, report) => {
    expect(await sandbox().run('kept = 1', { session: 'bystander' })).toMatchObject({ status: 'ok' });
    const pid = (await sandbox().status()).pid;
    expect(await sandbox().run(`${report}\n${SPOIL}`, { session: 'spoiler' })).toMatchObject({
      status: 'crashed',
      session: { state: 'lost' },
    });
    expect(await sandbox().run('kept', { session: 'bystander' })).toMatchObject({
      value: { json: 1 },
      session: { state: 'kept' },
    });
    expect((await sandbox().status()).pid).toBe(pid);
  });
});
