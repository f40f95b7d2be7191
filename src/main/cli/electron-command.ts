import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';

/** Finds the Electron executable, fetching it first if need be. @throws Error saying what to do */
export type ProvideElectron = () => Promise<string>;

/**
 * Electron as its npm package has it. The package fetches its binary on first use, and says so on stdout,
 * which belongs to the guest here: so its installer is run apart from that.
 */
export const installedElectron: ProvideElectron = async () => {
  const load = createRequire(import.meta.url);
  const folder = path.dirname(load.resolve('electron/package.json'));
  const overridden = process.env['ELECTRON_OVERRIDE_DIST_PATH'] !== undefined;
  if (!overridden && !existsSync(path.join(folder, 'path.txt'))) {
    const installer = spawn(process.execPath, [path.join(folder, 'install.js')], {
      stdio: ['ignore', process.stderr, process.stderr],
    });
    const code = await new Promise((resolve) => installer.once('exit', resolve));
    if (code !== 0) throw new Error('Electron could not be fetched; see the message above');
  }
  const executable: unknown = load('electron');
  if (typeof executable !== 'string') throw new Error('the electron package gives no executable');
  return executable;
};

/** As root, Chromium refuses to start with its own sandbox on. */
export const isRoot = (): boolean => process.getuid?.() === 0;

export const sandboxSwitches = (): string[] => (isRoot() ? ['--no-sandbox'] : []);

/** The environment for Electron: what would turn it into Node, or into something else, is left out. */
export const electronEnvironment = (): NodeJS.ProcessEnv => {
  const environment = { ...process.env };
  for (const name of ['ELECTRON_RUN_AS_NODE', 'NODE_OPTIONS', 'NODE_CHANNEL_FD']) {
    Reflect.deleteProperty(environment, name);
  }
  return environment;
};
