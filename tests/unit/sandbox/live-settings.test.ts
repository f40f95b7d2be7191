/** Settings that change while a sandbox is at work: what follows at once, and what waits for whose sake. */
import { describe, expect, it } from 'vitest';
import type { SandboxSettings } from '../../../src/main/sandbox/sandbox-config.ts';
import { deferred, finishWith, stage, until, type Stage } from './support.ts';

const MINUTE = 60_000;
const BEFORE: SandboxSettings = { memoryMiB: 64, outputKiB: 4, idleMs: 15 * MINUTE, standby: false };

const setUp = async (settings: Partial<SandboxSettings> = {}): Promise<Stage> => {
  const all = stage({});
  all.sandbox.configure({ ...BEFORE, ...settings });
  return all;
};

const stopped = (all: Stage): Promise<void> => until(() => all.sandbox.state.name === 'stopped');

const caps = (all: Stage): unknown[] =>
  all.launcher.processes.map((process) => process.called('prepare')[0]?.params['memoryMiB']);

describe('the memory cap', () => {
  it('holds at once when no session has state', async () => {
    const all = await setUp();
    await all.sandbox.run({ code: '1' });
    all.sandbox.configure({ ...BEFORE, memoryMiB: 128 });
    await stopped(all);
    expect((await all.sandbox.run({ code: '2' })).status).toBe('ok');
    expect(caps(all)).toEqual([64, 128]);
    expect(all.sandbox.restartNeeded).toBe(false);
    expect(all.events).toContainEqual(
      expect.objectContaining({
        type: 'process-ended',
        cause: 'stopped',
        detail: 'the memory limit was changed',
      }),
    );
  });

  it('waits for the sessions whose state would be lost, and says so', async () => {
    const all = await setUp();
    await all.sandbox.run({ code: 'x = 1', session: 'a' });
    all.sandbox.configure({ ...BEFORE, memoryMiB: 128 });
    expect(all.sandbox.restartNeeded).toBe(true);
    const kept = await all.sandbox.run({ code: 'x', session: 'a' });
    expect([kept.session.state, caps(all)]).toEqual(['kept', [64]]);
    await all.sandbox.reset('a');
    await stopped(all);
    await all.sandbox.run({ code: '2', session: 'a' });
    expect([all.sandbox.restartNeeded, caps(all)]).toEqual([false, [64, 128]]);
  });

  it('is in force again when it is set back', async () => {
    const all = await setUp();
    await all.sandbox.run({ code: 'x = 1', session: 'a' });
    all.sandbox.configure({ ...BEFORE, memoryMiB: 128 });
    all.sandbox.configure(BEFORE);
    expect([all.sandbox.restartNeeded, all.sandbox.state.name]).toEqual([false, 'ready']);
  });

  it('replaces a standby process at once, since it has no state', async () => {
    const all = await setUp({ standby: true });
    await all.sandbox.run({ code: 'x = 1', session: 'a' });
    await until(() => all.sandbox.standby.ready);
    all.sandbox.configure({ ...BEFORE, standby: true, memoryMiB: 128 });
    await until(() => caps(all).length === 3 && all.sandbox.standby.ready);
    expect(caps(all)).toEqual([64, 64, 128]);
  });
});

describe('the standby process', () => {
  it('is started when it is switched on', async () => {
    const all = await setUp();
    await all.sandbox.run({ code: '1' });
    expect(all.sandbox.standby.pid).toBeNull();
    all.sandbox.configure({ ...BEFORE, standby: true });
    await until(() => all.sandbox.standby.ready);
  });

  it('is ended when it is switched off, and the other one stays', async () => {
    const all = await setUp({ standby: true });
    await all.sandbox.run({ code: '1' });
    await until(() => all.sandbox.standby.ready);
    const { pid } = all.sandbox;
    all.sandbox.configure(BEFORE);
    await until(() => all.launcher.processes.filter((process) => process.isAlive()).length === 1);
    expect([all.sandbox.pid, all.sandbox.standby.pid]).toEqual([pid, null]);
  });
});

describe('the idle time', () => {
  it('is counted anew from the change on', async () => {
    const all = await setUp();
    await all.sandbox.run({ code: '1' });
    all.sandbox.configure({ ...BEFORE, idleMs: MINUTE / 2 });
    all.clock.advance(MINUTE / 2);
    await stopped(all);
  });

  it('does not end runs under way', async () => {
    const gate = deferred();
    const all = stage({
      run: async (order, context) => {
        await gate.promise;
        return finishWith()(order, context);
      },
    });
    all.sandbox.configure(BEFORE);
    const running = all.sandbox.run({ code: '1' });
    await until(() => all.sandbox.state.name === 'busy');
    all.sandbox.configure({ ...BEFORE, idleMs: 1 });
    all.clock.advance(1000);
    gate.resolve();
    expect((await running).status).toBe('ok');
  });
});

it('stop() ends the processes, and the next run starts anew', async () => {
  const all = await setUp({ standby: true });
  await all.sandbox.run({ code: '1' });
  await all.sandbox.stop();
  expect(all.launcher.processes.some((process) => process.isAlive())).toBe(false);
  expect((await all.sandbox.run({ code: '2' })).status).toBe('ok');
});
