/** Whatever happens to the main process, it leaves no other behind. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import {
  electronEnvironment,
  installedElectron,
  sandboxSwitches,
} from '../../../src/main/cli/host/electron-command.ts';
import { ElectronSandbox, PROJECT_ROOT } from '../../support/electron-sandbox.ts';
import { eventually } from '../../support/eventually.ts';
import { needProcesses, untilGone } from '../../support/processes.ts';
import { startRun } from '../../support/started-run.ts';
import { temporaryFolder } from '../../unit/scripts/support/temporary-folder.ts';

beforeEach(needProcesses);

const LOOP = 'import signal\nsignal.signal(2, signal.SIG_IGN)\nprint("in", flush=True)\nwhile True: pass';

it(
  'the app is killed while code loops, with a standby process: no process is left',
  { timeout: 300_000 },
  async () => {
    const sandbox = await ElectronSandbox.open({ memoryMiB: 256, standby: true });
    await sandbox.run('1');
    const standby = await eventually(
      async () => {
        const status = await sandbox.status();
        expect(status.standby.ready).toBe(true);
        return status.standby.pid ?? -1;
      },
      { withinMs: 250_000 },
    );
    const runs = [
      startRun(sandbox, LOOP),
      startRun(sandbox, 'import time\nprint(1, flush=True)\ntime.sleep(3600)'),
    ];
    await Promise.all(runs.map(({ printed }) => printed));
    const ended = Promise.allSettled(runs.map(({ result }) => result));
    const pid = await sandbox.sidecarPid();
    process.kill(sandbox.mainPid, 'SIGKILL');
    for (const { status } of await ended) expect(status).toBe('rejected');
    await untilGone(pid);
    await untilGone(standby);
    await sandbox.expectGone();
  },
);

it('the app is killed while the sidecar is starting: no process is left', async () => {
  const sandbox = await ElectronSandbox.open({ memoryMiB: 256 });
  const running = sandbox.run('1+1');
  running.catch(() => undefined);
  await eventually(async () => expect((await sandbox.status()).state.name).toBe('starting'));
  process.kill(sandbox.mainPid, 'SIGKILL');
  await expect(running).rejects.toThrow();
  await sandbox.expectGone();
});

it('the app is killed in the middle of a run, without a standby process: no process is left', async () => {
  const sandbox = await ElectronSandbox.open();
  const run = startRun(sandbox, 'print(1, flush=True)\nwhile True: pass');
  await run.printed;
  const pid = await sandbox.sidecarPid();
  const ended = Promise.allSettled([run.result]);
  process.kill(sandbox.mainPid, 'SIGKILL');
  expect((await ended)[0].status).toBe('rejected');
  await untilGone(pid);
  await sandbox.expectGone();
});

it('the command line is killed before its host could listen: the host ends', async () => {
  const files = temporaryFolder();
  const host = spawn(
    await installedElectron(),
    [
      ...sandboxSwitches(),
      '--ozone-platform=headless',
      '--disable-gpu',
      `--user-data-dir=${files}`,
      PROJECT_ROOT,
      '--vivarium-host',
    ],
    { env: electronEnvironment(), serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] },
  );
  onTestFinished(() => void host.kill('SIGKILL'));
  // As if this process were gone.
  host.disconnect();
  expect(await once(host, 'exit')).toEqual([0, null]);
});
