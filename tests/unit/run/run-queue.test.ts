import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { RunQueue } from '../../../src/main/run/run-queue.ts';
import { deferred, turns } from '../sandbox/support.ts';

const open = AbortSignal.any([]);

describe('RunQueue', () => {
  it('runs one session in order, one at a time, and others beside it', async () => {
    const queue = new RunQueue(4);
    const log: string[] = [];
    const gates = [deferred(), deferred()];
    const all = [
      queue.add('a', open, async () => {
        log.push('a1');
        await gates[0]?.promise;
        log.push('a1 done');
      }),
      queue.add('a', open, async () => log.push('a2')),
      queue.add('b', open, async () => log.push('b1')),
      queue.add(null, open, async () => log.push('own')),
    ];
    await turns();
    expect(log).toEqual(['a1', 'b1', 'own']);
    gates[0]?.resolve();
    await Promise.all(all);
    expect(log).toEqual(['a1', 'b1', 'own', 'a1 done', 'a2']);
  });

  it('keeps to the concurrency over all sessions', async () => {
    const queue = new RunQueue(2);
    let now = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        queue.add(index % 3 === 0 ? null : `s${index % 5}`, open, async () => {
          most = Math.max(most, ++now);
          await turns(2);
          now--;
        }),
      ),
    );
    expect(most).toBe(2);
  });

  it('gives null at once for one that is cancelled in the queue, and never runs it', async () => {
    const queue = new RunQueue(1);
    const gate = deferred();
    const controller = new AbortController();
    let ran = false;
    const first = queue.add('a', open, () => gate.promise);
    const second = queue.add('a', controller.signal, async () => {
      ran = true;
    });
    const third = queue.add('a', open, async () => 3);
    await turns();
    controller.abort();
    expect(await second).toBeNull();
    gate.resolve();
    expect(await Promise.all([first, third])).toEqual([undefined, 3]);
    expect(ran).toBe(false);
  });

  it('gives null for one that was cancelled before it came', async () => {
    expect(await new RunQueue(1).add(null, AbortSignal.abort(), async () => 1)).toBeNull();
  });

  it('does not cancel a task that has begun', async () => {
    const controller = new AbortController();
    const gate = deferred<number>();
    const run = new RunQueue(1).add(null, controller.signal, () => gate.promise);
    await turns();
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    controller.abort();
    gate.resolve(5);
    expect(await run).toBe(5);
  });

  it('goes on after failures', async () => {
    const queue = new RunQueue(1);
    const failing = queue.add('a', open, () => Promise.reject(new Error('no')));
    const throwing = queue.add('a', open, () => {
      throw new Error('at once');
    });
    const fine = queue.add('a', open, async () => 1);
    await expect(failing).rejects.toThrow('no');
    await expect(throwing).rejects.toThrow('at once');
    expect(await fine).toBe(1);
  });
});
