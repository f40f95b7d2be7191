import { spawn } from 'node:child_process';
import process from 'node:process';
import { electronEnvironment, sandboxSwitches, type ProvideElectron } from './electron-command.ts';

/** Elsewhere than on Linux there is always one, or Electron itself says so. */
const hasDisplay = (): boolean =>
  process.platform !== 'linux' ||
  [process.env['DISPLAY'], process.env['WAYLAND_DISPLAY']].some((name) => name !== undefined && name !== '');

/** Opens the app's window; resolves with the exit code once the app has ended. */
export const electronWindow =
  (provideElectron: ProvideElectron, appFolder: string) =>
  async (documents: readonly string[]): Promise<number> => {
    if (!hasDisplay()) {
      throw new Error(
        'there is no display for the window; use "vivarium run", or start it under "xvfb-run -a"',
      );
    }
    const electron = await provideElectron();
    const child = spawn(electron, [...sandboxSwitches(), appFolder, ...documents], {
      env: electronEnvironment(),
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    // Ctrl-C reaches Electron as well, which quits; its exit code is waited for.
    const ignore = (): void => undefined;
    process.on('SIGINT', ignore);
    try {
      return await new Promise<number>((resolve, reject) => {
        child.once('error', reject);
        child.once('exit', (code) => resolve(code ?? 1));
      });
    } finally {
      process.off('SIGINT', ignore);
    }
  };
