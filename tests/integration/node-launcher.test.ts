/** The real sidecar as a plain Node child. */
import { fork } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { builtFiles } from '../../src/main/runtime/runtime-locations.ts';
import { NO_CODE_FROM_STRINGS, SIDECAR_ENVIRONMENT } from '../../src/main/sandbox/process/launcher.ts';
import type { ProcessExit } from '../../src/main/sandbox/sidecar/sidecar-process.ts';
import { lockdownOrder } from '../../src/main/runtime/lockdown-binding.ts';
import { loadRuntimeAssets } from '../../src/main/runtime/runtime-assets.ts';
import { SidecarClient } from '../../src/main/sandbox/sidecar/sidecar-client.ts';
import { fromIpcChannel } from '../../src/shared/rpc/child-process-port.ts';
import { nodeSandbox, OUT_FOLDER } from '../support/node-sandbox.ts';
import { needBinding } from '../support/binding.ts';

const exists = (pid: number | null): boolean => {
  try {
    return pid !== null && process.kill(pid, 0);
  } catch {
    return false;
  }
};

it('computes, stops an endless loop, survives a kill, and leaves no process behind', async () => {
  const sandbox = nodeSandbox();
  onTestFinished(() => sandbox.dispose());
  expect(await sandbox.run({ code: '1 + 1' })).toMatchObject({ status: 'ok', value: { text: '2', json: 2 } });
  const { pid } = sandbox;
  expect(await sandbox.run({ code: 'while True: pass', timeoutMs: 300 })).toMatchObject({
    status: 'timeout',
  });
  expect(sandbox.pid).toBe(pid);
  const killed = sandbox.run(
    { code: 'print("go", flush=True)\nwhile True: pass' },
    {
      onOutput: () => {
        if (pid !== null) process.kill(pid, 'SIGKILL');
      },
    },
  );
  expect(await killed).toMatchObject({
    status: 'crashed',
    stdout: 'go\n',
    error: { message: expect.stringMatching(/SIGKILL/u) as string },
  });
  expect(await sandbox.run({ code: '2 + 2' })).toMatchObject({ status: 'ok' });
  const second = sandbox.pid;
  expect(exists(second)).toBe(true);
  await sandbox.dispose();
  expect([exists(pid), exists(second)]).toEqual([false, false]);
});

it.each([
  ['the flag is missing', [], SIDECAR_ENVIRONMENT, /no code from strings/u],
  [
    'the environment is inherited',
    [NO_CODE_FROM_STRINGS],
    { ...SIDECAR_ENVIRONMENT, PATH: '/bin' },
    /not inherited/u,
  ],
])('the sidecar under Node refuses to start when %s', async (_what, execArgv, env, message) => {
  const files = builtFiles(OUT_FOLDER);
  const child = fork(files.sidecar, [], {
    env: { ...env },
    execArgv,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  child.on('error', () => undefined);
  const sidecar = new SidecarClient({
    pid: child.pid ?? -1,
    port: fromIpcChannel(child),
    exited: new Promise((resolve) =>
      child.once('exit', (code, signal) => resolve({ code, signal, outOfMemory: false })),
    ),
    residentBytes: () => null,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    kill: () => void child.kill('SIGKILL'),
  });
  onTestFinished(() => sidecar.kill());
  const order = { enabled: false, dataLimitMiB: null, binding: null };
  await expect(sidecar.prepare(await loadRuntimeAssets(files.runtime), 256, order)).rejects.toThrow(message);
});

it('a locked-down process ends itself, also when its output goes into a file', async (context) => {
  const files = builtFiles(OUT_FOLDER);
  needBinding(context);
  const folder = await mkdtemp(path.join(tmpdir(), 'vivarium-output-'));
  const output = await open(path.join(folder, 'output'), 'w');
  onTestFinished(async () => {
    await output.close();
    await rm(folder, { recursive: true });
  });
  const child = fork(files.sidecar, [], {
    env: { ...SIDECAR_ENVIRONMENT },
    execArgv: [NO_CODE_FROM_STRINGS],
    serialization: 'advanced',
    stdio: ['ignore', output.fd, output.fd, 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = new Promise<ProcessExit>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal, outOfMemory: false })),
  );
  const sidecar = new SidecarClient({
    pid: child.pid ?? -1,
    port: fromIpcChannel(child),
    exited,
    residentBytes: () => null,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    // It is to end by itself.
    kill: () => undefined,
  });
  const order = await lockdownOrder(files.binding)(null);
  await sidecar.prepare(await loadRuntimeAssets(files.runtime), 256, order);
  expect(sidecar.layers.find(({ name }) => name === 'seccomp')?.status).toBe('active');
  sidecar.disconnect('main is gone');
  expect(await exited).toMatchObject({ code: 0, signal: null });
});
