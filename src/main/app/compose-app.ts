/** The app's parts put together, without a window and without Electron, which is handed in. */
import path from 'node:path';
import type { Config } from '../../shared/config.ts';
import type { DoctorReport } from '../../shared/doctor.ts';
import type { AppInfo } from '../../shared/ipc/app.ts';
import { EVENTS } from '../../shared/ipc/channels.ts';
import { PYODIDE_DOWNLOAD_TASK, type TaskProgress } from '../../shared/ipc/packages.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { RunRequest, RunResult } from '../../shared/sandbox.ts';
import { JsonStore } from '../config/json-store.ts';
import { MIGRATIONS } from '../config/migrations/index.ts';
import { Settings } from '../config/settings.ts';
import { createSandbox, type CreateSandboxOptions } from '../create-sandbox.ts';
import { Interpreter } from '../interpreter/interpreter.ts';
import { appHandlers } from '../ipc/app.ts';
import { configHandlers } from '../ipc/config.ts';
import { doctorHandlers } from '../ipc/doctor.ts';
import { fileHandlers } from '../ipc/file.ts';
import { interpreterRoutes } from '../ipc/interpreter.ts';
import { nativeHandlers } from '../ipc/native.ts';
import { outputHandlers } from '../ipc/output.ts';
import { packagesHandlers } from '../ipc/packages.ts';
import { pluginHandlers } from '../ipc/plugin.ts';
import { routesOf, type OnFault, type Route } from '../ipc/route.ts';
import { sandboxHandlers } from '../ipc/sandbox.ts';
import { findInterpreters } from '../native/find-interpreters.ts';
import { checkInterpreter } from '../native/interpreter-check.ts';
import { NativeRunner } from '../native/native-runner.ts';
import { storeFolder } from '../packages/old-stores.ts';
import { openPackages, type OpenPackagesOptions } from '../packages/open-packages.ts';
import { loadPyodideLock } from '../packages/pyodide-lock.ts';
import type { Transport } from '../packages/transport.ts';
import { RunPythonCode } from '../plugin/run-python-code.ts';
import { builtFiles } from '../runtime-locations.ts';
import { systemClock } from '../sandbox/clock.ts';
import { loadRuntimeAssets } from '../sandbox/runtime-assets.ts';
import type { SandboxSettings } from '../sandbox/sandbox-config.ts';
import { SnapshotStore } from '../sandbox/snapshot-store.ts';
import { engineVersion, Snapshots } from '../sandbox/snapshots.ts';
import { Activity } from './activity.ts';
import { ConsoleRuns, type Runner } from './console-runs.ts';
import type { FileDialogs } from './file-dialogs.ts';
import { LivePackages } from './live-packages.ts';
import { OutputDocuments } from './output-documents.ts';
import { PyodideCache } from './pyodide-cache.ts';
import { PythonFactsNow } from './python-facts.ts';
import { Tasks } from './tasks.ts';
import { translateTo } from './texts.ts';

/** Interpreters kept ready, so that a run without a session begins at once. */
const SPARES = 1;
const MS_PER_MINUTE = 60_000;
const MS_PER_SECOND = 1000;

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
  /** What the addresses of guests' documents begin with. */
  readonly outputBase: string;
  /** Tells all pages something. */
  readonly broadcast: (channel: string, payload: unknown) => void;
  readonly onFault: OnFault;
  /** How far a download is; null when there is none any more. */
  readonly onProgress: (progress: TaskProgress | null) => void;
  /** A run of the window has ended. */
  readonly onRunEnded: (result: RunResult) => void;
}

export interface ComposedApp {
  readonly settings: Settings;
  readonly routes: readonly Route[];
  readonly documents: OutputDocuments;
  /** Ends everything that runs; resolves when the processes are gone. */
  dispose(): Promise<void>;
}

const sandboxSettings = ({ sandbox }: Config): SandboxSettings => ({
  memoryMiB: sandbox.memoryMiB,
  outputKiB: sandbox.outputKiB,
  idleMs: sandbox.idleMinutes * MS_PER_MINUTE,
  standby: sandbox.standby,
});

export const composeApp = async (options: AppOptions): Promise<ComposedApp> => {
  const { dataFolder, onFault, outDir } = options;
  const settings = await Settings.load(
    new JsonStore({
      path: path.join(dataFolder, 'settings.json'),
      maxBytes: LIMITS.settingsBytes,
      migrations: MIGRATIONS,
    }),
  );
  const timeoutMs = (): number => settings.get().sandbox.timeoutSeconds * MS_PER_SECOND;
  const files = builtFiles(outDir);
  const { lock, pyodideVersion } = await loadPyodideLock(files.runtime);
  const versions = { python: lock.python, pyodide: pyodideVersion };

  const packageOptions: Omit<OpenPackagesOptions, 'settings'> = {
    dataFolder,
    pyodideVersion,
    lock,
    transport: options.transport,
  };
  const packageSettings = (): Config['sandbox']['packages'] => settings.get().sandbox.packages;
  const packages = new LivePackages(packageSettings, (now) =>
    openPackages({ ...packageOptions, settings: now }),
  );

  const activity = new Activity();
  const sandbox = createSandbox({
    outDir,
    launcher: options.launcher,
    onEvent: (event) => activity.record(event),
    spares: SPARES,
    packages: packages.provider,
    ...sandboxSettings(settings.get()),
  });
  const native = new NativeRunner({
    binpath: () => settings.get().plugins.python.binpath ?? '',
    clock: systemClock,
    outputKiB: () => settings.get().sandbox.outputKiB,
  });
  const runs = new ConsoleRuns({
    runners: { embedded: sandbox, native },
    settings: () => ({ runtime: settings.get().plugins.python.runtime, timeoutMs: timeoutMs() }),
    clock: systemClock,
    onEnded: options.onRunEnded,
  });

  const snapshotFolder = path.join(storeFolder(dataFolder, pyodideVersion), 'snapshots');
  const cache = new PyodideCache({
    packages: () => packages.current,
    loadAssets: () => loadRuntimeAssets(files.runtime),
    snapshots: new Snapshots(new SnapshotStore(snapshotFolder), engineVersion()),
    snapshotFolder,
    startOnce: (signal) => startOnce(options, settings.get(), signal),
  });
  const tasks = new Tasks((count) => {
    if (count === 0) options.onProgress(null);
  });

  const limited =
    (runner: Runner) =>
    (request: RunRequest): Promise<RunResult> =>
      runner.run({ timeoutMs: timeoutMs(), ...request }, {});
  const interpreter = new Interpreter({ runEmbedded: limited(sandbox), runNative: limited(native) });
  const facts = new PythonFactsNow({
    settings: () => settings.get(),
    pythonVersion: lock.python,
    installed: async () =>
      (await packages.current.service.installed())
        .filter(({ kind }) => kind === 'wheel')
        .map(({ name }) => name),
    check: checkInterpreter,
  });
  const tool = new RunPythonCode({
    settings: () => settings.get().plugins.python,
    interpreter,
    facts: (runtime) => facts.of(runtime),
    translate: (key) => translateTo(settings.get().general.language)(key),
  });
  const documents = new OutputDocuments(options.outputBase);

  const download = (): Promise<void> => {
    const taskId = PYODIDE_DOWNLOAD_TASK;
    if (tasks.has(taskId)) return Promise.reject(new Error('the download is under way already'));
    const tell = (progress: TaskProgress): void => {
      options.onProgress(progress);
      options.broadcast(EVENTS.packages.onProgress, progress);
    };
    return tasks.run(taskId, (signal) =>
      cache.download({
        signal,
        onProgress: (progress) => tell({ taskId, type: 'fetching', ...progress }),
        onPreparing: () => tell({ taskId, type: 'preparing' }),
      }),
    );
  };

  settings.onChange(({ config, keys }) => {
    sandbox.configure(sandboxSettings(config));
    options.broadcast(EVENTS.config.onChange, { config, keys, notices: settings.notices });
  });
  activity.onEvent((event) => options.broadcast(EVENTS.sandbox.onEvent, event));

  return {
    settings,
    documents,
    routes: [
      ...interpreterRoutes({
        interpreter,
        cache: { download, isCached: () => cache.isCached(), clear: () => cache.clear() },
      }),
      ...routesOf(
        'sandbox',
        sandboxHandlers({
          sandbox,
          runs,
          activity,
          versions,
          settings: () => settings.get().plugins.python,
        }),
        onFault,
      ),
      ...routesOf(
        'packages',
        packagesHandlers({
          packages: () => packages.current,
          openWithPack: (pack) => openPackages({ ...packageOptions, settings: packageSettings(), pack }),
          settings: packageSettings,
          pyodideVersion,
          cache,
          tasks,
          dialogs: options.dialogs,
          onProgress: options.onProgress,
        }),
        onFault,
      ),
      ...routesOf('config', configHandlers(settings), onFault),
      ...routesOf('file', fileHandlers({ dialogs: options.dialogs, findInterpreters }), onFault),
      ...routesOf('native', nativeHandlers(checkInterpreter), onFault),
      ...routesOf('doctor', doctorHandlers(options.examine), onFault),
      ...routesOf(
        'plugin',
        pluginHandlers(tool, () => facts.refresh()),
        onFault,
      ),
      ...routesOf('output', outputHandlers(documents), onFault),
      ...routesOf(
        'app',
        appHandlers({
          openExternal: options.openExternal,
          info: () => {
            const info = options.info();
            return { ...info, versions: { ...info.versions, ...versions }, dataFolder };
          },
        }),
        onFault,
      ),
    ],
    dispose: async () => {
      tasks.cancelAll();
      await Promise.allSettled([sandbox.dispose(), native.dispose()]);
    },
  };
};

/** Starts Python in a process of its own, so that no session of the user's is disturbed. */
const startOnce = async (
  { launcher, outDir }: AppOptions,
  config: Config,
  signal: AbortSignal,
): Promise<string | null> => {
  const sandbox = createSandbox({ outDir, launcher, ...sandboxSettings(config), standby: false });
  try {
    const { error, status } = await sandbox.run({ code: '1' }, { signal });
    return status === 'ok' ? null : (error?.message ?? status);
  } finally {
    await sandbox.dispose();
  }
};
