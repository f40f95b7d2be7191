import process from 'node:process';
// As a whole: see electron-launcher.ts.
import * as electron from 'electron';
import { Interpreter } from '../interpreter/interpreter.ts';
import { interpreterRoutes } from '../ipc/interpreter.ts';
import type { Caller } from '../ipc/route.ts';
import type { Disposable, NativePython, Sandbox } from './api/api.ts';
import { VivariumError } from './errors.ts';
import { isOwnDocument } from './own-document.ts';
import { requireElectron } from './require-electron.ts';
import { addPreload, preloadFile } from './register-preload.ts';

/** Who asks. */
export interface InterpreterPage {
  /** Of the document, as the browser knows it. */
  readonly url: string;
  readonly webContents: electron.WebContents;
}

export interface RegisterInterpreterOptions {
  readonly sandbox: Sandbox;
  /** Answers `interpreter.python`; without it, that says that there is none. */
  readonly native?: NativePython;
  /** Electron's, unless it is another's that stands for it. */
  readonly ipcMain?: Pick<electron.IpcMain, 'handle' | 'removeHandler'>;
  /** Whose pages may ask, and get the preload. By default Electron's default session. */
  readonly session?: electron.Session;
  /** Whether the preload is put in; without it, take `interpreterApi` of `vivarium/preload` into your own. */
  readonly preload?: boolean;
  /**
   * Further pages that may ask. By default those are the app's own: files of the app, and, while it is not packaged,
   * servers on this computer. A page in a frame never may.
   *
   * @param page a main frame of that session
   */
  readonly allow?: (page: InterpreterPage) => boolean;
}

/**
 * Gives the pages of a session `window.vivarium.interpreter`, and `window.api.interpreter` where the app has no
 * `window.api` of its own; to be called once Electron is ready, before the first window.
 *
 * When it throws, nothing of it is left behind.
 *
 * @throws VivariumError `channel-taken` when somebody else answers one of the channels, `assets-missing` when the
 *   preload is not among the sandbox's assets
 */
export const registerInterpreter = (options: RegisterInterpreterOptions): Disposable => {
  requireElectron(process.versions, process.type);
  const { native, sandbox } = options;
  const ipcMain = options.ipcMain ?? electron.ipcMain;
  const session = options.session ?? electron.session.defaultSession;
  const interpreter = new Interpreter({
    runEmbedded: (request) => sandbox.run(request),
    runNative: (request) =>
      native === undefined
        ? Promise.reject(
            new Error('this app has no native Python; give registerInterpreter the option "native"'),
          )
        : native.run(request),
  });
  const cache = {
    download: () => sandbox.packages.prepare(),
    isCached: () => sandbox.packages.isPrepared(),
    clear: () => sandbox.packages.clear(),
  };
  const answered: string[] = [];
  const release = (): void => {
    for (const channel of answered.splice(0)) ipcMain.removeHandler(channel);
  };
  for (const { answer, channel } of interpreterRoutes({ interpreter, cache })) {
    try {
      ipcMain.handle(channel, (event, ...given: unknown[]) =>
        answer(mayAsk(event, session, options.allow) ? callerOf(event.sender) : null, given),
      );
    } catch (cause) {
      release();
      throw new VivariumError(
        'channel-taken',
        `the channel "${channel}" is answered already; register once, and remove handlers of your own for it`,
        { cause },
      );
    }
    answered.push(channel);
  }
  let removePreload: (() => void) | undefined;
  try {
    if (options.preload !== false) removePreload = addPreload(session, preloadFile(sandbox.assetsDir));
  } catch (cause) {
    // Otherwise the next try would find the channels taken, by us.
    release();
    throw cause;
  }
  return {
    dispose: () => {
      release();
      removePreload?.();
    },
  };
};

const mayAsk = (
  { sender, senderFrame }: Pick<electron.IpcMainInvokeEvent, 'sender' | 'senderFrame'>,
  session: electron.Session,
  allow: RegisterInterpreterOptions['allow'],
): boolean => {
  // A frame that is gone, or that shows another document by now, is null.
  if (senderFrame === null || senderFrame !== sender.mainFrame || sender.session !== session) return false;
  const { url } = senderFrame;
  const { app } = electron;
  if (isOwnDocument(url, { appFolder: app.getAppPath(), isPackaged: app.isPackaged })) return true;
  return allow?.({ url, webContents: sender }) === true;
};

/** The interpreter's channels tell nothing beside their answers. */
const callerOf = (contents: electron.WebContents): Caller => {
  const gone = new AbortController();
  contents.once('destroyed', () => gone.abort());
  return { gone: gone.signal, tell: () => undefined };
};
