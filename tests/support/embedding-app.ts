/** An embedding app, with the package in it, in a real Electron. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { installedElectron, sandboxSwitches } from '../../src/main/cli/host/electron-command.ts';
import type { InterpreterApi } from '../../src/shared/ipc/library/interpreter-api.ts';

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

const PANDAS = 'import pandas as pd\npd.DataFrame({"n": [1, 2, 39]})["n"].sum() + 0';

/** In the sandbox, as a page asks. */
export const python = ({ page }: EmbeddingApp, code: string): Promise<unknown> =>
  page.evaluate((text) => globalThis.vivarium.interpreter.pyodide(text), code);

/** Of the processes that run Python, or are ready to: which of them has the run is not told apart from here. */
export const sidecarPids = ({ app }: EmbeddingApp): Promise<number[]> =>
  app.evaluate(({ app: main }) =>
    main
      .getAppMetrics()
      .filter(({ name }) => name?.startsWith('python sidecar') === true)
      .map(({ pid }) => pid),
  );

/** Kills all that run Python, and returns their pids. */
export const killSidecars = async (opened: EmbeddingApp): Promise<number[]> => {
  const pids = await sidecarPids(opened);
  if (pids.length === 0) throw new Error('no process runs Python');
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  return pids;
};

/** Runs pandas in an app of ours, whose window's title says what Python does, kills its process, and runs pandas again. */
export const recoversFromKill = async (opened: EmbeddingApp): Promise<void> => {
  expect(await python(opened, PANDAS)).toEqual({ result: '42' });
  const running = python(opened, 'while True: pass');
  const title = (): Promise<string | undefined> =>
    opened.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getTitle());
  await expect.poll(title).toBe('Python is busy');
  const killed = await killSidecars(opened);
  expect(await running).toMatchObject({ error: expect.stringContaining('ended') as string });
  expect(await python(opened, PANDAS)).toEqual({ result: '42' });
  expect((await sidecarPids(opened)).filter((pid) => killed.includes(pid))).toEqual([]);
};

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
