/** `vivarium/node`: the same sandbox where there is no Electron. The process that runs Python is a Node child. */
import process from 'node:process';
import { machineOfNode, memoryOfNodeProcess } from '../doctor/machine-node.ts';
import { nodeTransport } from '../packages/http/node-transport.ts';
import { withExtraCertificates } from '../packages/http/extra-certificates.ts';
import { NodeLauncher } from '../sandbox/process/node-launcher.ts';
import type { Sandbox, SandboxOptions } from './api/api.ts';
import { VivariumError } from './errors.ts';
import { programFolders } from './find-assets.ts';
import { openSandbox, type Platform } from './library-sandbox.ts';

export * from './exports.ts';

/** In one of Electron's own processes, a child would be another instance of the app. */
const requireNode = ({ electron }: Partial<NodeJS.ProcessVersions>, type: string | undefined): void => {
  if (electron === undefined || type === undefined) return;
  throw new VivariumError(
    'not-node',
    `"vivarium/node" is for plain Node, and this is Electron ${electron}; import "vivarium/main" instead`,
  );
};

const nodePlatform = (moduleUrl: string | undefined): Platform => ({
  hints: { moduleUrl, programFolders: programFolders(), resourcesFolder: undefined },
  launcher: (script) => new NodeLauncher(script),
  transport: () => withExtraCertificates(nodeTransport()),
  // Its network is that of Electron's browser process.
  foreignLayers: ['browser-network'],
  memoryOf: memoryOfNodeProcess,
  machine: machineOfNode,
});

/**
 * Makes a sandbox. Nothing is started before the first run.
 *
 * @throws VivariumError `invalid-option`, `not-node`, `assets-missing`, `assets-damaged`, `lockdown-unavailable`
 */
export const createSandbox = (options: SandboxOptions = {}): Sandbox => {
  requireNode(process.versions, (process as { readonly type?: string }).type);
  return openSandbox(options, nodePlatform(import.meta.url));
};
