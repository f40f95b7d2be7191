/** What the page may ask of the sandbox, and what it hears of it. */
import { z } from 'zod';
import type { PackageProgress } from '../contract/package-progress.ts';
import type { RunPhase } from '../contract/run-phase.ts';
import type { PythonRuntime } from '../runtimes.ts';
import { LIMITS } from '../limits.ts';
import { NameQuestion } from '../protocol/name-reports.ts';
import { RunRequest, SessionName, WorkspaceFileName } from '../contract/run.ts';
import { TableQuery } from '../contract/table.ts';
import type { SandboxState } from '../contract/sandbox-events.ts';

/** Chosen by the page, for one run or one task of the package store; free again when that has ended. */
export const TaskId = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\w.-]+$/u, 'ids consist of letters, digits, ".", "_" and "-"');

export const sandboxArguments = {
  /** Without `timeoutMs` the settings' time limit holds; `number` is what the page counts its runs by (`RunOptions.number`). */
  run: z.tuple([RunRequest, z.strictObject({ runId: TaskId, number: z.int().positive().optional() })]),
  cancel: z.tuple([TaskId]),
  /** Null ends the input: `input()` raises EOFError. */
  answerInput: z.tuple([TaskId, z.string().max(LIMITS.windowInputLength).nullable()]),
  reset: z.tuple([SessionName]),
  status: z.tuple([]),
  memory: z.tuple([]),
  history: z.tuple([]),
  files: z.tuple([SessionName]),
  packages: z.tuple([SessionName]),
  lookUpNames: z.tuple([SessionName, NameQuestion]),
  readFile: z.tuple([SessionName, WorkspaceFileName]),
  removeFile: z.tuple([SessionName, WorkspaceFileName]),
  saveFiles: z.tuple([SessionName]),
  tableRows: z.tuple([SessionName, TableQuery]),
  restart: z.tuple([]),
  stop: z.tuple([]),
} as const;

/** What a run says while it goes on, in the order in which it happened. The result comes after the last one. */
export type RunEvent =
  /** Whole characters only; pieces of one stream that follow each other may come as one. */
  | {
      readonly type: 'text';
      readonly runId: string;
      readonly stream: 'stdout' | 'stderr';
      readonly text: string;
    }
  /** One entry of `RunResult.outputs`. */
  | { readonly type: 'output'; readonly runId: string; readonly mime: Readonly<Record<string, string>> }
  /** The code waits in `input()`; to be followed by `answerInput`. */
  | {
      readonly type: 'input';
      readonly runId: string;
      readonly prompt: string;
      /** Whether the answer must not be shown. */
      readonly secret: boolean;
    }
  /** Packages are fetched before the code begins. */
  | { readonly type: 'packages'; readonly runId: string; readonly progress: PackageProgress }
  /** Packages that the run is the first to use are put in, and imported. */
  | { readonly type: 'phase'; readonly runId: string; readonly phase: RunPhase };

/** A session's files in a zip. */
export interface SavedFiles {
  readonly path: string;
  readonly files: number;
  /** Why some are not in it, each with its name. */
  readonly leftOut: readonly string[];
}

export interface SandboxStatus {
  readonly state: SandboxState;
  /** The sidecar's process id; null while there is none. */
  readonly pid: number | null;
  readonly standby: { readonly pid: number | null; readonly ready: boolean };
  /** Resident memory of the active process, as it was last measured; null without a process. */
  readonly memory: { readonly at: number; readonly residentMiB: number; readonly limitMiB: number } | null;
  /** Named sessions with state, by where it is; of each runtime the one used last at the end. */
  readonly sessions: readonly { readonly name: string; readonly runtime: PythonRuntime }[];
  /** Runs of the page that have not ended. */
  readonly runs: readonly {
    readonly runId: string;
    readonly session: string | null;
    readonly runtime: PythonRuntime;
    /** When it was asked for, in ms since the epoch. */
    readonly askedAt: number;
  }[];
  /** Where the next run goes. */
  readonly runtime: PythonRuntime;
  /** The memory limit was changed, and holds once the sandbox is restarted: sessions would lose their state. */
  readonly restartNeeded: boolean;
  /** The versions of the embedded Python and of what it runs in. */
  readonly versions: { readonly python: string; readonly pyodide: string };
}
