import { Worker } from 'node:worker_threads';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGuest, type Guest } from './guest.ts';

let guest: Guest;
const run: Guest['run'] = (code, limit) => guest.run(code, limit);
const uncaught: unknown[] = [];
const note = (error: unknown): void => void uncaught.push(error);

beforeAll(async () => {
  guest = await startGuest();
  await guest.run('import asyncio');
}, 60_000);

beforeEach(() => {
  guest.takeStdout();
  guest.takeStderr();
  uncaught.length = 0;
  process.on('uncaughtException', note);
  process.on('unhandledRejection', note);
  return () => {
    process.off('uncaughtException', note);
    process.off('unhandledRejection', note);
  };
});

afterEach(() => {
  expect(uncaught).toEqual([]);
});

describe('plain scripts', () => {
  it.each([
    ['asyncio.get_event_loop().run_until_complete(asyncio.sleep(0, 7))', 7],
    [
      'loop = asyncio.new_event_loop()\nasyncio.set_event_loop(loop)\ntry:\n  r = loop.run_until_complete(asyncio.sleep(0.01, 8))\nfinally:\n  loop.close()\nr',
      8,
    ],
    ['with asyncio.Runner() as r:\n  out = [r.run(asyncio.sleep(0, i)) for i in range(3)]\nout', [0, 1, 2]],
    ['asyncio.run(asyncio.sleep(0, 9), loop_factory=asyncio.SelectorEventLoop)', 9],
    ['async def m(): return asyncio.get_running_loop() is asyncio.get_event_loop()\nasyncio.run(m())', true],
    [
      'async def m(): return await asyncio.gather(*(asyncio.sleep(0.02 * (3 - i), i) for i in range(3)))\nasyncio.run(m())',
      [0, 1, 2],
    ],
    [
      'async def m():\n  try:\n    async with asyncio.timeout(0.02): await asyncio.sleep(5)\n  except TimeoutError: return "late"\nasyncio.run(m())',
      'late',
    ],
    [
      'async def m():\n  try: await asyncio.wait_for(asyncio.Event().wait(), 0.02)\n  except TimeoutError: return "late"\nasyncio.run(m())',
      'late',
    ],
    [
      'async def m():\n  async with asyncio.TaskGroup() as g:\n    ts = [g.create_task(asyncio.sleep(0, i)) for i in range(3)]\n  return [t.result() for t in ts]\nasyncio.run(m())',
      [0, 1, 2],
    ],
    [
      'async def m():\n  q = asyncio.Queue(1)\n  async def p():\n    for i in range(3): await q.put(i)\n  t = asyncio.create_task(p())\n  r = [await q.get() for _ in range(3)]\n  await t\n  return r\nasyncio.run(m())',
      [0, 1, 2],
    ],
    [
      'async def m():\n  t = asyncio.create_task(asyncio.sleep(5))\n  await asyncio.sleep(0)\n  t.cancel()\n  try: await t\n  except asyncio.CancelledError: return "cancelled"\nasyncio.run(m())',
      'cancelled',
    ],
    ['async def m(): return await asyncio.to_thread(pow, 2, 5)\nasyncio.run(m())', 32],
    [
      'async def g():\n  try:\n    yield 1\n    yield 2\n  finally: closed.append(1)\nclosed = []\nasync def m():\n  async for x in g(): break\nasyncio.run(m())\nclosed',
      [1],
    ],
    ['async def m(): return len(asyncio.all_tasks())\nasyncio.run(m())', 1],
    ['try: asyncio.get_running_loop()\nexcept RuntimeError as e: r = str(e)\nr', 'no running event loop'],
  ])('%s', async (code, value) => {
    expect(await run(code)).toMatchObject({ value: { json: value }, error: null });
    expect(guest.takeStderr()).toBe('');
  });

  it('sleeps as long as it should', async () => {
    const { value } = await run(
      'import time\nt = time.monotonic()\nasyncio.run(asyncio.sleep(0.1))\ntime.sleep(0.05)\ntime.monotonic() - t',
    );
    expect(value?.json).toBeGreaterThan(0.149);
    expect(value?.json).toBeLessThan(1);
  });

  it('reports a deadlock instead of hanging', async () => {
    const { error } = await run('asyncio.run(asyncio.Event().wait())');
    expect(error).toMatchObject({ type: 'RuntimeError', line: 1 });
    expect(error?.message).toContain('nothing is left that could wake one');
  });

  it.each([
    ['raise ValueError("v")', 'ValueError', 'v'],
    ['raise SystemExit(3)', 'SystemExit', '3'],
    ['raise KeyboardInterrupt', 'KeyboardInterrupt', ''],
  ])('%s in the main task is the run’s error', async (statement, type, message) => {
    const { error } = await run(`async def m():\n  ${statement}\nasyncio.run(m())`);
    expect(error).toMatchObject({ type, message, line: 2 });
    expect(error?.traceback).not.toContain('vivarium');
  });

  it('cancels the tasks that a script leaves on a loop', async () => {
    await run(
      'loop = asyncio.new_event_loop()\nasync def left():\n  try: await asyncio.sleep(60)\n  finally: print("cleaned")\nt = loop.create_task(left())\nloop.run_until_complete(asyncio.sleep(0))',
    );
    expect(guest.takeStdout()).toBe('cleaned\n');
    expect((await run('t.cancelled(), len(asyncio.all_tasks(loop))')).value?.json).toEqual([true, 0]);
  });

  it('does not wait long for a task that will not be cancelled', async () => {
    const started = performance.now();
    const { error } = await run(
      'async def stubborn():\n  while True:\n    try: await asyncio.sleep(60)\n    except asyncio.CancelledError: pass\nt2 = loop.create_task(stubborn())\nloop.run_until_complete(asyncio.sleep(0))',
    );
    expect(error).toBeNull();
    expect(performance.now() - started).toBeLessThan(5000);
    expect((await run('len(asyncio.all_tasks(loop))')).value?.json).toBe(0);
  });
});

describe('top-level await', () => {
  it.each([
    ['await asyncio.sleep(0.01, 5)', 5],
    ['x = await asyncio.sleep(0, 6)\nx', 6],
    ['async with asyncio.timeout(5):\n  y = await asyncio.sleep(0, 7)\ny', 7],
    ['[i async for i in aiter_()]', [0, 1]],
    ['t = asyncio.create_task(asyncio.sleep(0, 3))\nawait t', 3],
    ['len(asyncio.all_tasks()) + await asyncio.sleep(0, 0)', 1],
    ['await asyncio.gather(asyncio.sleep(0.01, 1), asyncio.sleep(0, 2))', [1, 2]],
    ['import time\ntime.sleep(0.03)\nawait asyncio.sleep(0, 4)', 4],
  ])('%s', async (code, value) => {
    await run('async def aiter_():\n  for i in range(2): yield i');
    expect(await run(code)).toMatchObject({ value: { json: value }, error: null });
    expect(guest.takeStderr()).toBe('');
  });

  it('reports at once that nothing could wake it, and where it waits', async () => {
    const { error } = await run('e = asyncio.Event()\nawait asyncio.sleep(0)\nawait e.wait()');
    expect(error).toMatchObject({ type: 'RuntimeError', line: 3 });
    expect(error?.message).toContain('nothing is left that could wake one');
    expect((await run('await asyncio.sleep(0, 1)')).value?.json).toBe(1);
  });

  it('has one loop in all runs, also after code has closed or replaced it', async () => {
    await run(
      'import contextvars\nv = contextvars.ContextVar("v")\nq = asyncio.Queue()\nawait q.put(v.set(1) and 5)',
    );
    expect((await run('asyncio.run(asyncio.sleep(0))\nv.get()')).value?.json).toBe(1);
    expect((await run('[await q.get(), v.get()]')).value?.json).toEqual([5, 1]);
    const same = 'own = asyncio.get_running_loop()\nawait asyncio.sleep(0)\nown is asyncio.get_event_loop()';
    expect((await run(same)).value?.json).toBe(true);
    await run('asyncio.get_event_loop().close()');
    expect((await run('await asyncio.sleep(0, 2)')).value?.json).toBe(2);
  });

  it.each([
    ['asyncio.get_running_loop().stop()\nawait asyncio.sleep(0.01)', null],
    [
      'async def last():\n  try: await asyncio.sleep(60)\n  finally: asyncio.get_running_loop().stop()\nt = asyncio.create_task(last())\nawait asyncio.sleep(0)',
      null,
    ],
    ['asyncio.get_running_loop().call_soon(lambda: 1 / 0)\nawait asyncio.sleep(0.01, "on")', null],
    [
      'async def bad(): raise KeyboardInterrupt\nt = asyncio.create_task(bad())\nawait asyncio.sleep(60)',
      'KeyboardInterrupt',
    ],
    ['asyncio.get_running_loop().call_later(60, print, "late")\nawait asyncio.sleep(0)', null],
  ])('survives %j', async (code, type) => {
    expect((await run(code)).error?.type ?? null).toBe(type);
    expect((await run('await asyncio.sleep(0.01, 3)')).value?.json).toBe(3);
    expect(guest.takeStdout()).toBe('');
  });

  it('gives no value for a semicolon at the end and for None', async () => {
    expect((await run('await asyncio.sleep(0, 5);')).value).toBeNull();
    expect((await run('await asyncio.sleep(0)')).value).toBeNull();
  });

  it.each([
    ['raise ValueError("v")', 'ValueError', 'v'],
    ['raise SystemExit(3)', 'SystemExit', '3'],
    ['raise KeyboardInterrupt', 'KeyboardInterrupt', ''],
    ['raise GeneratorExit', 'GeneratorExit', ''],
    ['raise asyncio.CancelledError', 'asyncio.exceptions.CancelledError', ''],
    ['asyncio.current_task().cancel(); await asyncio.sleep(0)', 'asyncio.exceptions.CancelledError', ''],
  ])('%s is the run’s error', async (statement, type, message) => {
    const { error } = await run(`await asyncio.sleep(0)\n${statement}`);
    expect(error).toMatchObject({ type, message, line: 2 });
    expect(error?.traceback).not.toMatch(/vivarium|pyodide/u);
    expect((await run('import sys\nsys.exit(0)\nawait asyncio.sleep(0)')).error).toBeNull();
  });

  it('says on stderr what a background task raised, SystemExit included', async () => {
    const outcome = await run(
      'async def bad(): raise SystemExit(9)\nt = asyncio.create_task(bad())\nawait asyncio.sleep(0.02)\n7',
    );
    expect(outcome).toMatchObject({ value: { json: 7 }, error: null });
    const stderr = guest.takeStderr();
    expect(stderr).toMatch(/Task exception was never retrieved[\s\S]*SystemExit: 9/u);
    expect(stderr).not.toContain('"<vivarium>"');
  });

  it('does not report a failure that is awaited later', async () => {
    const outcome = await run(
      'async def bad(): raise ValueError\nt = asyncio.create_task(bad())\nawait asyncio.sleep(0.02)\ntry: await t\nexcept ValueError: r = 1\nr',
    );
    expect(outcome.value?.json).toBe(1);
    expect(guest.takeStderr()).toBe('');
  });

  it('leaves no task to the next run', async () => {
    await run(
      'ticks = []\nasync def tick():\n  while True:\n    ticks.append(1)\n    await asyncio.sleep(0.005)\nt = asyncio.create_task(tick())\nawait asyncio.sleep(0.02)',
    );
    expect((await run('n = len(asyncio.all_tasks())\nawait asyncio.sleep(0)\nn')).value?.json).toBe(1);
    expect(
      (await run('a = len(ticks)\nawait asyncio.sleep(0.05)\n(len(ticks) - a, t.cancelled())')).value?.json,
    ).toEqual([0, true]);
  });

  it('does not wait long for a task that suppresses its cancellation, and does not let it go on', async () => {
    const started = performance.now();
    const outcome = await run(
      'beats = []\nasync def stubborn():\n  while True:\n    try:\n      beats.append(1)\n      await asyncio.sleep(0.005)\n    except asyncio.CancelledError: pass\nt = asyncio.create_task(stubborn())\nawait asyncio.sleep(0.01)\n"done"',
    );
    expect(outcome.value?.json).toBe('done');
    expect(performance.now() - started).toBeLessThan(5000);
    const next = 'b = len(beats)\nawait asyncio.sleep(0.05)\n(len(beats) - b, len(asyncio.all_tasks()))';
    expect((await run(next)).value?.json).toEqual([0, 1]);
  });

  it('refuses a nested loop, as CPython does', async () => {
    expect(
      (await run('c = asyncio.sleep(0)\ntry: asyncio.run(c)\nfinally: c.close()\nawait asyncio.sleep(0)'))
        .error,
    ).toMatchObject({
      type: 'RuntimeError',
      message: 'asyncio.run() cannot be called from a running event loop',
    });
    expect(
      (await run('asyncio.get_event_loop().run_until_complete(asyncio.sleep(0))\nawait asyncio.sleep(0)'))
        .error,
    ).toMatchObject({ type: 'RuntimeError', message: 'This event loop is already running' });
  });
});

describe('interrupts', () => {
  /** Runs code that another thread interrupts after `ms`. */
  const interrupted = async (code: string, ms = 150): ReturnType<Guest['run']> => {
    const worker = new Worker(
      `const { workerData } = require('node:worker_threads');
       const signal = new Int32Array(workerData);
       setTimeout(() => { Atomics.store(signal, 0, 2); Atomics.notify(signal, 0) }, ${ms});`,
      { eval: true, workerData: guest.interrupts },
    );
    try {
      return await guest.run(code);
    } finally {
      await worker.terminate();
      Atomics.store(new Int32Array(guest.interrupts), 0, 0);
    }
  };

  it.each([
    ['while True: pass', 1],
    ['import time\ntime.sleep(20)', 2],
    ['asyncio.run(asyncio.sleep(20))', 1],
    ['async def m():\n  while True: await asyncio.sleep(0)\nasyncio.run(m())', 3],
    ['await asyncio.sleep(0)\nwhile True: pass', 2],
    ['async def spin():\n  while True: pass\nt = asyncio.create_task(spin())\nawait asyncio.sleep(20)', 4],
    ['await asyncio.sleep(0)\nawait asyncio.sleep(60)', 2],
    ['await asyncio.sleep(0)\nimport time\ntime.sleep(20)', 3],
    ['asyncio.get_running_loop().call_soon(exec, "while True: pass")\nawait asyncio.sleep(20)', 2],
    ['async def m():\n  while True: await asyncio.sleep(0)\nawait m()', 2],
    ['class S:\n  def __str__(self):\n    while True: pass\nS()', 3],
  ])('%s', async (code, line) => {
    const started = performance.now();
    expect((await interrupted(code)).error).toMatchObject({ type: 'KeyboardInterrupt', line });
    expect(performance.now() - started).toBeLessThan(3000);
    expect((await run('1 + 1')).value?.json).toBe(2);
  });

  it('restores the handler that a run replaced', async () => {
    await run('import signal\n_ = signal.signal(signal.SIGINT, signal.SIG_IGN)');
    expect((await interrupted('while True: pass')).error?.type).toBe('KeyboardInterrupt');
  });

  it('ignores a signal that comes between runs', async () => {
    const signal = new Int32Array(guest.interrupts);
    Atomics.store(signal, 0, 2);
    guest.listFiles();
    expect((await run('1 + 1')).value?.json).toBe(2);
    expect(Atomics.load(signal, 0)).toBe(0);
  });
});
