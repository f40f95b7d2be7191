/** `nest_asyncio` as people paste it: loops that run inside of each other. */
import { Worker } from 'node:worker_threads';
import { beforeAll, describe, expect, it } from 'vitest';
import { startGuest, type Guest } from './guest.ts';

let guest: Guest;

beforeAll(async () => {
  guest = await startGuest();
}, 60_000);

const SETUP = `
import asyncio
import nest_asyncio
nest_asyncio.apply()
async def work(number):
    await asyncio.sleep(0.005 * number)
    return number
`;

const valueOf = async (code: string): Promise<unknown> => {
  const { error, value } = await guest.run(SETUP + code);
  expect(error).toBeNull();
  expect(guest.takeStderr()).toBe('');
  return value?.json;
};

describe('nested event loops', () => {
  it.each<[string, string, unknown]>([
    ['in a plain script', 'asyncio.run(work(1))', 1],
    ['asyncio.run in a task', 'async def outer(): return asyncio.run(work(1))\nasyncio.run(outer())', 1],
    [
      'run_until_complete in a task',
      'async def outer(): return asyncio.get_event_loop().run_until_complete(work(2))\nasyncio.run(outer())',
      2,
    ],
    ['beside an await at top level', '[await work(1), asyncio.run(work(2))]', [1, 2]],
    [
      'in a loop of its own',
      'new = asyncio.new_event_loop()\n[await work(1), new.run_until_complete(work(2)), asyncio.run(work(3))]',
      [1, 2, 3],
    ],
    [
      'in several tasks at once',
      'async def outer(n): return asyncio.run(work(n)) + asyncio.run(work(1))\nawait asyncio.gather(*map(outer, (3, 1, 2)))',
      [4, 2, 3],
    ],
    [
      'and other tasks go on meanwhile',
      'seen = []\nasync def beat():\n  while len(seen) < 3:\n    seen.append(1)\n    await asyncio.sleep(0.001)\nt = asyncio.create_task(beat())\nasyncio.run(work(10))\nawait t\nlen(seen)',
      3,
    ],
    [
      'and the task is the same afterwards',
      'mine = asyncio.current_task()\nasyncio.run(work(1))\nawait work(0)\nasyncio.current_task() is mine',
      true,
    ],
    [
      'and what stops the loop stops no other',
      'async def stop(): asyncio.get_running_loop().stop()\nasyncio.run(stop())\nawait work(4)',
      4,
    ],
    [
      'with an error that can be caught',
      'async def bad(): raise ValueError("bad")\ntry: asyncio.run(bad())\nexcept ValueError as e: r = str(e)\nawait work(0)\nr',
      'bad',
    ],
  ])('%s', async (_what, code, value) => {
    expect(await valueOf(code)).toEqual(value);
  });

  it('stay allowed in later runs, and end with the run', async () => {
    expect(
      await valueOf('left = asyncio.create_task(work(10_000))\nawait work(0)\nasyncio.run(work(1))'),
    ).toBe(1);
    const { value } = await guest.run('[left.cancelled(), await work(1), asyncio.run(work(2))]');
    expect(value?.json).toEqual([true, 1, 2]);
  });

  it('are interrupted where they wait, and the session goes on', async () => {
    const worker = new Worker(
      `const { workerData } = require('node:worker_threads');
       const signal = new Int32Array(workerData);
       setTimeout(() => { Atomics.store(signal, 0, 2); Atomics.notify(signal, 0) }, 150);`,
      { eval: true, workerData: guest.interrupts },
    );
    const { error } = await guest.run(`${SETUP}await work(0)\nasyncio.run(work(10_000))`);
    await worker.terminate();
    Atomics.store(new Int32Array(guest.interrupts), 0, 0);
    expect(error?.type).toBe('KeyboardInterrupt');
    expect(await valueOf('[await work(1), asyncio.run(work(2))]')).toEqual([1, 2]);
  });

  it('show none of our frames in tracebacks that code prints', async () => {
    const code =
      'async def bad(): 1 / 0\ntry: asyncio.run(bad())\nexcept ZeroDivisionError:\n  import traceback\n  traceback.print_exc()\nawait work(0)';
    expect((await guest.run(SETUP + code)).error).toBeNull();
    const printed = guest.takeStderr();
    expect(printed).toContain('async def bad(): 1 / 0');
    expect(printed).not.toContain('vivarium');
  });
});

describe('warnings', () => {
  it.each([
    [
      'async def f(): pass\nf()\nx = 1',
      /^<script[^>]*>:2: RuntimeWarning: coroutine 'f' was never awaited\n/u,
    ],
    ['async def f(): pass\nf()', /^sys:1: RuntimeWarning: coroutine 'f' was never awaited\n/u],
    [
      'import warnings\nwarnings.warn("first", stacklevel=2)\nwarnings.warn("first", stacklevel=2)',
      /^sys:1: UserWarning: first\n$/u,
    ],
  ])('of %j come once, and name no file of ours', async (code, expected) => {
    const session = guest.newSession();
    session.takeStderr();
    await session.run(code);
    const told = session.takeStderr();
    expect(told).toMatch(expected);
    expect(told.match(/Warning: (?:coroutine|first)/gu)).toHaveLength(1);
    expect(told).not.toContain('vivarium');
  });
});

describe('event loops that the code makes', () => {
  it('have their tasks ended at the end of a run, also after one that fails', async () => {
    const session = guest.newSession();
    const { error } = await session.run(`
import asyncio
ended = []
async def stubborn(name):
    try:
        await asyncio.sleep(60)
    finally:
        ended.append(name)
loops = [asyncio.new_event_loop() for _ in range(3)]
for index, loop in enumerate(loops):
    loop.create_task(stubborn(index))
    loop.call_soon(loop.stop)
    loop.run_forever()
5`);
    expect(error).toBeNull();
    expect((await session.run('sorted(ended)')).value?.json).toEqual([0, 1, 2]);
  });
});
