/** kill -9 at every stage of the process's life, with a process in reserve and without. */
import process from 'node:process';
import { beforeEach, describe, expect, it } from 'vitest';
import { useSandbox } from '../../support/either-sandbox.ts';
import { NEVER_BROKEN } from '../../support/test-sandbox.ts';
import { eventually } from '../../support/eventually.ts';
import { needProcesses, untilGone } from '../../support/processes.ts';
import { startRun } from '../../support/started-run.ts';

const ENDLESS = 'print("started", flush=True)\nwhile True: pass';

const kill = (pid: number): void => void process.kill(pid, 'SIGKILL');

describe('without a standby process', () => {
  beforeEach(needProcesses);
  const sandbox = useSandbox({ memoryMiB: 256, crashLimit: NEVER_BROKEN });

  it('killed while it starts, the process is replaced, and the run is not affected', async () => {
    await sandbox().restart();
    expect(sandbox().sidecarPids()).toEqual([]);
    const running = sandbox().run('6 * 7');
    const [victim] = await eventually(() => {
      const pids = sandbox().sidecarPids();
      expect(pids).toHaveLength(1);
      return pids;
    });
    if (victim === undefined) throw new Error('no sidecar');
    kill(victim);
    expect(await running).toMatchObject({ status: 'ok', value: { json: 42 } });
    expect(await sandbox().sidecarPid()).not.toBe(victim);
  });

  it("killed before a run, the process is replaced; the sessions' state is reported as lost", async () => {
    const session = 'before';
    await sandbox().run('x = 1', { session });
    const pid = await sandbox().sidecarPid();
    kill(pid);
    await untilGone(pid);
    await eventually(async () => expect((await sandbox().status()).pid).toBe(null));
    expect(await sandbox().run('"x" in globals()', { session })).toMatchObject({
      status: 'ok',
      value: { json: false },
      session: { state: 'lost' },
    });
    expect(await sandbox().run('1', { session })).toMatchObject({ session: { state: 'kept' } });
  });

  it("killed during a run, the process's end is the reason in that run's result", async () => {
    const run = startRun(sandbox(), ENDLESS, { session: 'during' });
    await run.printed;
    kill(await sandbox().sidecarPid());
    expect(await run.result).toMatchObject({
      status: 'crashed',
      stdout: 'started\n',
      error: { message: 'the sandbox process ended unexpectedly: signal SIGKILL' },
      session: { state: 'lost' },
    });
    expect(await sandbox().run('1+1', { session: 'during' })).toMatchObject({ value: { json: 2 } });
  });

  it('killed while it is being stopped, the process is gone: the stop succeeds and the next run works', async () => {
    const pid = await sandbox().sidecarPid();
    const restarting = sandbox().restart();
    try {
      kill(pid);
    } catch {
      // The stop was faster.
    }
    await restarting;
    await untilGone(pid);
    expect(sandbox().sidecarPids()).toEqual([]);
    expect(await sandbox().run('1+1')).toMatchObject({ value: { json: 2 } });
  });

  it('stopped while it starts, it leaves no process', async () => {
    await sandbox().restart();
    const running = sandbox().run('1+1');
    await eventually(() => expect(sandbox().sidecarPids()).toHaveLength(1));
    await sandbox().restart();
    expect(['setup-failed', 'cancelled']).toContain((await running).status);
    expect(sandbox().sidecarPids()).toEqual([]);
  });
});

describe('with a standby process', { timeout: 300_000 }, () => {
  beforeEach(needProcesses);
  const sandbox = useSandbox({
    ...{ memoryMiB: 256, crashLimit: NEVER_BROKEN, standby: true, spares: 1 },
  });

  const untilStandby = (): Promise<number> =>
    eventually(
      async () => {
        const { standby } = await sandbox().status();
        expect(standby.ready).toBe(true);
        return standby.pid ?? -1;
      },
      { withinMs: 250_000 },
    );

  it('a killed process is replaced by the standby, between two runs and in the middle of one', async () => {
    await sandbox().run('x = 1', { session: 's' });
    const standby = await untilStandby();
    const pid = await sandbox().sidecarPid();
    expect(standby).not.toBe(pid);
    kill(pid);
    await eventually(async () => expect((await sandbox().status()).pid).toBe(standby));
    expect(await sandbox().run('"x" in globals()', { session: 's' })).toMatchObject({
      value: { json: false },
      session: { state: 'lost' },
    });
    expect(await sandbox().sidecarPid()).toBe(standby);
    expect(sandbox().told('process-promoted').at(-1)?.pid).toBe(standby);

    const next = await untilStandby();
    const run = startRun(sandbox(), ENDLESS);
    await run.printed;
    kill(standby);
    expect(await run.result).toMatchObject({ status: 'crashed', session: { state: 'lost' } });
    expect(await sandbox().run('1+1')).toMatchObject({ value: { json: 2 } });
    expect(await sandbox().sidecarPid()).toBe(next);
    await untilGone(pid);
    await untilGone(standby);
  });

  it('the end of the standby affects no run, and it is replaced', async () => {
    await sandbox().run('x = 2', { session: 'undisturbed' });
    const standby = await untilStandby();
    const pid = await sandbox().sidecarPid();
    kill(standby);
    await untilGone(standby);
    // It is made good at the end of the next run that finds it missing.
    await eventually(async () => expect((await sandbox().status()).standby.pid).toBe(null));
    expect(await sandbox().run('x', { session: 'undisturbed' })).toMatchObject({
      value: { json: 2 },
      session: { state: 'kept' },
    });
    expect(await untilStandby()).not.toBe(standby);
    expect(await sandbox().sidecarPid()).toBe(pid);
  });

  it('when both are killed at once, the next run starts a new process', async () => {
    const standby = await untilStandby();
    const pid = await sandbox().sidecarPid();
    kill(standby);
    kill(pid);
    await untilGone(pid);
    await untilGone(standby);
    expect(await sandbox().run('1+1')).toMatchObject({ status: 'ok', value: { json: 2 } });
    expect([pid, standby]).not.toContain(await sandbox().sidecarPid());
  });
});
