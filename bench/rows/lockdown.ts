import path from 'node:path';
import { projectRoot } from '../../scripts/shared/project.ts';
import { builtFiles } from '../../src/main/runtime/runtime-locations.ts';
import { lockdownOrder } from '../../src/main/runtime/lockdown-binding.ts';
import { NodeLauncher } from '../../src/main/sandbox/process/node-launcher.ts';
import { loadRuntimeAssets } from '../../src/main/runtime/runtime-assets.ts';
import { SidecarClient } from '../../src/main/sandbox/sidecar/sidecar-client.ts';
import { summarize, timed, type Group } from '../measure.ts';

const MEMORY_MIB = 256;
const TIMES = 10;

/** What the operating system's lock-down adds to the preparation of a sidecar. */
export async function lockdown(): Promise<Group> {
  const files = builtFiles(path.join(projectRoot, 'out'));
  const assets = await loadRuntimeAssets(files.runtime);
  const order = await lockdownOrder(files.binding)(null);
  const prepare = async (enabled: boolean): Promise<number> => {
    const sidecar = new SidecarClient(await new NodeLauncher(files.sidecar).launch());
    const ms = await timed(() => sidecar.prepare(assets, MEMORY_MIB, { ...order, enabled }));
    sidecar.kill();
    await sidecar.gone;
    return ms;
  };
  const [locked, open]: [number[], number[]] = [[], []];
  // In turns: a noisy machine is noisy for both.
  for (let time = 0; time < TIMES; time++) {
    open.push(await prepare(false));
    locked.push(await prepare(true));
  }
  const without = summarize(open);
  const cost = locked.map((ms) => Math.max(0, ms - without.p50));
  return {
    title: 'Lock-down by the operating system',
    rows: [
      {
        name: 'preparing a process, locked down',
        unit: 'ms',
        measured: summarize(locked),
        baseline: { name: 'the same without lock-down', measured: without },
      },
      { name: 'cost: above the median without', unit: 'ms', measured: summarize(cost), target: '≤ 20 ms' },
    ],
  };
}
