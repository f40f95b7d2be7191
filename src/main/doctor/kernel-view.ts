import { readdir, readFile } from 'node:fs/promises';
import type { KernelView } from './examine-layers.ts';

const FILTERED = '2';

const field = (status: string, name: string): string | undefined =>
  new RegExp(`^${name}:\\s*(\\S+)`, 'mu').exec(status)?.[1];

const offersLandlock = async (): Promise<boolean | null> => {
  try {
    return (await readFile('/sys/kernel/security/lsm', 'utf8')).split(',').includes('landlock');
  } catch {
    // Not mounted here; many containers don't.
    return null;
  }
};

/** What Linux shows of a process's threads and limits; null when it shows nothing. */
export const kernelView = async (pid: number): Promise<KernelView | null> => {
  try {
    const threads = await readdir(`/proc/${pid}/task`);
    const statuses = await Promise.all(
      threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/status`, 'utf8')),
    );
    const limits = await readFile(`/proc/${pid}/limits`, 'utf8');
    return {
      noNewPrivileges: statuses.every((status) => field(status, 'NoNewPrivs') === '1'),
      filtered: statuses.every((status) => field(status, 'Seccomp') === FILTERED),
      noCoreDumps: /^Max core file size\s+0\s+0\s/mu.test(limits),
      offersLandlock: await offersLandlock(),
    };
  } catch {
    return null;
  }
};
