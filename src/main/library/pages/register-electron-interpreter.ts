import process from 'node:process';
// As a whole: see electron-launcher.ts.
import * as electron from 'electron';
import { EVENTS } from '../../../shared/ipc/channels.ts';
import { libraryChannel } from '../../../shared/ipc/library/library-channels.ts';
import { PYODIDE_DOWNLOAD_TASK, type TaskProgress } from '../../../shared/ipc/packages.ts';
import { Tasks } from '../../app/tasks.ts';
import { InterpreterService } from '../../interpreter/interpreter-service.ts';
import { interpreterRoutes, type InterpreterDeps } from '../../ipc/interpreter.ts';
import { questionRoutes, type QuestionService } from '../../ipc/questions.ts';
import type { OnFault, Route } from '../../ipc/route.ts';
import { findInterpreters } from '../../native/find-interpreters.ts';
import type { Disposable, NativePython, PythonSettingsStore, Questions, Sandbox } from '../api/api.ts';
import { AskingPages } from './asking-pages-electron.ts';
import { VivariumError } from '../errors.ts';
import { nativePython } from '../native-python.ts';
import { isTrustedDocument } from './trusted-document.ts';
import { pickFileFor } from './pick-file-electron.ts';
import { requireElectron } from '../require-electron.ts';
import { addPreload, preloadFile } from './register-preload.ts';
import { settingsNow, settingsRoutes } from './settings-routes.ts';

/** Who asks. */
export interface InterpreterPage {
  /** Of the document, as the browser knows it. */
  readonly url: string;
  readonly webContents: electron.WebContents;
}

export interface RegisterInterpreterOptions {
  readonly sandbox: Sandbox;
  /** Answers `interpreter.python`; without it, that is the Python of `settings`, and without these there is none. */
  readonly native?: NativePython;
  /** What `<vivarium-settings>` shows and changes. */
  readonly settings?: PythonSettingsStore;
  /** What `<vivarium-questions>` asks. */
  readonly questions?: Questions;
  /** Electron's, unless it is another's that stands for it. */
  readonly ipcMain?: Pick<electron.IpcMain, 'handle' | 'removeHandler'>;
  /** Whose pages may ask, and get the preload. By default Electron's default session. */
  readonly session?: electron.Session;
  /** Whether the preload is put in; without it, take `vivariumApi` of `vivarium/preload` into your own. */
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
 * Gives the pages of a session `window.vivarium`, with `interpreter` and what the elements of `vivarium/renderer` ask, and
 * `window.api.interpreter` where the app has no `window.api` of its own; to be called once Electron is ready, before the
 * first window.
 *
 * When it throws, nothing of it is left behind.
 *
 * @throws VivariumError `channel-taken` when somebody else answers one of the channels, `assets-missing` when the
 *   preload is not among the sandbox's assets
 */
export const registerInterpreter = (options: RegisterInterpreterOptions): Disposable => {
  requireElectron(process.versions, process.type);
  const ipcMain = options.ipcMain ?? electron.ipcMain;
  const session = options.session ?? electron.session.defaultSession;
  const pages = new AskingPages();
  const { close, routes } = servedBy(options, pages);
  const answered: string[] = [];
  const release = (): void => {
    for (const channel of answered.splice(0)) ipcMain.removeHandler(channel);
    pages.close();
    close();
  };
  for (const { answer, channel } of routes) {
    try {
      ipcMain.handle(channel, (event, ...given: unknown[]) =>
        answer(mayAsk(event, session, options.allow) ? pages.callerOf(event.sender) : null, given),
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
    if (options.preload !== false)
      removePreload = addPreload(session, preloadFile(options.sandbox.assetsDir));
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

/** All that is answered, and what ends the work behind it. */
const servedBy = (
  { native, questions, sandbox, settings }: RegisterInterpreterOptions,
  pages: AskingPages,
): { readonly routes: readonly Route[]; readonly close: () => void } => {
  const chosen = settings === undefined ? undefined : nativePython(() => settings.get().binpath ?? '');
  const python = native ?? chosen;
  const interpreter = new InterpreterService({
    runEmbedded: (request) => sandbox.run(request),
    runNative: (request) =>
      python === undefined
        ? Promise.reject(
            new Error('this app has no native Python; give registerInterpreter the option "native"'),
          )
        : python.run(request),
  });
  const tasks = new Tasks();
  const told = settings?.onChange(() =>
    pages.broadcast(libraryChannel(EVENTS.config.onChange), settingsNow(settings)),
  );
  const cache = downloadsOf(sandbox, tasks, (progress) =>
    pages.broadcast(libraryChannel(EVENTS.packages.onProgress), progress),
  );
  return {
    routes: [
      ...interpreterRoutes({ interpreter, cache }),
      ...settingsRoutes({
        settings,
        packages: sandbox.packages,
        tasks,
        findInterpreters,
        pickFile: pickFileFor(pages),
        onFault: warn,
      }),
      ...(questions === undefined ? [] : questionRoutes(watchable(questions), warn)),
    ],
    close: () => {
      told?.dispose();
      tasks.cancelAll();
      void chosen?.dispose();
    },
  };
};

/** The app may have made its own. */
const watchable = (questions: Questions): QuestionService => ({
  get open() {
    return questions.open;
  },
  answer: (id, decision) => questions.answer(id, decision),
  watch: (listener) => {
    const watching = questions.watch(listener);
    return () => watching.dispose();
  },
});

const downloadsOf = (
  { packages }: Pick<Sandbox, 'packages'>,
  tasks: Tasks,
  report: (progress: TaskProgress) => void,
): InterpreterDeps['cache'] => {
  const taskId = PYODIDE_DOWNLOAD_TASK;
  return {
    download: async () => {
      if (tasks.has(taskId)) throw new Error('the download is under way already');
      await tasks.run(taskId, (signal) =>
        packages.prepare({
          signal,
          onProgress: (progress) => report({ taskId, type: 'fetching', ...progress }),
          onPreparing: (packageNames) => report({ taskId, type: 'preparing', packageNames }),
        }),
      );
    },
    isCached: () => packages.isPrepared(),
    clear: () => packages.clear(),
  };
};

/** A fault of ours, or of what the app has handed in: the page is told no more than that there was one. */
const warn: OnFault = (channel, error) =>
  process.emitWarning(
    `the channel "${channel}" failed: ${error instanceof Error ? error.message : String(error)}`,
    {
      code: 'VIVARIUM_FAULT',
    },
  );

const mayAsk = (
  { sender, senderFrame }: Pick<electron.IpcMainInvokeEvent, 'sender' | 'senderFrame'>,
  session: electron.Session,
  allow: RegisterInterpreterOptions['allow'],
): boolean => {
  // A frame that is gone, or that shows another document by now, is null.
  if (senderFrame === null || senderFrame !== sender.mainFrame || sender.session !== session) return false;
  const { url } = senderFrame;
  const { app } = electron;
  if (isTrustedDocument(url, { appFolder: app.getAppPath(), isPackaged: app.isPackaged })) return true;
  return allow?.({ url, webContents: sender }) === true;
};
