import { describe, expect, it } from 'vitest';
import type { Asset } from '../../../../src/main/runtime/runtime-assets.ts';
import { supervisorStage } from '../supervisor-stage.ts';
import { deferred, never, turns, until, type Behaviour } from '../support.ts';

describe('starting', () => {
  it('waits until someone needs the process', async () => {
    const { supervisor, launcher, states } = supervisorStage();
    await supervisor.stop();
    expect([launcher.launches, supervisor.pid, supervisor.state.name, states]).toEqual([
      0,
      null,
      'stopped',
      [],
    ]);
  });

  it('happens once for many callers', async () => {
    const { supervisor, launcher, states } = supervisorStage();
    const all = await Promise.all([supervisor.sidecar(), supervisor.sidecar(), supervisor.sidecar()]);
    expect(new Set(all).size).toBe(1);
    expect(await supervisor.sidecar()).toBe(all[0]);
    expect([launcher.launches, supervisor.pid, states]).toEqual([1, 1001, ['starting', 'ready']]);
  });

  it('hands every asset over before it prepares', async () => {
    const assets = ['wasm', 'guest'] as const;
    const { supervisor, launcher } = supervisorStage(undefined, {}, async () =>
      assets.map((name) => ({ name, sha256: '0', bytes: new Uint8Array(3) })),
    );
    await supervisor.sidecar();
    expect(launcher.last.calls.map(({ method }) => method)).toEqual(['loadAsset', 'loadAsset', 'prepare']);
  });

  it('works after a launch, the assets or the preparation failed', async () => {
    let loads = 0;
    const { supervisor, launcher, gone } = supervisorStage(
      (launch) => {
        if (launch === 2) throw new Error('no process to be had');
        return launch === 3 ? { prepare: () => Promise.reject(new Error('secret')) } : {};
      },
      {},
      () => (++loads === 1 ? Promise.reject(new Error('the wasm is damaged')) : Promise.resolve([])),
    );
    await expect(supervisor.sidecar()).rejects.toThrow('the wasm is damaged');
    expect(supervisor.state.name).toBe('stopped');
    await expect(supervisor.sidecar()).rejects.toThrow('no process to be had');
    await expect(supervisor.sidecar()).rejects.toThrow('the handler failed');
    expect([launcher.last.kills > 0, supervisor.state.name, gone.length]).toEqual([true, 'stopped', 2]);
    expect((await supervisor.sidecar()).pid).toBe(1004);
  });

  it('names the self-checks that failed', async () => {
    const checks = [
      { name: 'one', layer: null, holds: false },
      { name: 'two', layer: null, holds: true },
      { name: 'three', layer: null, holds: false },
    ];
    const { supervisor, launcher } = supervisorStage(() => ({ prepare: () => ({ checks, layers: [] }) }));
    await expect(supervisor.sidecar()).rejects.toThrow(/self-check failed: one, three$/u);
    expect(launcher.last.called('openInterpreter')).toEqual([]);
  });
});

describe('death', () => {
  it.each(['starting', 'ready', 'busy'])(
    'while %s leads to one onGone and a new process',
    async (stateName) => {
      const { supervisor, launcher, gone } = supervisorStage((launch) =>
        stateName === 'starting' && launch === 1 ? { prepare: never } : {},
      );
      const first = supervisor.sidecar();
      first.catch(() => undefined);
      await until(() => launcher.processes[0]?.called('prepare').length === 1);
      if (stateName === 'busy') supervisor.runBegan(await first);
      if (stateName !== 'starting') await first;
      expect(supervisor.state.name).toBe(stateName);
      launcher.last.exit(9);
      if (stateName === 'starting') await expect(first).rejects.toThrow('process ended');
      await until(() => gone.length > 0);
      expect([supervisor.state.name, supervisor.pid]).toEqual(['stopped', null]);
      expect((await supervisor.sidecar()).pid).toBe(1002);
      expect(gone.map(({ pid }) => pid)).toEqual([1001]);
      // Its pid may be another process's by now.
      expect(launcher.processes[0]?.kills).toBe(0);
    },
  );

  it('of the connection alone ends the process, and the next caller gets another', async () => {
    const { supervisor, launcher, gone } = supervisorStage();
    const first = await supervisor.sidecar();
    launcher.last.raw.close();
    await first.lost;
    expect((await supervisor.sidecar()).pid).toBe(1002);
    expect([launcher.processes[0]?.kills !== 0, gone.length]).toEqual([true, 1]);
  });
});

describe('stopping', () => {
  it('ends when the process is gone', async () => {
    const { supervisor, launcher, states, gone, clock } = supervisorStage();
    await supervisor.sidecar();
    await Promise.all([supervisor.stop(), supervisor.stop()]);
    expect(states).toEqual(['starting', 'ready', 'stopping', 'stopped']);
    expect([gone.length, launcher.last.kills > 0, clock.waiting]).toEqual([1, true, 0]);
  });

  it('while the assets load: nothing that was launched is left', async () => {
    const assets = deferred<Asset[]>();
    const { supervisor, launcher } = supervisorStage(undefined, {}, () => assets.promise);
    const starting = supervisor.sidecar();
    const stopping = supervisor.stop();
    assets.resolve([]);
    await expect(starting).rejects.toThrow('stopped while it started');
    await stopping;
    expect([launcher.processes.every(({ kills }) => kills > 0), supervisor.state.name]).toEqual([
      ...[true, 'stopped'],
    ]);
  });

  it('while the process launches: it is killed as soon as it is there', async () => {
    const launch = deferred<Behaviour>();
    const { supervisor, launcher, gone } = supervisorStage(() => launch.promise);
    const starting = supervisor.sidecar();
    await turns();
    const stopping = supervisor.stop();
    launch.resolve({});
    await expect(starting).rejects.toThrow();
    await stopping;
    await until(() => gone.length === 1);
    expect([launcher.last.kills > 0, supervisor.pid, supervisor.state.name]).toEqual([true, null, 'stopped']);
  });

  it('does not wait for ever for a start that hangs; the next start is not held up by it', async () => {
    const launch = deferred<Behaviour>();
    const { supervisor, launcher, clock, gone } = supervisorStage((count) =>
      count === 1 ? launch.promise : {},
    );
    const starting = supervisor.sidecar();
    starting.catch(() => undefined);
    await turns();
    const stopping = supervisor.stop();
    clock.advance(5000);
    await stopping;
    const next = await supervisor.sidecar();
    launch.resolve({});
    await expect(starting).rejects.toThrow();
    await until(() => gone.length === 1 || (launcher.processes[1]?.kills ?? 0) > 0);
    expect(await supervisor.sidecar()).toBe(next);
    expect(launcher.processes.map(({ kills }) => kills > 0).filter(Boolean)).toHaveLength(1);
    expect(supervisor.state.name).toBe('ready');
  });

  it('gives up a process that does not end, and its calls fail', async () => {
    const { supervisor, launcher, clock, gone } = supervisorStage((launch) =>
      launch === 1 ? { mortal: false, openInterpreter: never } : {},
    );
    const first = await supervisor.sidecar();
    const call = first.openInterpreter('x');
    call.catch(() => undefined);
    const stopping = supervisor.stop();
    const next = supervisor.sidecar();
    await turns();
    expect([supervisor.state.name, launcher.launches]).toEqual(['stopping', 1]);
    clock.advance(5000);
    await stopping;
    await expect(call).rejects.toThrow();
    expect((await next).pid).toBe(1002);
    launcher.processes[0]?.exit(0);
    await turns();
    expect([gone.length, supervisor.state.name, supervisor.pid]).toEqual([1, 'ready', 1002]);
  });

  it('of a process that was replaced leaves the new one alone', async () => {
    const { supervisor, launcher } = supervisorStage();
    const first = await supervisor.sidecar();
    await supervisor.end(first, 'misbehaved');
    const second = await supervisor.sidecar();
    await supervisor.end(first, 'misbehaved');
    supervisor.runBegan(second);
    supervisor.runEnded(first);
    expect([supervisor.state, launcher.last.kills]).toEqual([{ name: 'busy', runs: 1 }, 0]);
  });
});
