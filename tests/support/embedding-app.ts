/** An embedding app, with the package in it, in a real Electron. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { installedElectron, sandboxSwitches } from '../../src/main/cli/host/electron-command.ts';
import type { InterpreterApi } from '../../src/shared/ipc/interpreter-api.ts';

declare global {
  // The page's: functions given to `evaluate` run there.
  var vivarium: { readonly interpreter: InterpreterApi };
}

export interface EmbeddingApp {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** Ends it as a person does, by closing its window. */
  close(): Promise<void>;
}

export interface EmbeddingOptions {
  readonly folder: string;
  readonly display: string;
  readonly dataFolder: string;
  /** Folder with wheels. */
  readonly mirror: string;
}

export const openEmbeddingApp = async (options: EmbeddingOptions): Promise<EmbeddingApp> => {
  mkdirSync(options.dataFolder, { recursive: true });
  const app = await _electron.launch({
    executablePath: await installedElectron(),
    args: [
      ...sandboxSwitches(),
      `--user-data-dir=${path.join(options.dataFolder, 'chromium')}`,
      options.folder,
    ],
    env: {
      ...process.env,
      DISPLAY: options.display,
      VIVARIUM_DATA_DIR: options.dataFolder,
      VIVARIUM_MIRROR: options.mirror,
    },
  });
  const page = await app.firstWindow();
  await page.waitForLoadState();
  return {
    app,
    page,
    close: async () => {
      const closed = app.waitForEvent('close');
      await page.close();
      await closed;
    },
  };
};
