/** What the page may ask of the package store. */
import { z } from 'zod';
import { TaskId } from './sandbox.ts';
import type { PackageProgress } from '../contract/package-progress.ts';

/** Such as `pandas` or `rich>=13`; what it means is decided where it is read. */
const Requirement = z.string().min(1).max(512);
const task = z.strictObject({ taskId: TaskId });
const Names = z.array(Requirement).min(1).max(128);

export const packagesArguments = {
  list: z.tuple([]),
  available: z.tuple([]),
  sources: z.tuple([]),
  install: z.tuple([Names, task]),
  verify: z.tuple([task]),
  repair: z.tuple([task]),
  remove: z.tuple([Names]),
  clear: z.tuple([]),
  /** Without names everything that is installed. */
  exportPack: z.tuple([Names.nullable(), task]),
  importPack: z.tuple([task]),
  cancel: z.tuple([TaskId]),
} as const;

/** Id of the task behind `interpreter.downloadPyodide()`, for its progress and for `packages.cancel`. */
export const PYODIDE_DOWNLOAD_TASK = 'pyodide-download';

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly bytes: number;
  /** Who vouches for its hash: Pyodide's lock, or the user's own. */
  readonly origin: 'lock' | 'user';
  /** Libraries and tests belong to packages and are of no interest by themselves. */
  readonly kind: 'wheel' | 'library' | 'tests';
}

export interface InstalledPackages {
  readonly packages: readonly InstalledPackage[];
  /** Of everything on disk, snapshots of started interpreters included. */
  readonly totalBytes: number;
}

export interface AvailablePackage {
  readonly name: string;
  /** Names of its modules. */
  readonly imports: readonly string[];
  readonly version: string;
  readonly installed: boolean;
}

export interface PackageReport {
  readonly files: number;
  readonly bytes: number;
  /** Moved aside already, so that they are not used. */
  readonly damaged: readonly {
    readonly name: string | null;
    readonly file: string;
    readonly reason: string;
  }[];
  /** Names of packages that others need and that are not there. */
  readonly missing: readonly string[];
}

export type TaskProgress =
  | ({ readonly taskId: string; readonly type: 'fetching' } & PackageProgress)
  | {
      readonly taskId: string;
      readonly type: 'checking';
      readonly filesDone: number;
      readonly filesTotal: number;
      readonly bytesDone: number;
      readonly bytesTotal: number;
    }
  /**
   * After a download Python is started once, and then these packages are imported once, of which there are none before:
   * its state is kept, to make later starts faster.
   */
  | { readonly taskId: string; readonly type: 'preparing'; readonly packageNames: readonly string[] };
