import { readFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import type { PackageSettings } from '../../shared/packages/package-settings.ts';
import { openSettings } from '../config/open-settings.ts';
import { dataFolder } from '../base/data-folder.ts';
import { runCli } from './cli.ts';
import { isRoot, type ProvideElectron } from './host/electron-command.ts';
import { electronDoctor, electronSandboxes } from './host/open-electron-host.ts';
import { openNativePython } from './host/open-native.ts';
import { electronWindow } from './host/open-electron-window.ts';
import { findVivariumPackage } from './host/vivarium-package.ts';
import { processIo } from './terminal/process-io.ts';

/** Chromium refuses to run as root with its sandbox on. */
const ROOT_NOTICE =
  "running as root, so Chromium's own sandbox is off; Python's sandbox does not depend on it";

const packageSettings = async (): Promise<PackageSettings> =>
  (await openSettings(dataFolder())).get().sandbox.packages;

/**
 * The command line as a program: takes over this process and ends it.
 *
 * @param argv what follows the program's name
 * @param provideElectron asked only when a command needs Electron
 */
export const main = async (argv: readonly string[], provideElectron: ProvideElectron): Promise<never> => {
  const { folder, version } = findVivariumPackage(import.meta.dirname);
  const exitCode = await runCli(argv, {
    io: processIo(),
    openSandbox: electronSandboxes(provideElectron, folder, true),
    openSessions: electronSandboxes(provideElectron, folder),
    examine: electronDoctor(provideElectron, folder),
    openNative: openNativePython,
    openWindow: electronWindow(provideElectron, folder),
    packageSettings,
    openPackages: async (packageSources) =>
      (await import('./commands/package-tool.ts')).openPackageTool(
        folder,
        packageSources,
        await packageSettings(),
      ),
    chartScript: (library) => readFile(path.join(folder, 'out', 'frames', `${library}.js`), 'utf8'),
    version,
    ...(isRoot() ? { startNotice: ROOT_NOTICE } : {}),
  });
  // Not just process.exitCode: all output has left by now, and a host that does not answer must not keep a
  // finished command alive. Exiting closes the channel to the host, upon which it ends itself.
  process.exit(exitCode);
};
