import path from 'node:path';
import process from 'node:process';
// As a whole: see electron-launcher.ts.
import * as electron from 'electron';
import { machineOfElectron, memoryOfProcess } from '../doctor/machine-electron.ts';
import { electronTransport } from '../packages/http/electron-transport.ts';
import { withExtraCertificates } from '../packages/http/extra-certificates.ts';
import { ElectronLauncher } from '../sandbox/process/electron-launcher.ts';
import type { SidecarLauncher } from '../sandbox/process/launcher.ts';
import type { Platform } from './library-sandbox.ts';
import { requireElectron } from './require-electron.ts';

/** A process can be started only once Electron is ready: earlier callers wait. */
class ReadyLauncher implements SidecarLauncher {
  readonly #launcher: ElectronLauncher;

  constructor(script: string) {
    this.#launcher = new ElectronLauncher(script);
  }

  async launch(): ReturnType<SidecarLauncher['launch']> {
    await electron.app.whenReady();
    return this.#launcher.launch();
  }
}

/** @throws VivariumError where this is not the main process of an Electron that will do */
export const electronPlatform = (moduleUrl: string | undefined): Platform => {
  requireElectron(process.versions, process.type);
  return {
    hints: {
      moduleUrl,
      // Not that of the first argument: in a packaged app, this is a document that was opened.
      programFolders: [electron.app.getAppPath()],
      resourcesFolder: process.resourcesPath,
    },
    launcher: (script) => new ReadyLauncher(script),
    transport: () => withExtraCertificates(electronTransport()),
    foreignLayers: [],
    memoryOf: memoryOfProcess,
    machine: ({ assetsFolder, ...facts }) =>
      machineOfElectron({ appFolder: path.dirname(assetsFolder), ...facts }),
  };
};
