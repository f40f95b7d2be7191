import { residentBytes } from '../src/main/base/process-table.ts';

const MIB = 1024 * 1024;

/** Resident memory of a process. @throws Error when it can't be read */
export const residentMiB = (pid: number): number => {
  const bytes = residentBytes(pid);
  if (bytes === null) throw new Error('the memory of a process can not be read here');
  return bytes / MIB;
};
