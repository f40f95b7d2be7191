/** What crashes again and again stays down, says why, and is healed by a restart. */
import process from 'node:process';
import { beforeEach, expect, it } from 'vitest';
import { useSandbox } from '../../support/either-sandbox.ts';
import { eventually } from '../../support/eventually.ts';
import { needProcesses } from '../../support/processes.ts';
import { startRun } from '../../support/started-run.ts';

// As in the product: 3 in 5 minutes.
const sandbox = useSandbox({ memoryMiB: 256 });

beforeEach(needProcesses);

it('after three crashes in a row runs fail with the reason until a restart', async () => {
  for (let crash = 1; crash <= 3; crash++) {
    expect((await sandbox().status()).state.name).not.toBe('broken');
    const run = startRun(sandbox(), 'print("in", flush=True)\nwhile True: pass');
    await run.printed;
    process.kill(await sandbox().sidecarPid(), 'SIGKILL');
    expect(await run.result).toMatchObject({ status: 'crashed' });
  }
  const reason =
    'the sandbox process crashed 3 times within 5 minutes and stays down until it is restarted (last: exited, signal SIGKILL)';
  await eventually(async () =>
    expect(await sandbox().status()).toMatchObject({ pid: null, state: { name: 'broken', reason } }),
  );
  const started = sandbox().told('process-started').length;
  expect(await sandbox().run('1+1')).toMatchObject({
    status: 'setup-failed',
    error: { type: 'SetupFailed', message: reason },
  });
  expect(sandbox().told('process-started')).toHaveLength(started);
  await sandbox().restart();
  expect((await sandbox().status()).state.name).toBe('stopped');
  await sandbox().expectAlive();
});
