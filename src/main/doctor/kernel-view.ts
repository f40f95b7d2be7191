import { readdir, readFile } from 'node:fs/promises';
import { systemErrorCode } from '../base/system-error.ts';

/** A process as /proc shows it from outside. */
export interface KernelView {
  /** Of all threads. */
  readonly noNewPrivileges: boolean;
  readonly filtered: boolean;
  /** Null when the kernel's list of them can't be read as one. */
  readonly limits: ResourceLimits | null;
  /** True when the kernel offers Landlock; null when it does not tell. */
  readonly offersLandlock: boolean | null;
}

/** Hard limits, which the process can't raise again; `Infinity` for none. */
export interface ResourceLimits {
  readonly coreBytes: number;
  readonly openFiles: number;
  readonly dataBytes: number;
}

/** Where the kernel shows it: injected, so that tests can have threads end at any moment. */
export interface KernelFiles {
  /** @throws Error with the system's code */
  list(folder: string): Promise<readonly string[]>;
  /** @throws Error with the system's code */
  read(file: string): Promise<string>;
}

const systemFiles: KernelFiles = {
  list: (folder) => readdir(folder),
  read: (file) => readFile(file, 'utf8'),
};

const FILTERED = '2';

/** By which the kernel says that a thread is no longer there. */
const GONE: ReadonlySet<string | null> = new Set(['ENOENT', 'ESRCH']);

const isGone = (error: unknown): boolean => GONE.has(systemErrorCode(error));

const field = (status: string, name: string): string | undefined =>
  new RegExp(`^${name}:\\s*(\\S+)`, 'mu').exec(status)?.[1];

/** A resource's hard limit: the second column of a line of /proc/<pid>/limits. */
const hardLimit = (limits: string, name: string): number | undefined => {
  const value = new RegExp(`^${name}\\s+\\S+\\s+(\\d+|unlimited)\\s`, 'mu').exec(limits)?.[1];
  if (value === undefined) return undefined;
  return value === 'unlimited' ? Infinity : Number(value);
};

const resourceLimits = (limits: string): ResourceLimits | null => {
  const coreBytes = hardLimit(limits, 'Max core file size');
  const openFiles = hardLimit(limits, 'Max open files');
  const dataBytes = hardLimit(limits, 'Max data size');
  return coreBytes === undefined || openFiles === undefined || dataBytes === undefined
    ? null
    : { coreBytes, openFiles, dataBytes };
};

const offersLandlock = async (files: KernelFiles): Promise<boolean | null> => {
  try {
    return (await files.read('/sys/kernel/security/lsm')).trim().split(',').includes('landlock');
  } catch {
    // Not mounted here; many containers don't.
    return null;
  }
};

/** The status texts of a process's threads. Threads end at any time: one that is gone by then is left out. */
const threadStatuses = async (pid: number, files: KernelFiles): Promise<string[]> => {
  const threads = await files.list(`/proc/${pid}/task`);
  const statuses = await Promise.all(
    threads.map(async (thread) => {
      try {
        return await files.read(`/proc/${pid}/task/${thread}/status`);
      } catch (error) {
        if (isGone(error)) return null;
        throw error;
      }
    }),
  );
  return statuses.filter((status) => status !== null);
};

/** What Linux shows of a process's threads and limits; null when it shows nothing. */
export const kernelView = async (
  pid: number,
  files: KernelFiles = systemFiles,
): Promise<KernelView | null> => {
  try {
    const statuses = await threadStatuses(pid, files);
    if (statuses.length === 0) return null;
    return {
      noNewPrivileges: statuses.every((status) => field(status, 'NoNewPrivs') === '1'),
      filtered: statuses.every((status) => field(status, 'Seccomp') === FILTERED),
      limits: resourceLimits(await files.read(`/proc/${pid}/limits`)),
      offersLandlock: await offersLandlock(files),
    };
  } catch {
    return null;
  }
};
