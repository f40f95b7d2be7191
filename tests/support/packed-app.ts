/** An app as it is handed out: in an archive, in an Electron of its own whose fuses are blown. */
import type { ChildProcess } from 'node:child_process';
import { copyFileSync, cpSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createPackageWithOptions } from '@electron/asar';
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses';
import { chromium, type Page } from 'playwright-core';
import { installedElectron } from '../../src/main/cli/host/electron-command.ts';

/** The inspector is off in there, so the window is driven through Chromium's own protocol. */
const addressOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const address = /DevTools listening on (ws:\S+)/u.exec(said)?.[1];
      if (address !== undefined) resolve(address);
    });
    child.once('exit', () => reject(new Error(`the app ended: ${said}`)));
  });

/** The page of an app that was started with `--remote-debugging-port=0` and gives its standard error. */
export const pageOfPackedApp = async (app: ChildProcess): Promise<Page> => {
  const browser = await chromium.connectOverCDP(await addressOf(app));
  const [context] = browser.contexts();
  if (context === undefined) throw new Error('the app has no window');
  return context.pages()[0] ?? (await context.waitForEvent('page'));
};

export interface AsarOptions {
  /** Folder of the app. */
  readonly app: string;
  /** Its `node_modules`, elsewhere. */
  readonly modules: string;
  /** Where all of it is put. */
  readonly folder: string;
}

/** Packs an app with the Electron of these tests. Returns the executable. */
export const packAsar = async ({ app, folder, modules }: AsarOptions): Promise<string> => {
  const staged = path.join(folder, 'staged');
  cpSync(app, staged, { recursive: true });
  cpSync(modules, path.join(staged, 'node_modules'), { recursive: true, verbatimSymlinks: true });
  const source = await installedElectron();
  const dist = path.join(folder, 'dist');
  linkTree(path.dirname(source), dist);
  const executable = path.join(dist, 'app');
  renameSync(path.join(dist, path.basename(source)), executable);
  // Fuses are written into the program: no link to the one that others use.
  rmSync(executable);
  copyFileSync(source, executable);
  const resources = path.join(dist, 'resources');
  rmSync(path.join(resources, 'default_app.asar'), { force: true });
  await createPackageWithOptions(staged, path.join(resources, 'app.asar'), { unpack: '**/*.node' });
  await flipFuses(executable, {
    version: FuseVersion.V1,
    [FuseV1Options.RunAsNode]: false,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: false,
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
    [FuseV1Options.OnlyLoadAppFromAsar]: true,
  });
  return executable;
};

/** A copy that takes no room where the system can make one; files in it are not to be written. */
const linkTree = (from: string, to: string): void => {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else linkOrCopy(source, target);
  }
};

const linkOrCopy = (source: string, target: string): void => {
  try {
    linkSync(source, target);
  } catch {
    copyFileSync(source, target);
  }
};
