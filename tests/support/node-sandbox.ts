import path from 'node:path';
import { createSandbox } from '../../src/main/create-sandbox.ts';
import type { SidecarLauncher } from '../../src/main/sandbox/process/launcher.ts';
import { NodeLauncher } from '../../src/main/sandbox/process/node-launcher.ts';
import type { Sandbox } from '../../src/main/sandbox/sandbox.ts';
import type { SandboxConfig } from '../../src/main/sandbox/sandbox-config.ts';

/** What the build has made; `npm test` builds first. */
export const OUT_FOLDER = path.join(import.meta.dirname, '..', '..', 'out');

/** A sandbox whose sidecar is a plain Node child: the same scripts as in Electron, started much sooner. */
export const nodeSandbox = ({ launcher, ...config }: Partial<SandboxConfig> = {}): Sandbox =>
  createSandbox({
    outDir: OUT_FOLDER,
    launcher: (script): SidecarLauncher => launcher ?? new NodeLauncher(script),
    memoryMiB: 512,
    outputKiB: 256,
    ...config,
  });
