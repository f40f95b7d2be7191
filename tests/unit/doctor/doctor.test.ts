/** What becomes of an examination that does not end by itself. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Doctor } from '../../../src/main/doctor/doctor.ts';
import type { SidecarLauncher } from '../../../src/main/sandbox/process/launcher.ts';
import type { ProcessExit, SidecarProcess } from '../../../src/main/sandbox/sidecar/sidecar-process.ts';
import { NodeLauncher } from '../../../src/main/sandbox/process/node-launcher.ts';
import type { Asset } from '../../../src/main/runtime/runtime-assets.ts';
import { probeContract } from '../../../src/shared/protocol/probe-protocol.ts';
import { RpcPeer } from '../../../src/shared/rpc/peer.ts';
import { fromEmitterPort } from '../../../src/shared/rpc/port.ts';
import { sidecarHostContract } from '../../../src/shared/protocol/sidecar-protocol.ts';
import { deferred, FakeClock, never, PREPARED, until } from '../sandbox/support.ts';

const LIMIT_MS = 60_000;
const CLEAN_UP_MS = 5000;
const SILENT_SIDECAR = path.join(import.meta.dirname, '..', '..', 'support', 'sidecars', 'never-ready.cjs');

const doctorWith = (
  launcher: SidecarLauncher,
  loadAssets: () => Promise<readonly Asset[]> = async () => [],
): { readonly doctor: Doctor; readonly clock: FakeClock } => {
  const clock = new FakeClock();
  const doctor = new Doctor({
    launcher,
    loadAssets,
    pythonVersion: async () => '3.14',
    lockdown: async () => ({ enabled: true, dataLimitMiB: null, binding: null }),
    pid: process.pid,
    memoryMiB: 256,
    memoryOf: () => null,
    machine: () => ({
      system: { platform: 'linux', arch: '', kernel: '', chromiumSandbox: false },
      versions: { vivarium: '', electron: '', chromium: '', v8: '', node: '', pyodide: '' },
      memory: { machineMiB: 0, freeMiB: 0 },
      paths: { app: '', data: '', temporary: '' },
    }),
    clock,
  });
  return { doctor, clock };
};

/** Goes to the work that hangs; the error's message, once all time is over. */
const messageAfterAll = async (report: Promise<unknown>, clock: FakeClock): Promise<string> => {
  const message = report.then(
    () => 'it ended well',
    (error: unknown) => (error instanceof Error ? error.message : 'no error'),
  );
  clock.advance(LIMIT_MS - 1);
  expect(clock.waiting).toBe(1);
  clock.advance(1);
  let settled = false;
  void message.then(() => (settled = true));
  await until(() => settled || clock.waiting > 0, 'the clean-up');
  clock.advance(CLEAN_UP_MS);
  return message;
};

/** A process that does all it is told, but never ends its probes. */
const hangingProbes = (): { readonly process: SidecarProcess; readonly probing: Promise<void> } => {
  const { port1, port2 } = new MessageChannel();
  const exit = deferred<ProcessExit>();
  const probing = deferred();
  new RpcPeer({
    port: fromEmitterPort(port2),
    local: probeContract,
    remote: sidecarHostContract,
    handlers: {
      loadAsset: () => ({}),
      prepare: () => PREPARED,
      openInterpreter: () => ({ checks: PREPARED.checks }),
      runPython: () => ({ printed: '', died: 'JavaScript is not available' }),
      probe: () => {
        probing.resolve();
        return never<{ results: [] }>();
      },
    },
  });
  const kill = (): void => exit.resolve({ code: null, signal: 'SIGKILL', outOfMemory: false });
  onTestFinished(kill);
  return {
    process: {
      pid: process.pid,
      port: fromEmitterPort(port1),
      exited: exit.promise,
      residentBytes: () => null,
      isAlive: () => true,
      kill,
    },
    probing: probing.promise,
  };
};

describe('an examination that hangs', () => {
  it.each<[string, SidecarLauncher, () => Promise<readonly Asset[]>]>([
    ['reading the runtime’s files', { launch: never }, never],
    ['starting the process', { launch: never }, async () => []],
  ])('is given up after a minute, and says that it was %s', async (step, launcher, loadAssets) => {
    const { doctor, clock } = doctorWith(launcher, loadAssets);
    const report = doctor.examine();
    // What does not hang is over after some turns.
    await new Promise((resolve) => setImmediate(resolve));
    expect(await messageAfterAll(report, clock)).toBe(
      `the examination was not done after 60 s and was ended while ${step}; ` +
        'try again when the computer has less to do',
    );
  });

  it('has its process killed: a real one that never answers', async () => {
    let launched: SidecarProcess | undefined;
    const { doctor, clock } = doctorWith({
      launch: async () => (launched = await new NodeLauncher(SILENT_SIDECAR).launch()),
    });
    onTestFinished(() => launched?.kill());
    const report = doctor.examine();
    await vi.waitUntil(() => launched !== undefined);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await messageAfterAll(report, clock)).toMatch(/while locking the process down;/u);
    expect(await launched?.exited).toMatchObject({ signal: 'SIGKILL' });
  });

  it('has a process killed that starts only afterwards', async () => {
    const launch = deferred<SidecarProcess>();
    const { doctor, clock } = doctorWith({ launch: () => launch.promise });
    const report = doctor.examine();
    await new Promise((resolve) => setImmediate(resolve));
    expect(await messageAfterAll(report, clock)).toMatch(/while starting the process;/u);
    const { process: late } = hangingProbes();
    launch.resolve(late);
    expect(await late.exited).toMatchObject({ signal: 'SIGKILL' });
  });

  it('leaves nothing in the temporary folder', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'vivarium-test-'));
    vi.stubEnv('TMPDIR', folder);
    onTestFinished(async () => {
      vi.unstubAllEnvs();
      await rm(folder, { recursive: true });
    });
    const { process: sidecar, probing } = hangingProbes();
    const { doctor, clock } = doctorWith({ launch: async () => sidecar });
    const report = doctor.examine();
    await probing;
    expect(await readdir(folder)).toHaveLength(1);
    const message = report.catch(String);
    clock.advance(LIMIT_MS);
    expect(await message).toMatch(/while trying to break out \(main\);/u);
    expect(await readdir(folder)).toEqual([]);
    expect(clock.waiting).toBe(0);
  });
});
