/** Nobody uses it: all processes go, and come back when they are wanted. */
import { beforeEach, expect, it } from 'vitest';
import { useSandbox } from '../../support/either-sandbox.ts';
import { eventually } from '../../support/eventually.ts';
import { needProcesses, untilGone } from '../../support/processes.ts';

/** Longer than a standby process takes to be ready on a busy machine would be too long to wait for. */
const IDLE_MS = 3000;
const sandbox = useSandbox({ memoryMiB: 256, idleMs: IDLE_MS, standby: true });

beforeEach(needProcesses);

const untilStopped = (): Promise<void> =>
  eventually(async () =>
    expect(await sandbox().status()).toMatchObject({
      ...{ state: { name: 'stopped' }, pid: null, standby: { pid: null }, sessions: [] },
    }),
  );

it('idle processes are ended, the standby too, and a session’s next run says that its state was lost', async () => {
  const session = 'idle';
  expect(await sandbox().run('x = 1', { session })).toMatchObject({ status: 'ok' });
  const pid = await sandbox().sidecarPid();
  const standby = await eventually(async () => {
    const status = await sandbox().status();
    expect(status.standby.pid).not.toBe(null);
    return status.standby.pid ?? -1;
  });
  await untilStopped();
  await untilGone(pid);
  await untilGone(standby);
  await eventually(async () => {
    const ends = sandbox().told('process-ended');
    expect(ends.map((end) => [end.pid, end.cause])).toEqual(
      expect.arrayContaining([
        [pid, 'idle'],
        [standby, 'idle'],
      ]),
    );
  });
  expect(await sandbox().run('"x" in globals()', { session })).toMatchObject({
    status: 'ok',
    value: { json: false },
    session: { state: 'lost' },
  });
});

it('the idle time counts from the end of a failed run, too, and not during a long run', async () => {
  const told = sandbox().told('process-ended').length;
  const seconds = IDLE_MS / 1000 + 1;
  expect(await sandbox().run(`import time\ntime.sleep(${seconds})\n1/0`)).toMatchObject({ status: 'error' });
  const idle = sandbox()
    .told('process-ended')
    .slice(told)
    .filter(({ cause, role }) => cause === 'idle' && role === 'active');
  // At most the one of before this run.
  expect(idle.length).toBeLessThanOrEqual(1);
  await untilStopped();
});
