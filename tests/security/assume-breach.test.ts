/**
 * Assume breach: someone runs JavaScript of their own in the sidecar, with the native calls in their hands.
 * A probe sidecar goes the ordinary way to its lock-down and then tries everything; and once more without
 * the lock-down, where the same attempts reach the host. So this test can fail.
 */
import process from 'node:process';
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { Doctor } from '../../src/main/doctor/doctor.ts';
import { kernelView } from '../../src/main/doctor/kernel-view.ts';
import { ProbeClient } from '../../src/main/doctor/probe-client.ts';
import { ProbeScene } from '../../src/main/doctor/probe-scene.ts';
import { builtFiles } from '../../src/main/runtime-locations.ts';
import { lockdownOrder } from '../../src/main/sandbox/lockdown-binding.ts';
import { NodeLauncher } from '../../src/main/sandbox/node-launcher.ts';
import { loadRuntimeAssets } from '../../src/main/sandbox/runtime-assets.ts';
import type { DoctorReport } from '../../src/shared/doctor.ts';
import { ProbePlace, type ProbeResult } from '../../src/shared/probe-protocol.ts';
import { examineInElectron } from '../support/electron-sandbox.ts';
import { OUT_FOLDER } from '../support/node-sandbox.ts';
import { notRunHere } from '../support/not-run.ts';

const files = builtFiles(OUT_FOLDER);

const needLinux = (context: TestContext): void => {
  if (process.platform !== 'linux') notRunHere(context, 'only Linux has a lock-down');
  if (files.binding.file === null) notRunHere(context, 'the native binding for this system is not installed');
};

/** For a failure's message. */
const openOnes = (probes: readonly ProbeResult[]): string[] =>
  probes.filter(({ refused }) => !refused).map(({ name, where, how }) => `${name} (${where}): ${how}`);

const inNode = async (enabled: boolean) => {
  const client = new ProbeClient(await new NodeLauncher(files.probeSidecar).launch());
  onTestFinished(() => client.end());
  const order = { ...(await lockdownOrder(files.binding)(null)), enabled };
  const { layers } = await client.prepare(await loadRuntimeAssets(files.runtime), 256, order);
  const probe = async (where: ProbePlace) => {
    const scene = await ProbeScene.set(order.binding);
    onTestFinished(() => scene.clear());
    const results = await client.probe(where, scene.targets);
    return { results, connections: scene.connections, touched: await scene.isTouched() };
  };
  return { client, layers, probe };
};

describe('under plain Node', () => {
  it.for(ProbePlace.options)('everything is refused: %s', async (where, context) => {
    needLinux(context);
    const { layers, probe, client } = await inNode(true);
    expect(layers.map(({ status, name }) => `${name} ${status}`)).toEqual([
      'no-new-privileges active',
      'resource-limits active',
      expect.stringMatching(/^landlock /u),
      'seccomp active',
      'browser-network active',
    ]);
    expect(await kernelView(client.pid)).toMatchObject({
      noNewPrivileges: true,
      filtered: true,
      limits: { coreBytes: 0, openFiles: 512 },
    });
    const { results, connections, touched } = await probe(where);
    expect(results.length).toBeGreaterThan(where === 'pool' ? 9 : 70);
    expect([openOnes(results), connections, touched]).toEqual([[], 0, false]);
    // Node 22 and newer have rings of their own; all but the main loop's are still there, and take orders from nobody.
    const orders = results.filter(({ name }) => name.startsWith('submit an order to the engine’s ring'));
    const reached = orders.filter(({ how }) => how === 'error 1');
    const hasRings = Number.parseInt(process.versions.node) >= 22;
    if (where === 'main') {
      expect([orders.length > reached.length, reached.length > 0]).toEqual([hasRings, hasRings]);
    }
    // The control thread lives on, and is spoken to by no other way.
    expect(await client.openInterpreter()).not.toEqual([]);
  });

  it.for(ProbePlace.options)(
    'nearly everything succeeds without the lock-down: %s',
    async (where, context) => {
      needLinux(context);
      const { layers, probe } = await inNode(false);
      expect(layers.filter(({ status }) => status === 'active')).toEqual([]);
      const { results, connections, touched } = await probe(where);
      const refused = results.filter((result) => result.refused).map(({ name, how }) => `${name}: ${how}`);
      // In a worker Node itself refuses the umask, and some files were made a moment before.
      const forGood = refused.filter((line) => !/umask|EEXIST/u.test(line));
      expect(forGood.length, forGood.join('; ')).toBeLessThanOrEqual(5);
      expect(touched).toBe(true);
      if (where !== 'pool') expect(connections).toBeGreaterThanOrEqual(3);
    },
  );
});

describe('in Electron', () => {
  it('everything is refused, and the doctor says so', async (context) => {
    needLinux(context);
    const report = await examineInElectron(true);
    expect(openOnes(report.probes)).toEqual([]);
    expect(report.connections).toBe(0);
    expect(report.probes.filter(({ group }) => group === 'browser-network').length).toBeGreaterThan(3);
    expect(statusesOf(report)).toEqual({ active: 10 - absentLandlock(report) });
    expect(report).toMatchObject({ ok: true, system: { platform: 'linux' } });
    expect(report.memory.sidecarMiB).toBeGreaterThan(50);
  });

  it('without the lock-down they get through, the browser process’s network included', async (context) => {
    needLinux(context);
    const report = await examineInElectron(false);
    expect(report.ok).toBe(false);
    expect(openOnes(report.probes).length).toBeGreaterThan(100);
    const browser = report.probes.filter(({ group }) => group === 'browser-network');
    // From 43 on Electron asks through the session that the process was given, which refuses.
    const hasSession = Number.parseInt(report.versions.electron) >= 43;
    const ownRefusal = hasSession ? /^(?:look|fetch)/u : /^look/u;
    expect(browser.filter(({ refused, name }) => refused && !ownRefusal.test(name))).toEqual([]);
    expect(report.connections).toBeGreaterThan(5);
  });
});

const statusesOf = ({ layers }: DoctorReport): Record<string, number> => {
  const count: Record<string, number> = {};
  for (const { status, name } of layers) {
    if (name !== 'landlock' || status === 'active') count[status] = (count[status] ?? 0) + 1;
  }
  return count;
};

const absentLandlock = ({ layers }: DoctorReport): number =>
  layers.some(({ name, status }) => name === 'landlock' && status === 'active') ? 0 : 1;

describe('the doctor', () => {
  const doctor = (enabled: boolean): Doctor =>
    new Doctor({
      launcher: new NodeLauncher(files.probeSidecar),
      loadAssets: () => loadRuntimeAssets(files.runtime),
      lockdown: async () => ({ ...(await lockdownOrder(files.binding)(null)), enabled }),
      pid: process.pid,
      memoryMiB: 256,
      memoryOf: () => null,
      machine: () => ({
        system: { platform: process.platform, arch: process.arch, kernel: '', chromiumSandbox: false },
        versions: { vivarium: '', electron: '', chromium: '', v8: '', node: '', pyodide: '' },
        memory: { machineMiB: 0, freeMiB: 0 },
        paths: { app: '', data: '', temporary: '' },
      }),
    });

  it('sees that layers are missing when they are', async (context) => {
    needLinux(context);
    const report = await doctor(false).examine();
    expect(report.ok).toBe(false);
    expect(openOnes(report.probes).length).toBeGreaterThan(100);
    expect(report.layers.filter(({ status }) => status === 'active').map(({ name }) => name)).toEqual([
      'separate-process',
      'minimal-environment',
      'no-code-from-strings',
      'frozen-worker',
      'bare-realm',
    ]);
  });
});
