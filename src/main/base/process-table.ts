import { readFileSync } from 'node:fs';
import process from 'node:process';

/** Which process a pid stands for, since the system reuses pids. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in the kernel's clock ticks, or null where it can't be told. */
  readonly startedAt: string | null;
}

const readProc = (pid: number, file: string): string | null => {
  if (process.platform !== 'linux') return null;
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return null;
  }
};

/** State letter and start time out of `/proc/<pid>/stat`; see proc_pid_stat(5), fields 3 and 22. */
const stat = (pid: number): { state: string; startedAt: string } | null => {
  const text = readProc(pid, 'stat');
  // The second field is the program's name in parentheses, which may hold anything.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state] = fields ?? [];
  const startedAt = fields?.[19];
  return state === undefined || startedAt === undefined ? null : { state, startedAt };
};

export const identify = (pid: number): ProcessIdentity => ({ pid, startedAt: stat(pid)?.startedAt ?? null });

/** Whether that very process still runs. Where pids can't be told apart: whether any of that pid does. */
export const isAlive = ({ pid, startedAt }: ProcessIdentity): boolean => {
  if (startedAt !== null) {
    const now = stat(pid);
    return now !== null && now.startedAt === startedAt && now.state !== 'Z' && now.state !== 'X';
  }
  // Where start times can be read, the process was gone already when it was identified: its pid may be another's.
  if (stat(process.pid) !== null) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** SIGKILL to this very process, if it is still there. */
export const killProcess = (identity: ProcessIdentity): void => {
  if (!isAlive(identity)) return;
  try {
    process.kill(identity.pid, 'SIGKILL');
  } catch {
    // The process has ended already, which was the aim.
  }
};

const statusBytes = (pid: number, field: 'VmRSS' | 'VmData'): number | null => {
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'mu').exec(readProc(pid, 'status') ?? '')?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
};

/** Resident memory in bytes, or null where the system does not tell it this way. */
export const residentBytes = (pid: number): number | null => statusBytes(pid, 'VmRSS');

/** Writable memory of its own in bytes, touched or not: what RLIMIT_DATA caps. Null as above. */
export const dataBytes = (pid: number): number | null => statusBytes(pid, 'VmData');
