/** Electron's main process: the app's window, or a host without a window for the command line. */
import path from 'node:path';
import process from 'node:process';
import { app } from 'electron';
import { fromIpcChannel } from '../shared/rpc/child-process-port.ts';
import { serveHost } from './host/host.ts';
import { builtFiles } from './runtime-locations.ts';
import { systemClock } from './sandbox/clock.ts';
import { ElectronLauncher } from './sandbox/electron-launcher.ts';
import { loadRuntimeAssets } from './sandbox/runtime-assets.ts';
import { Sandbox } from './sandbox/sandbox.ts';
import { openMainWindow } from './window/main-window.ts';

/** As for the command line: set-up failed. */
const EXIT_FAILED = 70;

const outDir = path.dirname(import.meta.dirname);

/** For what may be kept from one start to the next; undefined when VIVARIUM_DATA_DIR is empty. */
const dataFolder = (): string | undefined => {
  const chosen = process.env['VIVARIUM_DATA_DIR'] ?? path.join(app.getPath('appData'), 'vivarium');
  return chosen === '' ? undefined : chosen;
};

const createSandbox = (limits: { memoryMiB: number; outputKiB: number }): Sandbox => {
  const files = builtFiles(outDir);
  const data = dataFolder();
  return new Sandbox({
    launcher: new ElectronLauncher(files.sidecar),
    loadAssets: () => loadRuntimeAssets(files.runtime),
    clock: systemClock,
    ...(data === undefined ? {} : { dataDir: path.join(data, 'pyodide-cache', files.pyodideVersion) }),
    ...limits,
  });
};

/** Serves the command line over the channel it was started with, and ends with it. */
const runAsHost = async (): Promise<void> => {
  app.disableHardwareAcceleration();
  await app.whenReady();
  await serveHost({
    port: fromIpcChannel(process),
    createSandbox,
    electron: process.versions.electron,
  });
  app.exit(0);
};

const runAsApp = async (): Promise<void> => {
  app.on('window-all-closed', () => app.quit());
  await app.whenReady();
  await openMainWindow(outDir);
};

// Not awaited: Electron is ready only after this module has been evaluated.
const running = app.commandLine.hasSwitch('vivarium-host') ? runAsHost() : runAsApp();
running.catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  app.exit(EXIT_FAILED);
});
