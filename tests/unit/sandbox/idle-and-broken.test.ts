/** Ends that no caller asked for: by idleness, or by too many crashes. */
import { describe, expect, it } from 'vitest';
import type { SidecarClient } from '../../../src/main/sandbox/sidecar/sidecar-client.ts';
import { IDLE_MS, supervisorStage, type SupervisorStage } from './supervisor-stage.ts';
import { deferred, never, turns, until, type Behaviour } from './support.ts';

const useOnce = async ({ supervisor }: SupervisorStage): Promise<SidecarClient> => {
  supervisor.use();
  try {
    return await supervisor.sidecar();
  } finally {
    supervisor.release();
  }
};

describe('idleness', () => {
  it('is counted from the end of the last use', async () => {
    const all = supervisorStage();
    await useOnce(all);
    await all.elapse(IDLE_MS - 1);
    all.supervisor.use();
    all.supervisor.use();
    await all.elapse(10 * IDLE_MS);
    all.supervisor.release();
    await all.elapse(10 * IDLE_MS);
    await turns();
    expect(all.alive()).toEqual([1001]);
    all.supervisor.release();
    await all.elapse(IDLE_MS - 1);
    await turns();
    expect(all.alive()).toEqual([1001]);
    all.clock.advance(1);
    await until(() => all.ends.length === 1);
    expect(all.ends).toMatchObject([{ cause: 'idle', role: 'active' }]);
  });

  it('is counted after a use that failed as well', async () => {
    const all = supervisorStage();
    await all.supervisor.sidecar();
    all.supervisor.use();
    all.supervisor.release();
    await all.elapse(IDLE_MS);
    await until(() => all.ends.length === 1);
  });

  it('also ends what is still starting when nobody waits for it any more', async () => {
    const launch = deferred<Behaviour>();
    const all = supervisorStage(() => launch.promise, { idleMs: 10_000 });
    all.supervisor.use();
    all.supervisor.sidecar().catch(() => undefined);
    all.supervisor.release();
    await turns();
    all.clock.advance(10_000);
    launch.resolve({});
    await until(() => all.ends.length === 1);
    expect([all.alive(), all.supervisor.state.name]).toEqual([[], 'stopped']);
  });

  it('ends no process that is used from the same moment on, before or after the timer', async () => {
    const before = supervisorStage();
    await useOnce(before);
    await before.elapse(IDLE_MS - 1);
    before.supervisor.use();
    await before.elapse(IDLE_MS);
    expect((await before.supervisor.sidecar()).pid).toBe(1001);
    const after = supervisorStage();
    await useOnce(after);
    await after.elapse(IDLE_MS - 1);
    after.clock.advance(1);
    after.supervisor.use();
    // The old one is on its way out: this one waits for its end.
    expect((await after.supervisor.sidecar()).pid).toBe(1002);
    expect(after.ends).toMatchObject([{ pid: 1001, cause: 'idle' }]);
  });

  it('lets sessions come to their end first', async () => {
    const gate = deferred();
    const all = supervisorStage(undefined, { finishSessions: () => gate.promise });
    await useOnce(all);
    await all.elapse(IDLE_MS);
    await turns();
    expect(all.alive()).toEqual([1001]);
    gate.resolve();
    await until(() => all.ends.length === 1);
    expect(all.ends).toMatchObject([{ cause: 'idle' }]);
  });

  it('ends no process that somebody uses before the sessions have come to their end', async () => {
    const gate = deferred();
    const all = supervisorStage(undefined, { finishSessions: () => gate.promise });
    await useOnce(all);
    await all.elapse(IDLE_MS);
    await useOnce(all);
    gate.resolve();
    await turns();
    expect([all.alive(), all.ends]).toEqual([[1001], []]);
  });

  it('does not count as a crash, however often', async () => {
    const all = supervisorStage(undefined, { crashLimit: { crashes: 1, windowMs: 1e9 } });
    for (let round = 1; round < 5; round++) {
      await useOnce(all);
      await all.elapse(IDLE_MS);
      await until(() => all.ends.length === round);
    }
    expect(all.supervisor.state.name).toBe('stopped');
  });
});

describe('too many crashes', () => {
  const LIMIT = { crashes: 3, windowMs: 300_000 } as const;
  const crash = async (all: SupervisorStage): Promise<void> => {
    await all.supervisor.sidecar();
    const count = all.ends.length;
    all.launcher.last.exit(139);
    await until(() => all.ends.length === count + 1);
  };

  it('within the window make the sandbox broken, with the reason, until a restart', async () => {
    const all = supervisorStage(undefined, { crashLimit: LIMIT });
    for (let count = 0; count < 3; count++) await crash(all);
    expect(all.supervisor.state).toEqual({
      name: 'broken',
      reason:
        'the sandbox process crashed 3 times within 5 minutes and stays down until it is restarted (last: exited, exit code 139)',
    });
    await expect(all.supervisor.sidecar()).rejects.toThrow('crashed 3 times within 5 minutes');
    await all.supervisor.restart();
    expect(all.supervisor.state.name).toBe('stopped');
    await crash(all);
    await crash(all);
    // The crashes before the restart count no more.
    expect(all.supervisor.state.name).toBe('stopped');
    expect((await all.supervisor.sidecar()).pid).toBe(1006);
  });

  it('make the sandbox broken, however much time passes', async () => {
    const all = supervisorStage(undefined, { crashLimit: LIMIT });
    for (let count = 0; count < 3; count++) await crash(all);
    all.clock.advance(1e9);
    await expect(all.supervisor.sidecar()).rejects.toThrow('stays down');
    expect(all.launcher.launches).toBe(3);
  });

  it('spread over more than the window do not make it broken', async () => {
    const all = supervisorStage(undefined, { crashLimit: LIMIT });
    for (let count = 0; count < 10; count++) {
      await crash(all);
      all.clock.advance(150_000);
    }
    expect(all.supervisor.state.name).toBe('stopped');
  });

  it('stop the standby process as well, and nothing takes over', async () => {
    const all = supervisorStage(undefined, { crashLimit: { ...LIMIT, crashes: 1 }, standby: true });
    await useOnce(all);
    await until(() => all.supervisor.standbyReady);
    all.launcher.processes[0]?.exit(1);
    // Also the one that was only beginning to take the place of the second.
    await until(() => all.ends.length === 3);
    expect(all.alive()).toEqual([]);
    expect([all.supervisor.state.name, all.supervisor.pid, all.supervisor.standbyPid]).toEqual([
      ...['broken', null, null],
    ]);
    await turns();
    expect(all.clock.waiting).toBe(0);
  });

  it.each([
    ['stopped', false],
    ['idle', false],
    ['out-of-memory', false],
    ['unresponsive', true],
    ['misbehaved', true],
    ['stop-failed', true],
    ['start-failed', true],
  ] as const)('are not made of everything: an end by %s counts: %s', async (cause, counts) => {
    const all = supervisorStage(undefined, { crashLimit: { ...LIMIT, crashes: 1 } });
    await all.supervisor.end(await all.supervisor.sidecar(), cause, 'd');
    await turns();
    expect(all.supervisor.state.name).toBe(counts ? 'broken' : 'stopped');
  });

  it('include starts that fail', async () => {
    const all = supervisorStage(() => ({ prepare: () => Promise.reject(new Error('no')) }), {
      crashLimit: LIMIT,
    });
    for (let count = 0; count < 3; count++) await expect(all.supervisor.sidecar()).rejects.toThrow();
    await turns();
    expect(all.supervisor.state.name).toBe('broken');
  });

  it.each([
    ['a file that is damaged', { loadAssets: true }],
    ['an order for the lock-down that can not be had', { lockdown: true }],
    ['a process that the system does not start', { launch: true }],
  ] as const)(
    'are not made of %s: it heals by itself, for a standby process as well',
    async (_what, fails) => {
      let healed = false;
      const unless = <T>(broken: boolean, value: T): Promise<T> =>
        broken && !healed ? Promise.reject(new Error('it is damaged')) : Promise.resolve(value);
      const all = supervisorStage(
        () => unless('launch' in fails, {}),
        {
          crashLimit: LIMIT,
          lockdown: () => unless('lockdown' in fails, { enabled: false, dataLimitMiB: null, binding: null }),
        },
        () => unless('loadAssets' in fails, []),
      );
      for (let count = 0; count < 6; count++) {
        await expect(all.supervisor.sidecar()).rejects.toThrow('it is damaged');
      }
      await turns();
      expect([all.supervisor.state.name, all.alive(), all.ends.map(({ cause }) => cause)]).toEqual([
        ...['stopped', [], Array(6).fill('start-failed')],
      ]);
      healed = true;
      all.supervisor.configure({ memoryMiB: 64, idleMs: IDLE_MS, standby: true });
      await useOnce(all);
      await until(() => all.supervisor.standbyReady);
    },
  );

  it('are counted once each, also when a start that hangs has many callers', async () => {
    const all = supervisorStage((launch) => (launch === 1 ? { prepare: never } : {}), {
      crashLimit: { ...LIMIT, crashes: 2 },
    });
    const callers = Array.from({ length: 5 }, () => all.supervisor.sidecar());
    await until(() => all.launcher.processes[0]?.called('prepare').length === 1);
    all.clock.advance(60_000);
    for (const caller of callers) {
      await expect(caller).rejects.toThrow('Python was not ready within 60 s');
    }
    expect(all.ends).toHaveLength(1);
    expect((await all.supervisor.sidecar()).pid).toBe(1002);
  });
});

describe('reasons', () => {
  it('are those of the first cause, not of its consequences', async () => {
    const all = supervisorStage();
    const sidecar = await all.supervisor.sidecar();
    const [first, second] = await Promise.all([
      all.supervisor.end(sidecar, 'unresponsive', 'a'),
      all.supervisor.end(sidecar, 'stop-failed', 'b'),
    ]);
    expect([first, second]).toEqual([
      { cause: 'unresponsive', detail: 'a' },
      { cause: 'unresponsive', detail: 'a' },
    ]);
    expect(all.ends).toHaveLength(1);
  });

  it('name memory by the last reading', async () => {
    const all = supervisorStage(undefined, { freeMemory: () => 0 });
    const sidecar = await all.supervisor.sidecar();
    all.launcher.last.resident = 2 * 1024 ** 3;
    all.clock.advance(2000);
    expect(all.readings).toEqual([2 * 1024 ** 3]);
    all.launcher.last.exit(null, 'SIGKILL');
    expect(await all.supervisor.endOf(sidecar)).toEqual({
      cause: 'out-of-memory',
      detail: 'signal SIGKILL',
    });
  });

  it('name memory by what the system says', async () => {
    const all = supervisorStage();
    const sidecar = await all.supervisor.sidecar();
    all.launcher.last.outOfMemory = true;
    all.launcher.last.exit(133);
    expect(await all.supervisor.endOf(sidecar)).toEqual({ cause: 'out-of-memory', detail: 'exit code 133' });
  });

  it('say that a process is still there although its end was reported', async () => {
    const all = supervisorStage();
    const sidecar = await all.supervisor.sidecar();
    all.launcher.last.undead = true;
    all.launcher.last.exit(0);
    await turns();
    expect(all.launcher.last.kills).toBeGreaterThan(0);
    all.clock.advance(500);
    expect(await all.supervisor.endOf(sidecar)).toEqual({
      cause: 'exited',
      detail: 'exit code 0; pid 1001 is still there',
    });
  });
});
