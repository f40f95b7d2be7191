import { expect, it } from 'vitest';
import type { SelfCheck } from '../../../../../src/shared/protocol/interpreter.ts';
import { InterpreterPool } from '../../../../../src/utility/control/interpreters/interpreter-pool.ts';
import type { InterpreterThread } from '../../../../../src/utility/control/interpreters/interpreter-thread.ts';
import { deferred, turns, until, type Deferred } from '../../../sandbox/support.ts';

interface FakeThread {
  readonly number: number;
  readonly booting: Deferred<SelfCheck[]>;
  readonly die: () => void;
  readonly endRun: () => void;
  readonly state: { booted: boolean; terminated: number };
}

const setUp = (refillTimes = { afterRunMs: 0, latestMs: 0 }) => {
  const threads: FakeThread[] = [];
  const pool = new InterpreterPool(async () => {
    const booting = deferred<SelfCheck[]>();
    const firstRun = deferred<undefined>();
    const dead = deferred<{ cause: 'exited'; detail: string }>();
    const state = { booted: false, terminated: 0 };
    const number = threads.length + 1;
    threads.push({
      number,
      booting,
      state,
      die: () => dead.resolve({ cause: 'exited', detail: '' }),
      endRun: () => firstRun.resolve(undefined),
    });
    const thread: Pick<InterpreterThread, 'boot' | 'died' | 'firstRun' | 'terminate'> = {
      firstRun: firstRun.promise,
      died: dead.promise,
      boot: () => {
        state.booted = true;
        return booting.promise;
      },
      terminate: () => {
        state.terminated++;
        return Promise.resolve();
      },
    };
    try {
      const checks = await thread.boot();
      return { thread: thread as unknown as InterpreterThread, checks, snapshot: 'absent' };
    } catch (error) {
      await thread.terminate();
      throw error;
    }
  }, refillTimes);
  const boot = async (...numbers: number[]): Promise<void> => {
    for (const number of numbers)
      threads[number - 1]?.booting.resolve([{ name: `${number}`, layer: null, holds: true }]);
    await turns(1);
  };
  const fail = async (number: number): Promise<void> => {
    threads[number - 1]?.booting.reject(new Error(`thread ${number} can't`));
    await turns(1);
  };
  const take = async (): Promise<number> => Number((await pool.take()).checks[0]?.name);
  const terminated = (): number[] =>
    threads.filter(({ state }) => state.terminated > 0).map(({ number }) => number);
  return { pool, threads, boot, fail, take, terminated };
};

it('starts no spares before some are wanted, and then as many as are wanted', async () => {
  const { pool, threads, boot, take } = setUp();
  await turns(1);
  expect(threads).toHaveLength(0);
  const taking = take();
  await turns(1);
  await boot(1);
  expect([await taking, pool.size, threads.length]).toEqual([1, 0, 1]);
});

it('gives a ready spare at once and starts another one afterwards', async () => {
  const { pool, threads, boot, take } = setUp();
  void pool.keep(1);
  await boot(1);
  expect(pool.size).toBe(1);
  const taking = take();
  expect(threads).toHaveLength(1);
  expect(await taking).toBe(1);
  await until(() => threads.length === 2);
  expect(pool.size).toBe(1);
});

it('starts another one after the first run of the one that was given', async () => {
  const { pool, threads, boot, take } = setUp({ afterRunMs: 0, latestMs: 60_000 });
  void pool.keep(1);
  await boot(1);
  await take();
  await turns(4);
  expect(threads).toHaveLength(1);
  threads[0]?.endRun();
  await until(() => threads.length === 2);
});

it('starts another one while the first run of the one that was given goes on', async () => {
  const { pool, threads, boot, take } = setUp({ afterRunMs: 60_000, latestMs: 0 });
  void pool.keep(1);
  await boot(1);
  await take();
  await until(() => threads.length === 2);
});

it('gives each spare once', async () => {
  const { pool, boot, take } = setUp();
  void pool.keep(3);
  await boot(1, 2);
  await boot(3);
  expect(new Set(await Promise.all([take(), take(), take()]))).toEqual(new Set([1, 2, 3]));
});

it('lets each caller wait for a spare of its own that is being started, instead of starting another one', async () => {
  const { pool, threads, boot, take } = setUp();
  void pool.keep(1);
  await turns(1);
  const [first, second] = [take(), take()];
  await turns(1);
  expect(threads).toHaveLength(2);
  await boot(2);
  expect(await second).toBe(2);
  await boot(1);
  expect(await first).toBe(1);
});

it('starts two at once, and waiting callers are served before spares are kept', async () => {
  const { pool, threads, boot, take } = setUp();
  void pool.keep(4);
  await turns(1);
  expect(threads).toHaveLength(2);
  await boot(1, 2);
  const taken = [await take(), await take()];
  expect(taken).toEqual([1, 2]);
  expect(threads.filter(({ state }) => state.booted)).toHaveLength(4);
});

it('reports the failure of a spare to a waiting caller only if the next attempt fails too', async () => {
  const { pool, threads, boot, fail, take } = setUp();
  void pool.keep(1);
  await turns(1);
  const lucky = take();
  await fail(1);
  await turns(1);
  // Its own, and a spare in the background.
  expect(threads.length).toBeGreaterThanOrEqual(2);
  await boot(2, 3);
  expect(await lucky).toBeGreaterThan(1);
});

it('reports a boot that fails, ends its thread, and goes on', async () => {
  const { threads, boot, fail, take, terminated } = setUp();
  const unlucky = take();
  await turns(1);
  unlucky.catch(() => undefined);
  await fail(1);
  await expect(unlucky).rejects.toThrow("thread 1 can't");
  expect(terminated()).toEqual([1]);
  const next = take();
  await turns(1);
  await boot(2);
  expect([await next, threads.length]).toEqual([2, 2]);
});

it('limits the attempts to start spares that fail', async () => {
  const { pool, threads, fail } = setUp();
  void pool.keep(1);
  await turns(1);
  await fail(1);
  await turns(4);
  expect([threads.length, pool.size]).toEqual([1, 0]);
});

it('never gives out a spare that has died', async () => {
  const { pool, threads, boot, take } = setUp();
  void pool.keep(2);
  await boot(1, 2);
  threads[0]?.die();
  await turns(1);
  expect(pool.size).toBe(1);
  expect(await take()).toBe(2);
});

it('ends surplus spares, also those that are being started', async () => {
  const { pool, boot, terminated } = setUp();
  void pool.keep(2);
  await boot(1);
  void pool.keep(0);
  await boot(2);
  expect([pool.size, terminated()]).toEqual([0, [1, 2]]);
});

it('gives a spare that is being started to a waiting caller, also after none are wanted any more', async () => {
  const { pool, boot, take, terminated } = setUp();
  void pool.keep(1);
  await turns(1);
  const taking = take();
  void pool.keep(0);
  await boot(1);
  expect([await taking, pool.size, terminated()]).toEqual([1, 0, []]);
});
