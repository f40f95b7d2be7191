import { Config } from '../../../src/shared/config/config.ts';
import type { RunRequest, RunResult } from '../../../src/shared/contract/run.ts';
import type { SandboxEvent } from '../../../src/shared/contract/sandbox-events.ts';
import type { SandboxApi, WorkApi } from '../../../src/shared/ipc/api.ts';
import type { Answer } from '../../../src/shared/ipc/answer.ts';
import type { RunEvent } from '../../../src/shared/ipc/sandbox.ts';
import type { WorkStore } from '../../../src/main/work/work-store.ts';
import { ConsoleStore } from '../../../src/renderer/console/console-store.ts';
import type { RestoredWork } from '../../../src/renderer/console/work/restore-work.ts';
import { resultOf } from '../../support/run-results.ts';

const fine = <T>(value: T): Answer<T> => ({ ok: true, value });

export interface OpenedConsole {
  readonly store: ConsoleStore;
  /** Codes that were run. */
  readonly ran: readonly string[];
  /** Ids of runs that were cancelled. */
  readonly cancelled: readonly string[];
  /** Tells the store of what goes on in the sandbox. */
  readonly tell: (event: SandboxEvent) => void;
  /** Tells it of a run. */
  readonly say: (event: RunEvent) => void;
  /** Changes settings of the sandbox. */
  readonly set: (sandbox: Partial<Config['sandbox']>) => void;
}

/** @param run what comes of a run @param restored null while the kept work is still read */
export const openedConsole = (
  run: (request: RunRequest, runId: string) => Partial<RunResult> | Promise<Partial<RunResult>> = () => ({}),
  restored: Pick<RestoredWork, 'active' | 'made' | 'removals' | 'sessions'> | null = {
    active: '',
    made: 0,
    removals: [],
    sessions: [],
  },
  work: Pick<WorkApi, 'read' | 'save'> = {
    read: () => Promise.resolve(fine({ bytes: null, damaged: [], isOlder: false })),
    save: () => Promise.resolve(fine(null)),
  },
): OpenedConsole => {
  const ran: string[] = [];
  const cancelled: string[] = [];
  let config = Config.parse({});
  let tell: (event: SandboxEvent) => void = () => undefined;
  let say: (event: RunEvent) => void = () => undefined;
  const api: Partial<SandboxApi> = {
    onRun: (listener) => {
      say = listener;
      return () => undefined;
    },
    onEvent: (listener) => {
      tell = listener;
      return () => undefined;
    },
    run: async (request, { runId }) => {
      ran.push(request.code);
      return fine(resultOf(await run(request, runId)));
    },
    cancel: (runId) => {
      cancelled.push(runId);
      return Promise.resolve(fine(true));
    },
    reset: () => Promise.resolve(fine(true)),
    removeFile: () => Promise.resolve(fine(true)),
  };
  const store = new ConsoleStore({
    api: api as SandboxApi,
    work,
    config: () => config,
    uniqueName: () => 'x',
  });
  if (restored !== null) store.restore(restored);
  return {
    store,
    ran,
    cancelled,
    tell: (event) => tell(event),
    say: (event) => say(event),
    set: (sandbox) => (config = { ...config, sandbox: { ...config.sandbox, ...sandbox } }),
  };
};

/** What the page may ask of a store of the work, with no process in between. */
export const workApi = (store: WorkStore): WorkApi => ({
  names: async () => fine(await store.names()),
  read: async (name) => fine(await store.read(name)),
  save: async (parts, removed) => {
    await store.save(parts, removed);
    return fine(null);
  },
  setAside: async (name) => fine(await store.setAside(name)),
  settled: () => Promise.resolve(fine(null)),
  onSettle: () => () => undefined,
});
