import { EVENTS } from '../../shared/ipc/channels.ts';
import { RUNTIME_NAMES, type PythonRuntime } from '../../shared/runtimes.ts';
import type { NameQuestion, NameReport } from '../../shared/protocol/name-reports.ts';
import type { SandboxStatus } from '../../shared/ipc/sandbox.ts';
import type { Activity } from '../app/activity.ts';
import type { ConsoleRuns, RunOwner } from '../app/console-runs.ts';
import type { FileDialogs } from '../app/file-dialogs.ts';
import { writeZip } from '../app/workspace-zip.ts';
import { describe } from '../base/replace-file.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { RpcError } from '../../shared/rpc/errors.ts';
import { ApiFailure } from './api-failure.ts';
import { fileWork } from './file-work.ts';
import type { HandlersOf } from './route.ts';

export interface SandboxDeps {
  readonly sandbox: Pick<
    Sandbox,
    | 'listFiles'
    | 'packagesIn'
    | 'pid'
    | 'readFile'
    | 'removeFile'
    | 'restart'
    | 'restartNeeded'
    | 'sessionMemory'
    | 'standby'
    | 'state'
    | 'stop'
    | 'tableRows'
  >;
  /** Forgets a session's state, wherever its code has run. */
  readonly reset: (session: string) => Promise<boolean>;
  /** What a session knows of names, where its next run goes. */
  readonly lookUpNames: (session: string, question: NameQuestion) => Promise<NameReport | null>;
  /** Those with state, by where it is kept; the one used last at the end. */
  readonly sessions: () => Readonly<Record<PythonRuntime, readonly string[]>>;
  readonly runs: ConsoleRuns;
  readonly dialogs: Pick<FileDialogs, 'saveAs'>;
  readonly activity: Activity;
  /** Asked each time. */
  readonly settings: () => { readonly enabled: boolean; readonly runtime: PythonRuntime };
  readonly versions: SandboxStatus['versions'];
}

export const sandboxHandlers = ({
  activity,
  dialogs,
  lookUpNames,
  reset,
  runs,
  sandbox,
  sessions,
  settings,
  versions,
}: SandboxDeps): HandlersOf<'sandbox'> => ({
  run: ([request, { number, runId }], caller) => {
    if (!settings().enabled) {
      throw new ApiFailure('disabled', 'Python is switched off; switch it on in the settings');
    }
    if (runs.has(runId)) throw new ApiFailure('duplicate-id', `a run "${runId}" is under way already`);
    const owner: RunOwner = {
      send: (event) => caller.send(EVENTS.sandbox.onRun, event),
      closed: caller.closed,
    };
    return runs.run(runId, request, owner, number);
  },
  cancel: ([runId]) => runs.cancel(runId),
  answerInput: ([runId, text]) => runs.answerInput(runId, text),
  reset: ([session]) => reset(session),
  status: () => {
    const { pid, restartNeeded, standby, state } = sandbox;
    const memory = activity.memoryOf(pid);
    return {
      state,
      pid,
      standby,
      memory:
        memory === null
          ? null
          : { at: memory.at, residentMiB: memory.residentMiB, limitMiB: memory.limitMiB },
      sessions: RUNTIME_NAMES.flatMap((at) => sessions()[at].map((name) => ({ name, runtime: at }))),
      runs: runs.underWay,
      runtime: settings().runtime,
      restartNeeded,
      versions,
    };
  },
  memory: () => sandbox.sessionMemory(),
  history: () => activity.history,
  files: async ([session]) => {
    const files = await fileWork(() => sandbox.listFiles(session));
    if (files === null) throw new ApiFailure('not-found', `the session "${session}" has no state`);
    return files;
  },
  lookUpNames: ([session, question]) => lookUpNames(session, question),
  packages: ([session]) => sandbox.packagesIn(session),
  readFile: ([session, name]) => fileWork(() => sandbox.readFile(session, name)),
  removeFile: ([session, name]) => fileWork(() => sandbox.removeFile(session, name)),
  saveFiles: async ([session]) => {
    const files = await fileWork(() => sandbox.listFiles(session));
    if (files === null) throw new ApiFailure('not-found', `the session "${session}" has no state`);
    const path = await dialogs.saveAs({ name: ZIP_NAME });
    if (path === null) return null;
    const names = files.map(({ name }) => name);
    try {
      return { path, ...(await writeZip(path, names, (name) => sandbox.readFile(session, name))) };
    } catch (error) {
      throw new ApiFailure('failed', `the files were not saved: ${describe(error)}; choose another place`);
    }
  },
  tableRows: async ([session, query]) => {
    try {
      return await sandbox.tableRows(session, query);
    } catch (error) {
      // Its message may be the guest's.
      if (RpcError.is(error)) throw new ApiFailure('failed', 'the interpreter did not answer');
      throw error;
    }
  },
  restart: async () => {
    await sandbox.restart();
    return null;
  },
  stop: async () => {
    await sandbox.stop();
    return null;
  },
});

/** What is suggested. */
const ZIP_NAME = 'workspace.zip';
