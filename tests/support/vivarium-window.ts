/** The real app in its window, on a display without a screen, with data of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { installedElectron, sandboxSwitches } from '../../src/main/cli/host/electron-command.ts';
import type { WindowApi } from '../../src/shared/ipc/api.ts';
import { openVirtualDisplay } from './virtual-display.ts';

const root = path.resolve(import.meta.dirname, '..', '..');

declare global {
  // The page's: functions given to `evaluate` run there.
  var api: WindowApi;
}

export interface VivariumWindow {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** What belongs to the app's user. */
  readonly dataFolder: string;
  /** Of Electron's main process. */
  readonly pid: number;
  /** For the environment variable DISPLAY. */
  readonly display: string;
  close(): Promise<void>;
}

export interface WindowOptions {
  /** Instead of a new one; the caller removes it. */
  readonly dataFolder?: string;
  /** Paths of documents on its command line. */
  readonly documents?: readonly string[];
  /** A packaged app, instead of this project run by Electron. */
  readonly executable?: string;
}

/** @param options data and program, if they are not the usual ones */
export const openVivariumWindow = async (options: WindowOptions = {}): Promise<VivariumWindow> => {
  const display = await openVirtualDisplay();
  const dataFolder = options.dataFolder ?? mkdtempSync(path.join(tmpdir(), 'vivarium-window-'));
  const app = await _electron.launch({
    executablePath: options.executable ?? (await installedElectron()),
    args: [
      ...sandboxSwitches(),
      ...(options.executable === undefined ? [root] : []),
      ...(options.documents ?? []),
    ],
    // Otherwise it would hold against the app's own setting.
    colorScheme: null,
    env: { ...process.env, DISPLAY: display.name, VIVARIUM_DATA_DIR: dataFolder },
  });
  const page = await app.firstWindow();
  await page.waitForLoadState();
  const { pid } = app.process();
  if (pid === undefined) throw new Error('Electron has no process');
  return {
    app,
    page,
    dataFolder,
    pid,
    display: display.name,
    close: async () => {
      await app.close();
      await display.close();
      if (options.dataFolder === undefined) rmSync(dataFolder, { recursive: true, force: true });
    },
  };
};

/** Switches Python on, as the settings page does. */
export const enablePython = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const answer = await globalThis.api.config.set('plugins.python.enabled', true);
    if (!answer.ok) throw new Error(answer.error.message);
  });
