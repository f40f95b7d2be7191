/** A second process in reserve: when it is started, when it takes over, and that it is never in the way. */
import { describe, expect, it } from 'vitest';
import type { SidecarClient } from '../../../src/main/sandbox/sidecar/sidecar-client.ts';
import type { SupervisorOptions } from '../../../src/main/sandbox/process/supervisor-options.ts';
import { IDLE_MS, supervisorStage, type SupervisorStage } from './supervisor-stage.ts';
import { deferred, never, PREPARED, turns, until, type Behaviour } from './support.ts';

const WITH_STANDBY = { standby: true } as const;

const setUp = (
  behave?: (launch: number) => Behaviour | Promise<Behaviour>,
  options: Partial<SupervisorOptions> = {},
): SupervisorStage => supervisorStage(behave, { ...WITH_STANDBY, ...options });

/** One run from its beginning to its end. */
const runOnce = async ({ supervisor }: SupervisorStage): Promise<SidecarClient> => {
  supervisor.use();
  const sidecar = await supervisor.sidecar();
  supervisor.runBegan(sidecar);
  supervisor.runEnded(sidecar);
  supervisor.release();
  return sidecar;
};

const untilReady = ({ supervisor }: SupervisorStage): Promise<void> =>
  until(() => supervisor.standbyReady, 'a standby process');

describe('is started', () => {
  it('after the first run and not before, warmed up', async () => {
    const warmed: number[] = [];
    const all = setUp(undefined, { warmUp: async ({ pid }) => void warmed.push(pid) });
    await all.supervisor.sidecar();
    await turns();
    expect([all.launcher.launches, all.supervisor.standbyPid]).toEqual([1, null]);
    await runOnce(all);
    await untilReady(all);
    expect([all.supervisor.pid, all.supervisor.standbyPid, warmed]).toEqual([1001, 1002, [1002]]);
    expect(all.started).toEqual([
      [1001, 'active'],
      [1002, 'standby'],
    ]);
    await runOnce(all);
    expect(all.launcher.launches).toBe(2);
  });

  it('not while runs are under way', async () => {
    const all = setUp();
    all.supervisor.use();
    await runOnce(all);
    await turns();
    expect(all.launcher.launches).toBe(1);
    all.supervisor.release();
    await untilReady(all);
  });

  it.each([
    ['there is too little memory', { freeMemory: () => 1.4 * 1024 ** 3 }],
    ['it is switched off', { standby: false }],
  ])('not when %s', async (_what, options) => {
    const all = setUp(undefined, options);
    await runOnce(all);
    await turns();
    expect([all.launcher.launches, all.supervisor.standbyPid]).toEqual([1, null]);
  });

  it('later, when memory has become free', async () => {
    const memory = { free: 0 };
    const all = setUp(undefined, { freeMemory: () => memory.free });
    await runOnce(all);
    memory.free = 8 * 1024 ** 3;
    await runOnce(all);
    await untilReady(all);
  });
});

describe('takes over', () => {
  it('at once when the active process dies, and gets a successor', async () => {
    const all = setUp();
    const first = await runOnce(all);
    await untilReady(all);
    all.launcher.processes[0]?.exit(null, 'SIGKILL');
    await first.gone;
    await until(() => all.supervisor.pid === 1002);
    expect([all.supervisor.state.name, all.promoted, (await all.supervisor.sidecar()).pid]).toEqual([
      ...['ready', [1002], 1002],
    ]);
    // Also without runs: the next death must affect as little.
    await until(() => all.supervisor.standbyPid === 1003);
    expect(all.ends).toMatchObject([
      { pid: 1001, role: 'active', cause: 'exited', detail: 'signal SIGKILL' },
    ]);
  });

  it('when the active process hangs, before that is gone', async () => {
    const all = setUp((launch) => (launch === 1 ? { ping: never, mortal: false } : {}));
    await runOnce(all);
    await untilReady(all);
    all.clock.advance(5000);
    await turns();
    all.clock.advance(5000);
    expect(all.supervisor.state.name).toBe('unresponsive');
    all.clock.advance(10_000);
    expect([all.supervisor.pid, all.supervisor.state.name, all.alive()]).toEqual([
      ...[1002, 'ready', [1001, 1002]],
    ]);
    all.launcher.processes[0]?.exit(null, 'SIGKILL');
    await until(() => all.ends.length === 1);
    expect(all.ends).toMatchObject([{ pid: 1001, role: 'active', cause: 'unresponsive' }]);
    expect([all.supervisor.pid, all.supervisor.state.name]).toEqual([1002, 'ready']);
  });

  it('while it is still starting, for the caller that needs it', async () => {
    const gate = deferred();
    const all = setUp(undefined, { warmUp: () => gate.promise });
    await runOnce(all);
    await until(() => all.launcher.processes[1]?.called('prepare').length === 1);
    all.launcher.processes[0]?.exit(1);
    await until(() => all.ends.length === 1);
    expect([all.supervisor.pid, all.supervisor.state.name]).toEqual([null, 'stopped']);
    all.supervisor.use();
    const next = all.supervisor.sidecar();
    expect([all.supervisor.pid, all.supervisor.standbyPid, all.supervisor.state.name]).toEqual([
      ...[1002, null, 'starting'],
    ]);
    gate.resolve();
    expect([(await next).pid, all.supervisor.state.name, all.launcher.launches]).toEqual([1002, 'ready', 2]);
    expect(all.started.at(-1)).toEqual([1002, 'active']);
  });

  it('and dies meanwhile: the caller is told so, and the next one gets a new process', async () => {
    const gate = deferred();
    const all = setUp(undefined, { warmUp: () => gate.promise });
    await runOnce(all);
    await until(() => all.launcher.processes[1]?.called('prepare').length === 1);
    all.launcher.processes[0]?.exit(1);
    await until(() => all.ends.length === 1);
    const next = all.supervisor.sidecar();
    all.launcher.processes[1]?.exit(1);
    await expect(next).rejects.toThrow('ended while it started: exit code 1');
    expect(all.ends).toMatchObject([{ role: 'active' }, { role: 'active', pid: 1002 }]);
    const third = await all.supervisor.sidecar();
    expect([third.pid, all.supervisor.state.name]).toEqual([1003, 'ready']);
  });

  it("from a process whose end takes long: the sandbox's state is that of the new process", async () => {
    const all = setUp((launch) => (launch === 1 ? { mortal: false } : {}));
    const first = await runOnce(all);
    await untilReady(all);
    const ending = all.supervisor.end(first, 'stop-failed');
    expect([all.supervisor.pid, all.supervisor.state.name]).toEqual([1002, 'ready']);
    all.clock.advance(5000);
    expect(await ending).toMatchObject({ cause: 'stop-failed', detail: 'not gone after 5 s' });
    expect([all.supervisor.pid, all.supervisor.state.name]).toEqual([1002, 'ready']);
  });

  it('for all callers of one moment: two processes are never active', async () => {
    const all = setUp();
    await runOnce(all);
    await untilReady(all);
    all.launcher.processes[0]?.exit(1);
    const callers = await Promise.allSettled(Array.from({ length: 5 }, () => all.supervisor.sidecar()));
    await until(() => all.ends.length === 1);
    const again = await Promise.all(Array.from({ length: 5 }, () => all.supervisor.sidecar()));
    expect(new Set(again.map(({ pid }) => pid))).toEqual(new Set([1002]));
    expect(callers.every(({ status }) => status === 'fulfilled')).toBe(true);
  });
});

describe('its own death', () => {
  it('is reported, disturbs no run, and the process is replaced after the next run', async () => {
    const all = setUp();
    await runOnce(all);
    await untilReady(all);
    all.launcher.processes[1]?.exit(3);
    await until(() => all.ends.length === 1);
    expect([
      all.ends,
      all.supervisor.pid,
      all.supervisor.standbyPid,
      all.supervisor.state.name,
    ]).toMatchObject([
      [{ pid: 1002, role: 'standby', cause: 'exited', detail: 'exit code 3' }],
      1001,
      null,
      'ready',
    ]);
    await runOnce(all);
    await untilReady(all);
    expect([all.supervisor.pid, all.supervisor.standbyPid]).toEqual([1001, 1003]);
  });

  it('again and again ends further starts until a restart, and does not affect the active process', async () => {
    const all = setUp(undefined, { crashLimit: { crashes: 2, windowMs: 1_000_000 } });
    for (const launch of [2, 3]) {
      await runOnce(all);
      await untilReady(all);
      all.launcher.processes[launch - 1]?.exit(3);
      await until(() => all.ends.length === launch - 1);
    }
    await runOnce(all);
    expect([all.supervisor.state.name, all.supervisor.pid, all.launcher.launches]).toEqual([
      'ready',
      1001,
      3,
    ]);
    await all.supervisor.restart();
    await runOnce(all);
    await untilReady(all);
    expect(all.launcher.launches).toBe(5);
  });

  it('by hanging is noticed, and does not make the sandbox unresponsive', async () => {
    const all = setUp((launch) => (launch === 2 ? { ping: never } : {}));
    await runOnce(all);
    await untilReady(all);
    await all.elapse(20_000);
    await until(() => all.ends.length === 1);
    expect(all.ends).toMatchObject([{ pid: 1002, role: 'standby', cause: 'unresponsive' }]);
    expect(all.states).not.toContain('unresponsive');
  });

  it('by never getting ready comes at the limit for starts, and delays no later caller', async () => {
    const all = setUp((launch) => (launch === 2 ? { prepare: never } : {}));
    await runOnce(all);
    await until(() => all.launcher.processes[1]?.called('prepare').length === 1);
    await all.elapse(60_000);
    await until(() => all.ends.length === 1);
    expect(all.ends).toMatchObject([
      { pid: 1002, role: 'standby', cause: 'start-failed', detail: 'Python was not ready within 60 s' },
    ]);
    expect([all.supervisor.pid, all.supervisor.standbyPid]).toEqual([1001, null]);
  });
});

describe('the end of all', () => {
  it('by idleness ends both, and leaves no timer', async () => {
    const all = setUp();
    await runOnce(all);
    await untilReady(all);
    await all.elapse(IDLE_MS - 1);
    await turns();
    expect(all.alive()).toEqual([1001, 1002]);
    all.clock.advance(1);
    await until(() => all.ends.length === 2);
    expect(all.ends.map(({ cause }) => cause)).toEqual(['idle', 'idle']);
    expect([all.alive(), all.supervisor.state.name, all.promoted, all.clock.waiting]).toEqual([
      ...[[], 'stopped', [], 0],
    ]);
    expect((await runOnce(all)).pid).toBe(1003);
  });

  it.each(['stop', 'restart', 'dispose'] as const)('by %s takes both, and promotes none', async (method) => {
    const all = setUp();
    await runOnce(all);
    await untilReady(all);
    await all.supervisor[method]();
    await turns();
    expect([all.alive(), all.promoted, all.supervisor.state.name, all.clock.waiting]).toEqual([
      ...[[], [], 'stopped', 0],
    ]);
    expect(all.ends.map(({ cause }) => cause)).toEqual(['stopped', 'stopped']);
  });

  it('by dispose while both are still starting leaves no process behind', async () => {
    const gates = [deferred<Behaviour>(), deferred<Behaviour>()];
    const all = setUp((launch) => (launch === 1 ? {} : (gates[launch - 2]?.promise ?? {})));
    await runOnce(all);
    await until(() => all.launcher.launches === 2);
    all.launcher.processes[0]?.exit(1);
    await until(() => all.ends.length === 1);
    const next = all.supervisor.sidecar();
    next.catch(() => undefined);
    const disposing = all.supervisor.dispose();
    gates[0]?.resolve({});
    await disposing;
    await expect(next).rejects.toThrow('stopped while it started');
    await expect(all.supervisor.sidecar()).rejects.toThrow('disposed of');
    await turns();
    expect([all.alive(), all.launcher.launches, all.clock.waiting]).toEqual([[], 2, 0]);
  });
});

describe('where none is wanted, a process for snapshots alone', () => {
  const makers = (
    due: { left: number },
    behave?: (launch: number) => Behaviour,
    make: () => Promise<void> = () => Promise.resolve(),
  ): SupervisorStage =>
    supervisorStage(behave, {
      improvement: {
        isDue: () => due.left > 0,
        make: async () => {
          due.left--;
          await make();
        },
      },
    });

  it('is started once nothing has run for 2 s, makes one, ends, and is followed by the next', async () => {
    const due = { left: 2 };
    const all = makers(due);
    await runOnce(all);
    all.clock.advance(1900);
    await turns();
    expect(all.launcher.launches).toBe(1);
    all.clock.advance(100);
    await until(() => all.ends.length === 1);
    expect(all.ends).toMatchObject([{ pid: 1002, role: 'standby', cause: 'stopped' }]);
    expect([all.supervisor.pid, all.supervisor.state.name, due.left]).toEqual([1001, 'ready', 1]);
    await turns();
    all.clock.advance(2000);
    await until(() => all.ends.length === 2);
    await turns();
    all.clock.advance(2000);
    await turns();
    expect([due.left, all.launcher.launches, all.alive()]).toEqual([0, 3, [1001]]);
  });

  it('is not started while code runs, nor after the sandbox was disposed of', async () => {
    const all = makers({ left: 1 });
    await runOnce(all);
    all.supervisor.use();
    all.clock.advance(10_000);
    await turns();
    expect(all.launcher.launches).toBe(1);
    all.supervisor.release();
    await all.supervisor.dispose();
    all.clock.advance(10_000);
    await turns();
    expect([all.launcher.launches, all.alive()]).toEqual([1, []]);
  });

  it('is in no run’s way: the one that needs a process gets another', async () => {
    const gate = deferred();
    const due = { left: 1 };
    const all = makers(due, undefined, () => gate.promise);
    await runOnce(all);
    all.clock.advance(2000);
    await until(() => due.left === 0);
    all.launcher.processes[0]?.exit(1);
    await until(() => all.ends.length === 1);
    expect((await runOnce(all)).pid).toBe(1003);
    await until(() => all.ends.length === 2);
    expect(all.ends.at(-1)).toMatchObject({ pid: 1002, cause: 'stopped' });
    gate.resolve();
  });

  it('that only starts is taken for a run that needs a process, and makes nothing', async () => {
    const gate = deferred();
    const due = { left: 1 };
    const all = makers(due, (launch) => {
      const prepare: Behaviour['prepare'] = async () => {
        await gate.promise;
        return PREPARED;
      };
      return launch === 2 ? { prepare } : {};
    });
    await runOnce(all);
    all.clock.advance(2000);
    await until(() => all.launcher.processes[1]?.called('prepare').length === 1);
    all.launcher.processes[0]?.exit(1);
    await until(() => all.ends.length === 1);
    const run = runOnce(all);
    gate.resolve();
    expect([(await run).pid, due.left, all.supervisor.state.name]).toEqual([1002, 1, 'ready']);
  });

  it('does without the active process where nothing is to be run any more', async () => {
    const due = { left: 2 };
    const all = makers(due);
    await runOnce(all);
    await all.supervisor.makeSnapshots(new AbortController().signal, false);
    expect([due.left, all.launcher.launches, all.alive()]).toEqual([0, 3, []]);
  });

  it('is given up at a signal, and when it dies none is started in its place', async () => {
    const due = { left: 9 };
    const hanging = makers(due, undefined, () => never());
    const stop = new AbortController();
    const made = hanging.supervisor.makeSnapshots(stop.signal, false);
    await until(() => due.left === 8);
    stop.abort();
    await made;
    expect([hanging.launcher.launches, hanging.alive()]).toEqual([1, []]);

    const dying = makers({ left: 9 }, () => ({
      prepare: () => {
        dying.launcher.last.exit(9);
        return never();
      },
    }));
    await dying.supervisor.makeSnapshots(new AbortController().signal, false);
    expect([dying.launcher.launches, dying.alive()]).toEqual([1, []]);
  });
});
