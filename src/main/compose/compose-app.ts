/** The app's parts put together, without a window and without Electron, which is handed in. */
import path from 'node:path';
import type { DoctorReport } from '../../shared/contract/doctor.ts';
import type { AppInfo } from '../../shared/ipc/app.ts';
import { EVENTS } from '../../shared/ipc/channels.ts';
import type { TaskProgress } from '../../shared/ipc/packages.ts';
import type { RunResult } from '../../shared/contract/run.ts';
import { openSettings } from '../config/open-settings.ts';
import { JsonStore } from '../config/json-store.ts';
import { type Settings } from '../config/settings.ts';
import type { CreateSandboxOptions } from '../create-sandbox.ts';
import { appHandlers } from '../ipc/app.ts';
import { configHandlers } from '../ipc/config.ts';
import { doctorHandlers } from '../ipc/doctor.ts';
import { dragHandlers } from '../ipc/drag.ts';
import { documentsHandlers } from '../ipc/documents.ts';
import { fileHandlers } from '../ipc/file.ts';
import { interpreterRoutes } from '../ipc/interpreter.ts';
import { nativeHandlers } from '../ipc/native.ts';
import { outputHandlers } from '../ipc/output.ts';
import { packagesHandlers } from '../ipc/packages.ts';
import { pluginHandlers } from '../ipc/plugin.ts';
import { questionRoutes } from '../ipc/questions.ts';
import { routesOf, type OnFault, type Route } from '../ipc/route.ts';
import { sandboxHandlers } from '../ipc/sandbox.ts';
import { toolsHandlers } from '../ipc/tools.ts';
import { workHandlers } from '../ipc/work.ts';
import { Documents } from '../documents/documents.ts';
import { CallQuestions } from '../functions/call-questions.ts';
import { findInterpreters } from '../native/find-interpreters.ts';
import { checkInterpreter } from '../native/interpreter-check.ts';
import { loadPyodideLock } from '../packages/resolve/pyodide-lock.ts';
import type { Transport } from '../packages/http/transport.ts';
import { builtFiles } from '../runtime/runtime-locations.ts';
import { composePackages, type AppPackages } from './compose-packages.ts';
import { composePython, type AppPython } from './compose-python.ts';
import { DraggedFiles } from '../app/dragged-files.ts';
import type { FileDialogs } from '../app/file-dialogs.ts';
import type { GuestFrames } from '../app/guest-frames.ts';
import { OutputDocuments } from '../app/output-documents.ts';
import { sandboxSettings } from '../app/sandbox-settings.ts';
import { ToolServers } from '../app/tool-servers.ts';
import { packagesToName } from '../plugin/named-packages.ts';
import { systemClock } from '../base/clock.ts';
import { FinalSave } from '../work/final-save.ts';
import { WorkStore } from '../work/work-store.ts';
import { pythonSeries } from '../runtime/python-series.ts';

export interface AppOptions {
  /** The build's folder, `out`. */
  readonly outDir: string;
  /** See data-folder.ts. */
  readonly dataFolder: string;
  readonly launcher: CreateSandboxOptions['launcher'];
  readonly transport: Transport;
  readonly examine: () => Promise<DoctorReport>;
  readonly dialogs: FileDialogs;
  readonly info: () => Omit<AppInfo, 'dataFolder' | 'versions'> & {
    readonly versions: Omit<AppInfo['versions'], 'pyodide' | 'python'>;
  };
  readonly openExternal: (url: string) => Promise<void>;
  /** The address of a guest's document with an id. */
  readonly outputAddress: (id: string) => string;
  /** The frames in which guests' documents are shown. */
  readonly frames: GuestFrames;
  /** Has the system drag a file out of the window. */
  readonly startDrag: (file: string) => void;
  /** Tells all pages something. */
  readonly broadcast: (channel: string, payload: unknown) => void;
  readonly onFault: OnFault;
  /** How far a download is; null when there is none any more. */
  readonly onProgress: (progress: TaskProgress | null) => void;
  /** A run of the window has ended. */
  readonly onRunEnded: (result: RunResult) => void;
  /** Paths of the documents that were opened or saved last, newest first. */
  readonly onRecent: (recent: readonly string[]) => void;
}

const MAX_PLACES_BYTES = 1024 * 1024;
/** For a person to decide on a call, in ms. */
const DECISION_MS = 120_000;

export interface ComposedApp {
  readonly settings: Settings;
  readonly routes: readonly Route[];
  readonly outputs: OutputDocuments;
  /** Notebooks and scripts of the user's. */
  readonly documents: Documents;
  /** Whether a run of the page is under way. */
  readonly isRunning: () => boolean;
  /** Has the page save what it has not saved yet; waits for a few seconds at most. */
  settleWork(): Promise<void>;
  /** Ends everything that runs; resolves when the processes are gone. */
  dispose(): Promise<void>;
}

/** What the routes are made of. */
interface Parts {
  readonly settings: Settings;
  readonly packages: AppPackages;
  readonly python: AppPython;
  readonly outputs: OutputDocuments;
  readonly documents: Documents;
  readonly work: WorkStore;
  readonly dragged: DraggedFiles;
  readonly tools: ToolServers;
  readonly questions: CallQuestions;
  readonly finalSave: FinalSave;
  /** The versions of the embedded Python and of the Pyodide that it is part of. */
  readonly versions: { readonly python: string; readonly pyodide: string };
}

export const composeApp = async (options: AppOptions): Promise<ComposedApp> => {
  const { broadcast, dataFolder, launcher, outDir } = options;
  const settings = await openSettings(dataFolder);
  const config = settings.get.bind(settings);
  const lock = await loadPyodideLock(builtFiles(outDir).runtime);
  const versions = { python: pythonSeries(lock.lock.python), pyodide: lock.pyodideVersion };
  const packages = composePackages({ ...options, lock, config });
  const questions = new CallQuestions(systemClock, DECISION_MS);
  const tools = new ToolServers({
    settings: () => config().tools,
    version: options.info().versions.vivarium,
    confirm: (call) => questions.ask(call),
    onChange: (status) => broadcast(EVENTS.tools.onChange, status),
  });
  const python = composePython({
    outDir,
    launcher,
    config,
    packages: packages.live.provider,
    installed: async () => packagesToName(await packages.live.current.service.inventory.installed()),
    pythonVersion: versions.python,
    functionsFor: (code, signal) => tools.functionsFor(code, signal),
    onRunEnded: options.onRunEnded,
  });
  const outputs = new OutputDocuments(options.outputAddress);
  const documents = await Documents.open({
    store: new JsonStore({
      path: path.join(dataFolder, 'documents.json'),
      maxBytes: MAX_PLACES_BYTES,
      migrations: [],
    }),
    onWaiting: () => broadcast(EVENTS.documents.onWaiting, null),
    onRecent: options.onRecent,
  });
  const work = new WorkStore(path.join(dataFolder, 'work'));
  const dragged = new DraggedFiles({
    folder: path.join(dataFolder, 'dragged'),
    startDrag: options.startDrag,
  });
  const finalSave = new FinalSave(systemClock);

  settings.onChange(({ config: now, keys }) => {
    python.sandbox.configure(sandboxSettings(now));
    if (keys.some((key) => key.startsWith('tools.'))) void tools.refresh();
    broadcast(EVENTS.config.onChange, { config: now, keys, notices: settings.notices });
  });
  void tools.refresh();
  python.activity.onEvent((event) => broadcast(EVENTS.sandbox.onEvent, event));

  return {
    settings,
    outputs,
    documents,
    routes: routesOfParts(
      {
        settings,
        packages,
        python,
        outputs,
        documents,
        work,
        finalSave,
        dragged,
        tools,
        questions,
        versions,
      },
      options,
    ),
    isRunning: () => python.runs.underWay.length > 0,
    settleWork: () => finalSave.wait(() => broadcast(EVENTS.work.onSettle, null)).then(() => work.flushed()),
    dispose: async () => {
      packages.tasks.cancelAll();
      await Promise.allSettled([
        python.sandbox.dispose(),
        python.native.dispose(),
        documents.settled(),
        tools.close(),
        dragged.close(),
      ]);
    },
  };
};

const routesOfParts = (parts: Parts, options: AppOptions): readonly Route[] => {
  const { documents, outputs, packages, python, settings, versions } = parts;
  const { dialogs, onFault, onProgress } = options;
  const { cache } = packages;
  const interpreterCache = {
    download: () =>
      packages.download((progress) => {
        onProgress(progress);
        options.broadcast(EVENTS.packages.onProgress, progress);
      }),
    isCached: () => cache.isCached(),
    clear: () => cache.clear(),
  };
  const sandbox = sandboxHandlers({
    ...python,
    dialogs,
    versions,
    settings: () => settings.get().plugins.python,
  });
  const store = packagesHandlers({
    ...packages,
    packages: () => packages.live.current,
    pyodideVersion: versions.pyodide,
    dialogs,
    onProgress,
  });
  const app = appHandlers({
    openExternal: options.openExternal,
    info: () => {
      const info = options.info();
      return { ...info, versions: { ...info.versions, ...versions }, dataFolder: options.dataFolder };
    },
  });
  return [
    ...interpreterRoutes({ interpreter: python.interpreter, cache: interpreterCache }),
    ...routesOf('sandbox', sandbox, onFault),
    ...routesOf('packages', store, onFault),
    ...routesOf('config', configHandlers(settings), onFault),
    ...routesOf('tools', toolsHandlers({ tools: parts.tools, settings, dialogs }), onFault),
    ...questionRoutes(parts.questions, onFault),
    ...routesOf('file', fileHandlers({ dialogs, findInterpreters }), onFault),
    ...routesOf('drag', dragHandlers({ sandbox: python.sandbox, dragged: parts.dragged }), onFault),
    ...routesOf('native', nativeHandlers(checkInterpreter), onFault),
    ...routesOf('doctor', doctorHandlers(options.examine), onFault),
    ...routesOf(
      'plugin',
      pluginHandlers(python.tool, () => python.facts.refresh()),
      onFault,
    ),
    ...routesOf('output', outputHandlers(outputs, options.frames), onFault),
    ...routesOf('documents', documentsHandlers(documents, dialogs), onFault),
    ...routesOf('work', workHandlers(parts.work, parts.finalSave), onFault),
    ...routesOf('app', app, onFault),
  ];
};
