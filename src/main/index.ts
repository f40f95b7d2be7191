/** Electron's main process: the app's window, or a host without a window for the command line. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { app } from 'electron';
import type { z } from 'zod';
import type { DoctorReport } from '../shared/contract/doctor.ts';
import { DEFAULTS } from '../shared/limits.ts';
import { fromIpcChannel } from '../shared/rpc/child-process-port.ts';
import { createSandbox } from './create-sandbox.ts';
import { dataFolder } from './base/data-folder.ts';
import { examineInstallation } from './doctor/examine-installation.ts';
import { machineOfElectron, memoryOfProcess } from './doctor/machine-electron.ts';
import { serveHost } from './cli-host/host.ts';
import { electronTransport } from './packages/http/electron-transport.ts';
import { withExtraCertificates } from './packages/http/extra-certificates.ts';
import { builtFiles } from './runtime/runtime-locations.ts';
import { ElectronLauncher } from './sandbox/process/electron-launcher.ts';
import { documentsIn, type SecondInstanceData } from './window/opened-files.ts';
import { registerPageSchemes } from './window/page-session.ts';
import { runApp } from './window/run-app.ts';

/** As for the command line: set-up failed. */
const EXIT_FAILED = 70;

const outDir = path.dirname(import.meta.dirname);

const launcher = (script: string): ElectronLauncher => new ElectronLauncher(script);

const examine = (lockdown: boolean): Promise<DoctorReport> => {
  const files = builtFiles(outDir);
  return examineInstallation({
    files,
    launcher,
    lockdown,
    memoryMiB: DEFAULTS.memoryMiB,
    memoryOf: memoryOfProcess,
    machine: () =>
      machineOfElectron({
        appFolder: path.dirname(outDir),
        dataFolder: dataFolder(),
        vivariumVersion: app.getVersion(),
        pyodideVersion: files.pyodideVersion,
      }),
  });
};

/** Serves the command line over the channel it was started with, and ends with it. */
const runAsHost = async (): Promise<void> => {
  app.disableHardwareAcceleration();
  await app.whenReady();
  const end = await serveHost({
    port: fromIpcChannel(process),
    createSandbox: ({ packages, ...options }, onEvent) =>
      createSandbox({
        outDir,
        launcher,
        onEvent,
        ...options,
        ...(packages === undefined
          ? {}
          : { packageSources: { ...packages, transport: withExtraCertificates(electronTransport()) } }),
      }),
    examine,
    electron: process.versions.electron,
  });
  // The client removes Chromium's files, but not those of a host that it left behind.
  if (end === 'outlived') rmSync(app.getPath('userData'), { recursive: true, force: true, maxRetries: 3 });
  // An exit waits for what hangs, and writes to the files once more.
  if (end !== 'ended') process.kill(process.pid, 'SIGKILL');
  app.exit(0);
};

const runAsApp = async (): Promise<void> => {
  const data = dataFolder();
  app.setPath('userData', data);
  // What Chromium keeps is of no interest to anyone who looks there.
  app.setPath('sessionData', path.join(data, 'chromium'));
  app.setPath('crashDumps', path.join(data, 'chromium', 'crashes'));
  const asked = documentsIn(process.argv, process.cwd());
  if (!app.requestSingleInstanceLock({ documents: asked } satisfies z.infer<typeof SecondInstanceData>)) {
    app.exit(0);
    return;
  }
  // Guests' drawings are rasterized in their own processes then, not in the one GPU process that all share.
  app.commandLine.appendSwitch('disable-gpu-rasterization');
  registerPageSchemes();
  await runApp({ outDir, dataFolder: data, asked, examine: () => examine(true) });
};

// Not awaited: Electron is ready only after this module has been evaluated.
const running = app.commandLine.hasSwitch('vivarium-host') ? runAsHost() : runAsApp();
running.catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  app.exit(EXIT_FAILED);
});
