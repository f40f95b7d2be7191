import path from 'node:path';
import { builtFiles } from '../../src/main/runtime-locations.ts';
import { systemClock } from '../../src/main/sandbox/clock.ts';
import { NodeLauncher } from '../../src/main/sandbox/node-launcher.ts';
import { loadRuntimeAssets } from '../../src/main/sandbox/runtime-assets.ts';
import { Sandbox, type SandboxConfig } from '../../src/main/sandbox/sandbox.ts';

/** What the build has made; `npm test` builds first. */
export const OUT_FOLDER = path.join(import.meta.dirname, '..', '..', 'out');

/** A sandbox whose sidecar is a plain Node child: the same scripts as in Electron, started much sooner. */
export const nodeSandbox = (config: Partial<SandboxConfig> = {}): Sandbox => {
  const files = builtFiles(OUT_FOLDER);
  return new Sandbox({
    launcher: new NodeLauncher(files.sidecar),
    loadAssets: () => loadRuntimeAssets(files.runtime),
    clock: systemClock,
    memoryMiB: 512,
    outputKiB: 256,
    ...config,
  });
};
