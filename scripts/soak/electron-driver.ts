/** Electron's main process as the sandbox's, under soak. */
import { app } from 'electron';
import { electronTransport } from '../../src/main/packages/http/electron-transport.ts';
import { ElectronLauncher } from '../../src/main/sandbox/process/electron-launcher.ts';
import { drive, logToStderr } from './drive.ts';

const main = async (): Promise<void> => {
  app.disableHardwareAcceleration();
  await app.whenReady();
  await drive({
    launcher: (script) => new ElectronLauncher(script),
    transport: electronTransport,
    log: logToStderr,
  });
  app.exit(0);
};

// Not awaited: Electron is ready only after this module has been evaluated.
main().catch((error: unknown) => {
  logToStderr(error instanceof Error ? (error.stack ?? error.message) : String(error));
  app.exit(1);
});
