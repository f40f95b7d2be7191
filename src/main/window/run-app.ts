/** The app with its window, from being ready to being gone. */
import path from 'node:path';
import process from 'node:process';
import { app, nativeTheme, shell, type BrowserWindow, type WebContents } from 'electron';
import { composeApp, type ComposedApp } from '../compose/compose-app.ts';
import { translateTo } from '../app/texts.ts';
import type { Config } from '../../shared/config/config.ts';
import type { DoctorReport } from '../../shared/contract/doctor.ts';
import type { AppInfo } from '../../shared/ipc/app.ts';
import { EVENTS } from '../../shared/ipc/channels.ts';
import { JsonStore } from '../config/json-store.ts';
import { Pages } from '../ipc/electron-ipc.ts';
import { electronTransport } from '../packages/http/electron-transport.ts';
import { withExtraCertificates } from '../packages/http/extra-certificates.ts';
import { CrashWindow } from '../sandbox/process/crash-window.ts';
import { ElectronLauncher } from '../sandbox/process/electron-launcher.ts';
import { setAppMenu } from './app-menu.ts';
import { notifyOfRun, showProgress } from './attention.ts';
import { closeByQuitting, quitInOrder } from './closing.ts';
import { nativeFileDialogs } from './file-dialogs.ts';
import { SecondInstanceData } from './opened-files.ts';
import { startDrag } from './drag-out.ts';
import { guardContents } from './guard-contents.ts';
import { createMainWindow, stateOf } from './main-window.ts';
import { outputAddress, PAGE_URL } from '../app/page-address.ts';
import { PageFiles } from './page-files.ts';
import { openPageSession } from './page-session.ts';
import { WatchedFrames } from './watched-frames.ts';
import { readWindowState, saveWindowState } from './window-state.ts';

export interface RunAppOptions {
  /** The build's folder, `out`. */
  readonly outDir: string;
  /** See data-folder.ts. */
  readonly dataFolder: string;
  /** Paths of documents that the command line names. */
  readonly asked: readonly string[];
  readonly examine: () => Promise<DoctorReport>;
}

/** From then on it stays as it is: something in it makes it die. */
const PAGE_CRASH_LIMIT = { crashes: 3, windowMs: 60_000 } as const;
const MAX_WINDOW_STATE_BYTES = 64 * 1024;

const appInfo = (): ReturnType<Parameters<typeof composeApp>[0]['info']> => ({
  versions: {
    vivarium: app.getVersion(),
    electron: process.versions.electron,
    chromium: process.versions.chrome,
    node: process.versions.node,
  },
  platform: platformName(),
  arch: process.arch,
  packaged: app.isPackaged,
  systemLocale: app.getLocale(),
});

const platformName = (): AppInfo['platform'] =>
  process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux';

export const runApp = async ({ asked, dataFolder, examine, outDir }: RunAppOptions): Promise<void> => {
  let window: BrowserWindow | null = null;
  const pages = new Pages();
  const frames = new WatchedFrames((ended) => pages.broadcast(EVENTS.output.onEnded, ended));
  app.on('web-contents-created', (_event, contents) => guardContents(contents));
  /** Until the app can take them. */
  let offered: readonly string[] = asked;
  let offer = (paths: readonly string[]): void => {
    offered = [...offered, ...paths];
  };
  app.on('second-instance', (_event, _argv, _folder, given) => {
    const handed = SecondInstanceData.safeParse(given);
    if (handed.success) offer(handed.data.documents);
    focus(window);
  });
  app.on('open-file', (event, file) => {
    event.preventDefault();
    offer([file]);
    focus(window);
  });
  await app.whenReady();

  const composed: ComposedApp = await composeApp({
    outDir,
    dataFolder,
    launcher: (script) => new ElectronLauncher(script),
    transport: withExtraCertificates(electronTransport()),
    examine,
    dialogs: nativeFileDialogs(
      () => window,
      () => translateTo(language()),
    ),
    info: appInfo,
    openExternal: (url) => shell.openExternal(url),
    outputAddress,
    frames,
    startDrag: (file) => startDrag(window, file),
    broadcast: (channel, payload) => pages.broadcast(channel, payload),
    onFault: (channel, error) => {
      process.stderr.write(`${channel}: ${error instanceof Error ? (error.stack ?? error.message) : '?'}\n`);
    },
    onProgress: (progress) => showProgress(window, progress),
    onRecent: ([newest]) => {
      // The system has a list of its own.
      if (newest === undefined) app.clearRecentDocuments();
      else app.addRecentDocument(newest);
      dress(settings.get());
    },
    onRunEnded: (result) => notifyOfRun(window, result, translateTo(language())),
  });
  const { settings } = composed;
  const language = (): Config['general']['language'] => settings.get().general.language;
  const dress = ({ general }: Config): void => {
    nativeTheme.themeSource = general.theme;
    setAppMenu({
      translate: translateTo(general.language),
      platform: process.platform,
      devTools: !app.isPackaged,
      recent: composed.documents.recent,
      onRecent: (file) => offer([file]),
      onForgetRecent: () => composed.documents.forgetRecent(),
      onCommand: (command) => pages.broadcast(EVENTS.app.onCommand, command),
      onLink: (url) => void shell.openExternal(url),
    });
  };
  dress(settings.get());
  offer = (paths) => void composed.documents.offer(paths);
  offer(offered);
  settings.onChange(({ config, keys }) => {
    if (keys.some((key) => key.startsWith('general.'))) dress(config);
  });

  const stateStore = new JsonStore({
    path: path.join(dataFolder, 'window.json'),
    maxBytes: MAX_WINDOW_STATE_BYTES,
    migrations: [],
  });
  quitInOrder({
    window: () => window,
    isRunning: composed.isRunning,
    translate: () => translateTo(language()),
    end: async () => {
      const open = window === null || window.isDestroyed() ? null : window;
      if (open !== null) await composed.settleWork();
      // At the last moment: the system may still have been placing it.
      const state = open === null || open.isDestroyed() ? null : stateOf(open);
      open?.destroy();
      await Promise.all([composed.dispose(), state === null ? null : saveWindowState(stateStore, state)]);
    },
  });
  pages.serve(composed.routes);
  const files = await PageFiles.of(
    path.join(outDir, 'renderer'),
    composed.outputs,
    path.join(outDir, 'frames'),
  );
  window = createMainWindow({
    outDir,
    session: openPageSession(files),
    state: await readWindowState(stateStore),
    devTools: !app.isPackaged,
  });
  closeByQuitting(window);
  pages.add(window.webContents);
  frames.watch(window.webContents);
  reviveWhenGone(window.webContents);
  await window.loadURL(PAGE_URL);
};

/** Reloads a page whose process died, unless it keeps dying. */
const reviveWhenGone = (contents: WebContents): void => {
  const crashes = new CrashWindow(PAGE_CRASH_LIMIT);
  contents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || crashes.note(performance.now())) return;
    // Not in the midst of its end.
    setImmediate(() => {
      if (!contents.isDestroyed()) contents.reload();
    });
  });
};

const focus = (window: BrowserWindow | null): void => {
  if (window === null || window.isDestroyed()) return;
  if (window.isMinimized()) window.restore();
  window.focus();
};
