/**
 * Assume breach: someone runs JavaScript of their own in the sidecar, with the native calls in their hands.
 * A probe sidecar goes the ordinary way to its lock-down and then tries everything; and once more without
 * the lock-down, where the same attempts reach the host. So this test can fail.
 */
import process from 'node:process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Doctor } from '../../src/main/doctor/doctor.ts';
import { kernelView } from '../../src/main/doctor/kernel-view.ts';
import { ProbeClient } from '../../src/main/doctor/probe-client.ts';
import { ProbeFixture } from '../../src/main/doctor/probe-fixture.ts';
import { builtFiles } from '../../src/main/runtime/runtime-locations.ts';
import { lockdownOrder } from '../../src/main/runtime/lockdown-binding.ts';
import { NodeLauncher } from '../../src/main/sandbox/process/node-launcher.ts';
import { loadPythonSeries } from '../../src/main/runtime/python-series.ts';
import { loadRuntimeAssets } from '../../src/main/runtime/runtime-assets.ts';
import { ProbeThread } from '../../src/shared/contract/probes.ts';
import { OUT_FOLDER } from '../support/node-sandbox.ts';
import { needBinding } from '../support/binding.ts';
import { openOnes } from './breach.ts';

const files = builtFiles(OUT_FOLDER);

const inNode = async (enabled: boolean) => {
  const client = new ProbeClient(await new NodeLauncher(files.probeSidecar).launch());
  onTestFinished(() => client.end());
  const order = { ...(await lockdownOrder(files.binding)(null)), enabled };
  const { layers } = await client.prepare(await loadRuntimeAssets(files.runtime), 256, order);
  const probe = async (where: ProbeThread) => {
    const fixture = await ProbeFixture.set(order.binding);
    onTestFinished(() => fixture.clear());
    const results = await client.probe(where, fixture.targets);
    return { results, connections: fixture.connections, touched: await fixture.isTouched() };
  };
  return { client, layers, probe };
};

describe('under plain Node', () => {
  it.for(ProbeThread.options)('every attempt is refused: %s', async (where, context) => {
    needBinding(context);
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

  it.for(ProbeThread.options)(
    'nearly every attempt succeeds without the lock-down: %s',
    async (where, context) => {
      needBinding(context);
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

describe('the doctor', () => {
  const doctor = (enabled: boolean): Doctor =>
    new Doctor({
      launcher: new NodeLauncher(files.probeSidecar),
      loadAssets: () => loadRuntimeAssets(files.runtime),
      pythonVersion: () => loadPythonSeries(files.runtime),
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

  it('reports layers that are missing', async (context) => {
    needBinding(context);
    const report = await doctor(false).examine();
    expect(report.ok).toBe(false);
    expect(openOnes(report.probes).length).toBeGreaterThan(100);
    expect(report.layers.filter(({ status }) => status === 'active').map(({ name }) => name)).toEqual([
      'separate-process',
      'minimal-environment',
      'no-code-from-strings',
      'frozen-worker',
      'bare-realm',
      'no-javascript',
    ]);
  });
});
